;; RUN: compose %

(component
  (core module $m (func (export "get") (result i64) i64.const 4))
  (core instance $i (instantiate $m))
  (func $get (result u64) (canon lift (core func $i "get")))
  (instance $random (export "get-random-u64" (func $get)))
  (export "wasi:random/random@0.2.0" (instance $random))
)
