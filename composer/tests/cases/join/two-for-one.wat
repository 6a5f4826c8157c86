;; Two plugs serve the same import, of the guest or of a plug.
;; RUN: compose app.wasm --plug logger.wasm --plug store.wasm --plug % -o joined.wasm
;; RUN: compose logger.wasm --plug store.wasm --plug store.wasm -o joined.wasm

(component
  (core module $m (func (export "write") (param i32)))
  (core instance $i (instantiate $m))
  (func $write (param "code" u32) (canon lift (core func $i "write")))
  (instance $log (export "write" (func $write)))
  (export "test:log/log@0.1.2" (instance $log))
)

;; $ wasi-uplift compose app.wasm --plug logger.wasm --plug store.wasm --plug two-for-one.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: the plugs `logger.wasm` and `two-for-one.wasm` both serve the import `test:log/log@0.1.2` of `app.wasm`: leave one out

;; $ wasi-uplift compose logger.wasm --plug store.wasm --plug store.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: the plugs `store.wasm` and `store.wasm` both serve the import `test:store/store@1.0.0` of `logger.wasm`: leave one out
