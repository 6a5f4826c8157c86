;; The same for where the callee says that the result is.
(component
  (component $s
    (core module $m (memory (export "m") 1) (func (export "f") (result i32) (i32.const 65532)))
    (core instance $i (instantiate $m))
    (func (export "f") (result (option (tuple u32 u32 u32))) (canon lift (core func $i "f") (memory $i "m"))))
  (component $u
    (import "f" (func $f (result (option (tuple u32 u32 u32)))))
    (core module $mem (memory (export "m") 1)) (core instance $mem (instantiate $mem))
    (core func $f (canon lower (func $f) (memory (core memory $mem "m"))))
    (core module $m (import "" "f" (func $f (param i32)))
      (func (export "run") (result i32)
        (call $f (i32.const 64)) (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $s (instantiate $s))
  (instance $u (instantiate $u (with "f" (func $s "f"))))
  (export "wasi:cli/run@0.2.0" (instance $u "wasi:cli/run@0.2.0")))
