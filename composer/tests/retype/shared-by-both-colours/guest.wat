;; One function type serves a function that waits and one that doesn't: there have to be two.
;; waits: test:api/api#wait
(component
  (import "test:api/api" (instance $api
    (type $shared (func (result u64)))
    (export "now" (func (type $shared)))
    (export "wait" (func (type $shared)))
    (export "later" (func (type $shared)))
  ))
)
