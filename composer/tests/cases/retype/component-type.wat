;; A component is passed to a component. The type under which it is passed is retyped with it.
;; RUN: retype % --wat

(component
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (instance $api
    (export "wait" (func $exit "exit"))
    (export "now" (func $clock "now"))
  )
  (component $worker
    (import "api" (instance $api
      (export "wait" (func (param "status" (result))))
      (export "now" (func (result u64)))
    ))
    (alias export $api "wait" (func $wait))
    (core module $m
      (import "" "wait" (func $wait (param i32)))
      (func (export "work") (call $wait (i32.const 0)))
    )
    (core func $wait (canon lower (func $wait)))
    (core instance $i (instantiate $m
      (with "" (instance (export "wait" (func $wait))))
    ))
    (func (export "work") (canon lift (core func $i "work")))
  )
  (component $manager
    (import "api" (instance $api
      (export "wait" (func (param "status" (result))))
      (export "now" (func (result u64)))
    ))
    (import "worker" (component $worker
      (import "api" (instance
        (export "wait" (func (param "status" (result))))
        (export "now" (func (result u64)))
      ))
      (export "work" (func))
    ))
    (instance $w (instantiate $worker (with "api" (instance $api))))
    (export "work" (func $w "work"))
  )
  (instance $m (instantiate $manager
    (with "api" (instance $api))
    (with "worker" (component $worker))
  ))
  (export "work" (func $m "work"))
)
