;; A function type goes down two levels before it is used.
;; waits: test:api/api#wait
(component
  (type $shared (func (result bool)))
  (import "test:api/api" (instance $api
    (alias outer 1 $shared (type $wait))
    (export "wait" (func (type $wait)))
  ))
  (component $outer
    (alias outer 1 $shared (type $once))
    (component $inner
      (alias outer 1 $once (type $twice))
      (import "wait" (func (type $twice)))
    )
    (import "wait" (func $wait (type $once)))
    (instance (instantiate $inner (with "wait" (func $wait))))
  )
  (alias export $api "wait" (func $wait))
  (instance (instantiate $outer (with "wait" (func $wait))))
)
