;; Function types that nobody uses stay as they are, whatever they are.
;; waits: test:api/api#wait
(component
  (type $unused (func (param "a" u8)))
  (type $unused-async (func async (param "b" u8)))
  (import "test:api/api" (instance $api
    (alias outer 1 $unused (type $also-unused))
    (export "wait" (func))
  ))
)
