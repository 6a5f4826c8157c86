;; What the host serves keeps its type, also where it is passed on, and though it has the same type
;; as a function that waits.
;; waits: test:api/api#wait
(component
  (type $shared (func))
  (import "test:api/api" (instance $api
    (alias outer 1 $shared (type $shared))
    (export "wait" (func (type $shared)))
  ))
  (import "other:host/host" (instance $host
    (alias outer 1 $shared (type $shared))
    (export "wait" (func (type $shared)))
  ))
  (import "tick" (func $tick (type $shared)))
  (component $user
    (import "wait" (func $wait))
    (import "tick" (func $tick))
    (core module $m
      (import "" "wait" (func $wait))
      (import "" "tick" (func $tick))
      (func (export "use") call $wait call $tick)
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
