;; A component can't call one that it has instantiated itself.
(component
  (component $c
    (core module $m (func (export "f") (result i32) i32.const 7))
    (core instance $i (instantiate $m))
    (func (export "f") (result u32) (canon lift (core func $i "f"))))
  (instance $c (instantiate $c))
  (core func $f (canon lower (func $c "f")))
  (core module $m (import "" "f" (func $f (result i32)))
    (func (export "run") (result i32) (i32.ne (call $f) (i32.const 7))))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
