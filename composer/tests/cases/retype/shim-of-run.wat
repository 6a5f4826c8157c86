;; What wit-component puts around an exported interface: a component that takes the functions and
;; exports them again, with types of its own. The host may wait for `run`, so all of it is `async`.
;; RUN: retype % --wat

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (type (borrow $pollable))
    (type $method (func (param "self" 1)))
    (export "[method]pollable.block" (func (type $method)))
  ))
  (alias export $poll "pollable" (type $pollable))
  (alias export $poll "[method]pollable.block" (func $block))
  (core module $m
    (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
    (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop (param i32)))
    (func (export "wasi:cli/run@0.2.0#run") (result i32)
      (call $block (i32.const 0))
      (call $drop (i32.const 0))
      i32.const 0
    )
  )
  (core func $block (canon lower (func $block)))
  (core func $drop (canon resource.drop $pollable))
  (core instance $i (instantiate $m
    (with "wasi:io/poll@0.2.0" (instance
      (export "[method]pollable.block" (func $block))
      (export "[resource-drop]pollable" (func $drop))
    ))
  ))
  (type $result (result))
  (type $run (func (result $result)))
  (func $run (type $run) (canon lift (core func $i "wasi:cli/run@0.2.0#run")))
  (component $shim
    (type $result (result))
    (type $run (func (result $result)))
    (import "import-func-run" (func $run (type $run)))
    (type $result-of-export (result))
    (type $run-of-export (func (result $result-of-export)))
    (export "run" (func $run) (func (type $run-of-export)))
  )
  (instance $shim (instantiate $shim (with "import-func-run" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $shim))
)

;; $ wasi-uplift retype shim-of-run.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type (;0;)
;;       (instance
;;         (export (;0;) "pollable" (type (sub resource)))
;;         (type (;1;) (borrow 0))
;;         (type (;2;) (func async (param "self" 1)))
;;         (export (;0;) "[method]pollable.block" (func (type 2)))
;;       )
;;     )
;;     (import "wasi:io/poll@0.2.0" (instance $poll (;0;) (type 0)))
;;     (alias export $poll "pollable" (type $pollable (;1;)))
;;     (alias export $poll "[method]pollable.block" (func $block (;0;)))
;;     (core module $m (;0;)
;;       (type (;0;) (func (param i32)))
;;       (type (;1;) (func (result i32)))
;;       (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (;0;) (type 0)))
;;       (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop (;1;) (type 0)))
;;       (export "wasi:cli/run@0.2.0#run" (func 2))
;;       (func (;2;) (type 1) (result i32)
;;         i32.const 0
;;         call $block
;;         i32.const 0
;;         call $drop
;;         i32.const 0
;;       )
;;     )
;;     (core func $block (;0;) (canon lower (func $block)))
;;     (core func $drop (;1;) (canon resource.drop $pollable))
;;     (core instance (;0;)
;;       (export "[method]pollable.block" (func $block))
;;       (export "[resource-drop]pollable" (func $drop))
;;     )
;;     (core instance $i (;1;) (instantiate $m
;;         (with "wasi:io/poll@0.2.0" (instance 0))
;;       )
;;     )
;;     (type $result (;2;) (result))
;;     (type $run (;3;) (func async (result $result)))
;;     (alias core export $i "wasi:cli/run@0.2.0#run" (core func (;2;)))
;;     (func $run (;1;) (type $run) (canon lift (core func 2)))
;;     (component $shim (;0;)
;;       (type $result (;0;) (result))
;;       (type $run (;1;) (func async (result $result)))
;;       (import "import-func-run" (func $run (;0;) (type $run)))
;;       (type $result-of-export (;2;) (result))
;;       (type $run-of-export (;3;) (func async (result $result-of-export)))
;;       (export (;1;) "run" (func $run) (func (type $run-of-export)))
;;     )
;;     (instance $shim (;1;) (instantiate $shim
;;         (with "import-func-run" (func $run))
;;       )
;;     )
;;     (export (;2;) "wasi:cli/run@0.2.0" (instance $shim))
;;   )
