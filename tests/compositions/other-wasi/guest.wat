;; Asks for a setting, which is for the host to tell.
(component
  (import "wasi:config/store@0.2.0-draft" (instance $config
    (export "has" (func (param "number" u32) (result bool)))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core func $has (canon lower (func $config "has")))
  (core func $random (canon lower (func $random "get-random-u64")))
  (core module $m
    (import "" "has" (func $has (param i32) (result i32)))
    (import "" "random" (func $random (result i64)))
    (func (export "run") (result i32)
      (call $has (i32.wrap_i64 (call $random)))))
  (core instance $i (instantiate $m (with "" (instance
    (export "has" (func $has))
    (export "random" (func $random))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)
