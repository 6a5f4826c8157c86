;; What the host serves keeps its type, also where it is passed on, and though it has the same type
;; as a function that waits.
;; RUN: retype % --wat

(component
  (type $shared (func (param "status" (result))))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (alias outer 1 $shared (type $shared))
    (export "exit" (func (type $shared)))
  ))
  (import "other:host/host" (instance $host
    (alias outer 1 $shared (type $shared))
    (export "wait" (func (type $shared)))
  ))
  (import "tick" (func $tick (type $shared)))
  (component $user
    (import "wait" (func $wait (param "status" (result))))
    (import "tick" (func $tick (param "status" (result))))
    (core module $m
      (import "" "wait" (func $wait (param i32)))
      (import "" "tick" (func $tick (param i32)))
      (func (export "use") (call $wait (i32.const 0)) (call $tick (i32.const 0)))
    )
    (core func $wait (canon lower (func $wait)))
    (core func $tick (canon lower (func $tick)))
    (core instance $i (instantiate $m
      (with "" (instance
        (export "wait" (func $wait))
        (export "tick" (func $tick))
      ))
    ))
    (func (export "use") (canon lift (core func $i "use")))
  )
  (alias export $host "wait" (func $wait))
  (instance $user (instantiate $user
    (with "wait" (func $wait))
    (with "tick" (func $tick))
  ))
  (export "use" (func $user "use"))
  (export "tick-again" (func $tick))
)
