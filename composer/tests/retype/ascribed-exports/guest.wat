;; Exports that are given a type: of a function, of an instance, and one that is narrower than what
;; is exported.
;; waits: test:api/api#wait
(component
  (type $wait (func))
  (import "test:api/api" (instance $api
    (export "wait" (func))
    (export "now" (func (result u64)))
  ))
  (alias export $api "wait" (func $wait))
  (export $again "again" (func $wait) (func (type $wait)))
  (export "and-again" (func $again))
  (export "test:api/all" (instance $api) (instance
    (export "wait" (func))
    (export "now" (func (result u64)))
  ))
  (export "test:api/narrow" (instance $api) (instance
    (export "now" (func (result u64)))
  ))
)
