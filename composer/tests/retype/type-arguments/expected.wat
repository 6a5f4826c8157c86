(component
  (type $shape (;0;)
    (instance
      (type (;0;) (func async))
      (export (;0;) "wait" (func (type 0)))
    )
  )
  (import "test:api/api" (instance $api (;0;) (type $shape)))
  (component $generic (;0;)
    (type $expected (;0;)
      (instance
        (type (;0;) (func async))
        (export (;0;) "wait" (func (type 0)))
      )
    )
    (import "shape" (type $shape (;1;) (eq $expected)))
    (import "api" (instance (;0;) (type $shape)))
  )
  (instance (;1;) (instantiate $generic
      (with "shape" (type $shape))
      (with "api" (instance $api))
    )
  )
)
