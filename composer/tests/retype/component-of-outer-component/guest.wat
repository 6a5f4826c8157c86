;; A component is taken from outside and instantiated twice: it has one type, and what one instance
;; needs the other one gets.
;; waits: test:api/api#wait
(component
  (component $tool
    (import "do" (func $do))
    (core module $m
      (import "" "do" (func $do))
      (func (export "do-it") call $do)
    )
    (core func $do (canon lower (func $do)))
    (core instance $i (instantiate $m (with "" (instance (export "do" (func $do))))))
    (func (export "do-it") (canon lift (core func $i "do-it")))
  )
  (import "test:api/api" (instance $api (export "wait" (func))))
  (component $user
    (alias outer 1 $tool (component $tool))
    (import "do" (func $do))
    (instance $once (instantiate $tool (with "do" (func $do))))
    (alias export $once "do-it" (func $do-it))
    (instance $twice (instantiate $tool (with "do" (func $do-it))))
    (export "do-it" (func $twice "do-it"))
  )
  (alias export $api "wait" (func $wait))
  (instance $user (instantiate $user (with "do" (func $wait))))
  (export "do-it" (func $user "do-it"))
)
