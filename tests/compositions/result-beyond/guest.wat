;; The same for a result of WASI.
(component
  (import "wasi:cli/terminal-output@0.2.0" (instance $to (export "terminal-output" (type (sub resource)))))
  (alias export $to "terminal-output" (type $t))
  (import "wasi:cli/terminal-stdout@0.2.0" (instance $ts (alias outer 1 $t (type $t')) (export "terminal-output" (type $o (eq $t'))) (export "get-terminal-stdout" (func (result (option (own $o)))))))
  (core module $mem (memory (export "m") 1)) (core instance $mem (instantiate $mem))
  (core func $f (canon lower (func $ts "get-terminal-stdout") (memory (core memory $mem "m"))))
  (core module $m (import "" "f" (func $f (param i32)))
    (func (export "run") (result i32) (call $f (i32.const 65532)) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
