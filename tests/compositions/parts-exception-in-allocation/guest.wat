;; Nor out of what allocates for parameters.
(component
  (component $s
    (core module $m (memory (export "m") 1) (tag $t) (func (export "r") (param i32 i32 i32 i32) (result i32) (throw $t)) (func (export "f") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "x" (list u8)) (canon lift (core func $i "f") (memory $i "m") (realloc (func $i "r")))))
  (component $u
    (import "f" (func $f (param "x" (list u8))))
    (core module $mem (memory (export "m") 1)) (core instance $mem (instantiate $mem))
    (core func $f (canon lower (func $f) (memory (core memory $mem "m"))))
    (core module $m (import "" "f" (func $f (param i32 i32)))
      (func (export "run") (result i32)
        (block (try_table (catch_all 0) (call $f (i32.const 1) (i32.const 1)) (return (i32.const 1))))
        (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $s (instantiate $s))
  (instance $u (instantiate $u (with "f" (func $s "f"))))
  (export "wasi:cli/run@0.2.0" (instance $u "wasi:cli/run@0.2.0")))
