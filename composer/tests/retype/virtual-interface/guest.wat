;; The guest brings an implementation of its own of the same interface. What only that serves stays
;; as it is.
;; waits: test:api/api#wait
(component
  (import "test:api/api" (instance $api (export "wait" (func))))
  (component $virtual
    (core module $m (func (export "wait")))
    (core instance $i (instantiate $m))
    (func $wait (canon lift (core func $i "wait")))
    (instance $api (export "wait" (func $wait)))
    (export "test:api/api" (instance $api))
  )
  (component $user
    (import "test:api/api" (instance $api (export "wait" (func))))
    (alias export $api "wait" (func $wait))
    (core module $m
      (import "" "wait" (func $wait))
      (func (export "use") call $wait)
    )
    (core func $wait (canon lower (func $wait)))
    (core instance $i (instantiate $m
      (with "" (instance (export "wait" (func $wait))))
    ))
    (func (export "use") (canon lift (core func $i "use")))
  )
  (instance $virtual (instantiate $virtual))
  (instance $user (instantiate $user
    (with "test:api/api" (instance $virtual "test:api/api"))
  ))
  (export "use" (func $user "use"))
)
