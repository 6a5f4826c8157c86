;; A plug that doesn't fit, though its export has the right name.
;; RUN: compose app.wasm --plug % -o joined.wasm

(component
  (core module $m (func (export "write") (param i64)))
  (core instance $i (instantiate $m))
  (func $write (param "code" u64) (canon lift (core func $i "write")))
  (instance $log (export "write" (func $write)))
  (export "test:log/log@0.1.2" (instance $log))
)
