;; An instance type that has a name, and is passed to a component by it, has to stay equal to what
;; it is passed for.
;; waits: test:api/api#wait
(component
  (type $shape (instance (export "wait" (func))))
  (import "test:api/api" (instance $api (type $shape)))
  (component $generic
    (type $expected (instance (export "wait" (func))))
    (import "shape" (type $shape (eq $expected)))
    (import "api" (instance (type $shape)))
  )
  (instance (instantiate $generic
    (with "shape" (type $shape))
    (with "api" (instance $api))
  ))
)
