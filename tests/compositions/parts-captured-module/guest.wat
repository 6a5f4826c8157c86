;; A component that is exported knows the core module that was there when it was defined.
(component
  (core module $a (func (export "f") (result i32) i32.const 0))
  (core module $b (func (export "f") (result i32) i32.const 1))
  (component $x
    (import "m" (core module $m (export "f" (func (result i32)))))
    (component $c
      (alias outer $x $m (core module $mm))
      (core instance $i (instantiate $mm))
      (func $run (result (result)) (canon lift (core func $i "f")))
      (instance $run (export "run" (func $run)))
      (export "wasi:cli/run@0.2.0" (instance $run)))
    (export "c" (component $c)))
  (instance $x1 (instantiate $x (with "m" (core module $a))))
  (instance $x2 (instantiate $x (with "m" (core module $b))))
  (alias export $x1 "c" (component $c1))
  (instance $u (instantiate $c1))
  (export "wasi:cli/run@0.2.0" (instance $u "wasi:cli/run@0.2.0")))
