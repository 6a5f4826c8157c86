;; A plug that doesn't fit, though its export has the right name.
;; RUN: compose app.wasm --plug % -o joined.wasm

(component
  (core module $m (func (export "write") (param i64)))
  (core instance $i (instantiate $m))
  (func $write (param "code" u64) (canon lift (core func $i "write")))
  (instance $log (export "write" (func $write)))
  (export "test:log/log@0.1.2" (instance $log))
)

;; $ wasi-uplift compose app.wasm --plug other-types.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: the plug `other-types.wasm` can't serve the import `test:log/log@0.1.2` of `app.wasm`: its types are others: mismatched type for export `write`
