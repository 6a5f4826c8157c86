;; Instance types take a function type from outside. Each gets the kind that it needs, and the type
;; outside, which is used in both kinds, is there twice.
;; waits: test:api/one#wait
;; waits: test:api/both#wait
(component
  (type $before (func))
  (type $shared (func (result bool)))
  (type $after (list u8))
  (import "test:api/one" (instance $one
    (alias outer 1 $shared (type $mine))
    (export "wait" (func (type $mine)))
  ))
  (import "test:api/both" (instance $both
    (alias outer 1 $shared (type $mine))
    (alias outer 1 $after (type $bytes))
    (export "wait" (func (type $mine)))
    (export "now" (func (type $mine)))
    (export "data" (func (result $bytes)))
  ))
  (import "test:api/none" (instance $none
    (alias outer 1 $shared (type $mine))
    (export "now" (func (type $mine)))
  ))
)
