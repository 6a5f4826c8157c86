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

;; $ wasi-uplift retype type-arguments.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type $shape (;0;)
;;       (instance
;;         (type (;0;) (result))
;;         (type (;1;) (func async (param "status" 0)))
;;         (export (;0;) "exit" (func (type 1)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $api (;0;) (type $shape)))
;;     (component $generic (;0;)
;;       (type $expected (;0;)
;;         (instance
;;           (type (;0;) (result))
;;           (type (;1;) (func async (param "status" 0)))
;;           (export (;0;) "exit" (func (type 1)))
;;         )
;;       )
;;       (import "shape" (type $shape (;1;) (eq $expected)))
;;       (import "api" (instance (;0;) (type $shape)))
;;     )
;;     (instance (;1;) (instantiate $generic
;;         (with "shape" (type $shape))
;;         (with "api" (instance $api))
;;       )
;;     )
;;   )
