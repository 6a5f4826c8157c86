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
