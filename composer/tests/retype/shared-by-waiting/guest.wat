;; All functions of the type wait: it is changed where it stands.
;; waits: test:api/api#wait
;; waits: test:api/api#block
(component
  (import "test:api/api" (instance $api
    (type $shared (func (param "id" u32)))
    (export "wait" (func (type $shared)))
    (export "block" (func (type $shared)))
  ))
)
