;; What a variant's case doesn't use of the flat values never gets to the callee.
(component
  (component $c
    (core module $m
      (func (export "f") (param i32 i32) (result i32) local.get 1)
      (func (export "g") (param i32 i64) (result i64) local.get 1))
    (core instance $i (instantiate $m))
    (type $v' (variant (case "a" u32) (case "b" u64)))
    (export $v "v" (type $v'))
    (func (export "f") (param "o" (option u32)) (result u32) (canon lift (core func $i "f")))
    (func (export "g") (param "o" $v) (result u64) (canon lift (core func $i "g"))))
  (component $u
    (import "c" (instance $c
      (type $v' (variant (case "a" u32) (case "b" u64)))
      (export "v" (type $v (eq $v')))
      (export "f" (func (param "o" (option u32)) (result u32)))
      (export "g" (func (param "o" $v) (result u64)))))
    (core func $f (canon lower (func $c "f")))
    (core func $g (canon lower (func $c "g")))
    (core module $m (import "" "f" (func $f (param i32 i32) (result i32)))
      (import "" "g" (func $g (param i32 i64) (result i64)))
      (func (export "run") (result i32)
        (i32.or
         (i32.ne (call $f (i32.const 0) (i32.const 1234)) (i32.const 0))
         (i64.ne (call $g (i32.const 0) (i64.const 0x1_0000_0005)) (i64.const 5)))))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))(export "g" (func $g))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $c (instantiate $c))
  (instance $u (instantiate $u (with "c" (instance $c))))
  (export "wasi:cli/run@0.2.0" (instance $u "wasi:cli/run@0.2.0")))
