;; A plug that nothing uses: of another version, with nothing that anybody imports, or used by another
;; of the kind only.
;; RUN: compose app.wasm --plug % -o joined.wasm
;; RUN: compose app.wasm --plug logger.wasm --plug store.wasm --plug sleeps.wasm -o joined.wasm
;; RUN: compose sleeps.wasm --plug logger.wasm --plug store.wasm -o joined.wasm

(component
  (core module $m (func (export "write") (param i32)))
  (core instance $i (instantiate $m))
  (func $write (param "code" u32) (canon lift (core func $i "write")))
  (instance $log (export "write" (func $write)))
  (export "test:log/log@0.2.0" (instance $log))
)

;; $ wasi-uplift compose app.wasm --plug unused.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: nothing uses the plug `unused.wasm`: it exports `test:log/log@0.2.0`, and `app.wasm` imports `test:log/log@0.1.2`

;; $ wasi-uplift compose app.wasm --plug logger.wasm --plug store.wasm --plug sleeps.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: nothing uses the plug `sleeps.wasm`: nothing that is used imports `wasi:cli/run@0.2.0`

;; $ wasi-uplift compose sleeps.wasm --plug logger.wasm --plug store.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: nothing uses the plug `logger.wasm`: nothing that is used imports `test:log/log@0.1.5`
