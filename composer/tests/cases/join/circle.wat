;; A store that logs, for a logger that stores.
;; RUN: compose app.wasm --plug logger.wasm --plug % -o joined.wasm

(component
  (import "test:log/log@0.1.2" (instance $log (export "write" (func (param "code" u32)))))
  (core module $m (func (export "put") (param i64)))
  (core instance $i (instantiate $m))
  (func $put (param "at" u64) (canon lift (core func $i "put")))
  (instance $store (export "put" (func $put)))
  (export "test:store/store@1.0.0" (instance $store))
)

;; $ wasi-uplift compose app.wasm --plug logger.wasm --plug circle.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: plugs need each other in a circle: `logger.wasm`, which needs `circle.wasm`, which needs `logger.wasm`
