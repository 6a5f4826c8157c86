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

;; $ wasi-uplift retype run-without-imports.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (core module $m (;0;)
;;       (type (;0;) (func (result i32)))
;;       (export "run" (func 0))
;;       (func (;0;) (type 0) (result i32)
;;         i32.const 0
;;       )
;;     )
;;     (core instance $i (;0;) (instantiate $m))
;;     (type (;0;) (result))
;;     (type $shared (;1;) (func (result 0)))
;;     (type (;2;) (func async (result 0)))
;;     (alias core export $i "run" (core func (;0;)))
;;     (func $run (;0;) (type 2) (canon lift (core func 0)))
;;     (alias core export $i "run" (core func (;1;)))
;;     (func $other (;1;) (type $shared) (canon lift (core func 1)))
;;     (instance $run (;0;)
;;       (export "run" (func $run))
;;     )
;;     (export (;1;) "wasi:cli/run@0.2.0" (instance $run))
;;     (export (;2;) "other" (func $other))
;;   )
