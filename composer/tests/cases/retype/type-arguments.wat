;; An instance type that has a name, and is passed to a component by it, has to stay equal to what
;; it is passed for.
;; RUN: retype % --wat

(component
  (type $shape (instance (export "exit" (func (param "status" (result))))))
  (import "wasi:cli/exit@0.2.0" (instance $api (type $shape)))
  (component $generic
    (type $expected (instance (export "exit" (func (param "status" (result))))))
    (import "shape" (type $shape (eq $expected)))
    (import "api" (instance (type $shape)))
  )
  (instance (instantiate $generic
    (with "shape" (type $shape))
    (with "api" (instance $api))
  ))
)
