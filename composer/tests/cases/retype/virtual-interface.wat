;; The guest brings an implementation of its own of the same interface. What only that serves stays
;; as it is.
;; RUN: retype % --wat

(component
  (import "wasi:cli/exit@0.2.0" (instance $api (export "exit" (func (param "status" (result))))))
  (component $virtual
    (core module $m (func (export "exit") (param i32)))
    (core instance $i (instantiate $m))
    (func $exit (param "status" (result)) (canon lift (core func $i "exit")))
    (instance $api (export "exit" (func $exit)))
    (export "wasi:cli/exit@0.2.0" (instance $api))
  )
  (component $user
    (import "wasi:cli/exit@0.2.0" (instance $api (export "exit" (func (param "status" (result))))))
    (alias export $api "exit" (func $wait))
    (core module $m
      (import "" "wait" (func $wait (param i32)))
      (func (export "use") (call $wait (i32.const 0)))
    )
    (core func $wait (canon lower (func $wait)))
    (core instance $i (instantiate $m
      (with "" (instance (export "wait" (func $wait))))
    ))
    (func (export "use") (canon lift (core func $i "use")))
  )
  (instance $virtual (instantiate $virtual))
  (instance $user (instantiate $user
    (with "wasi:cli/exit@0.2.0" (instance $virtual "wasi:cli/exit@0.2.0"))
  ))
  (export "use" (func $user "use"))
)
