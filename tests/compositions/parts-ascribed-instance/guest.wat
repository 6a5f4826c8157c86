;; An instance is exported with a type of its own, and handed on by that name.
(component
  (component $c
    (core module $m (func (export "f") (result i32) i32.const 7))
    (core instance $i (instantiate $m))
    (func (export "f") (result u32) (canon lift (core func $i "f"))))
  (component $u
    (import "x" (instance $x (export "f" (func (result u32)))))
    (core func $f (canon lower (func $x "f")))
    (core module $m (import "" "f" (func $f (result i32)))
      (func (export "run") (result i32) (i32.ne (call $f) (i32.const 7))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $c (instantiate $c))
  (instance $bag (export "f" (func $c "f")))
  (export $e "f" (instance $bag) (instance (export "f" (func (result u32)))))
  (instance $u (instantiate $u (with "x" (instance $e))))
  (export "wasi:cli/run@0.2.0" (instance $u "wasi:cli/run@0.2.0")))
