;; An exception doesn't pass from one component to another.
(component
  (component $c
    (core module $m (tag $t) (func (export "f") (throw $t)))
    (core instance $i (instantiate $m))
    (func (export "f") (canon lift (core func $i "f"))))
  (component $u
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $m (import "" "f" (func $f))
      (func (export "run") (result i32)
        (block (try_table (catch_all 0) (call $f)))
        (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $c (instantiate $c))
  (instance $u (instantiate $u (with "f" (func $c "f"))))
  (export "wasi:cli/run@0.2.0" (instance $u "wasi:cli/run@0.2.0")))
