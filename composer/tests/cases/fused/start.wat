;; A core module whose start function calls what the adapter serves, and a destructor of a guest that
;; can't wait.
;; PRINT: compose %

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (export "now" (func (result u64)))))
  (core func $random (canon lower (func $random "get-random-u64")))
  (core func $now (canon lower (func $clock "now")))
  (core module $starts
    (import "" "random" (func $random (result i64)))
    (global $dice (mut i64) (i64.const 0))
    (func $start (global.set $dice (call $random)))
    (start $start))
  (core instance (instantiate $starts (with "" (instance (export "random" (func $random))))))
  (core module $m
    (import "" "now" (func $now (result i64)))
    (func $when (export "when") (result i64) (call $now))
    (func $make (export "make") (result i32) (i32.const 1))
    (func $destroy (export "destroy") (param i32)))
  (core instance $i (instantiate $m (with "" (instance (export "now" (func $now))))))
  (func $when (result u64) (canon lift (core func $i "when")))
  (type $r' (resource (rep i32) (dtor (func $i "destroy"))))
  (export $r "r" (type $r'))
  (func $make (result (own $r)) (canon lift (core func $i "make")))
  (export "[constructor]r" (func $make))
  (instance $api (export "when" (func $when)))
  (export "test:start/api" (instance $api))
)
