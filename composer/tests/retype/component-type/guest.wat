;; A component is passed to a component. The type under which it is passed is retyped with it.
;; waits: test:api/api#wait
(component
  (import "test:api/api" (instance $api
    (export "wait" (func))
    (export "now" (func (result u64)))
  ))
  (component $worker
    (import "api" (instance $api
      (export "wait" (func))
      (export "now" (func (result u64)))
    ))
    (alias export $api "wait" (func $wait))
    (core module $m
      (import "" "wait" (func $wait))
      (func (export "work") call $wait)
    )
    (core func $wait (canon lower (func $wait)))
    (core instance $i (instantiate $m
      (with "" (instance (export "wait" (func $wait))))
    ))
    (func (export "work") (canon lift (core func $i "work")))
  )
  (component $manager
    (import "api" (instance $api
      (export "wait" (func))
      (export "now" (func (result u64)))
    ))
    (import "worker" (component $worker
      (import "api" (instance
        (export "wait" (func))
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
