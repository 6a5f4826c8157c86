;; `run` is what a host waits for, and becomes `async` though the guest has nothing to wait for.
;; RUN: retype % --wat

(component
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (type $shared (func (result (result))))
  (func $run (type $shared) (canon lift (core func $i "run")))
  (func $other (type $shared) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
  (export "other" (func $other))
)
