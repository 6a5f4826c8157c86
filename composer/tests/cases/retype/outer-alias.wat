;; Instance types take a function type from outside. Each gets the kind that it needs, and the type
;; outside, which is used in both kinds, is there twice.
;; RUN: retype % --wat


(component $named
  (type $before (func))
  (type $shared (func (param "status" (result))))
  (type $after (list u8))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (alias outer 1 $shared (type $mine))
    (export "exit" (func (type $mine)))
  ))
  (import "test:api/none" (instance $none
    (alias outer 1 $shared (type $mine))
    (alias outer 1 $after (type $bytes))
    (export "now" (func (type $mine)))
    (export "data" (func (result $bytes)))
  ))
  (component $user
    (import "test:api/both" (instance
      (alias outer $named $shared (type $mine))
      (alias outer $named $after (type $bytes))
      (export "wait" (func (type $mine)))
      (export "now" (func (type $mine)))
      (export "data" (func (result $bytes)))
    ))
  )
  (instance $both
    (export "wait" (func $exit "exit"))
    (export "now" (func $none "now"))
    (export "data" (func $none "data"))
  )
  (instance (instantiate $user (with "test:api/both" (instance $both))))
)

;; $ wasi-uplift retype outer-alias.wasm --wat
;; exit code: 0
;; stdout:
;;   (component $named
;;     (type $before (;0;) (func))
;;     (type (;1;) (result))
;;     (type $shared (;2;) (func (param "status" 1)))
;;     (type (;3;) (func async (param "status" 1)))
;;     (type $after (;4;) (list u8))
;;     (type (;5;)
;;       (instance
;;         (alias outer $named 3 (type (;0;)))
;;         (export (;0;) "exit" (func (type 0)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $exit (;0;) (type 5)))
;;     (type (;6;)
;;       (instance
;;         (alias outer $named $shared (type (;0;)))
;;         (alias outer $named $after (type (;1;)))
;;         (export (;0;) "now" (func (type 0)))
;;         (type (;2;) (func (result 1)))
;;         (export (;1;) "data" (func (type 2)))
;;       )
;;     )
;;     (import "test:api/none" (instance $none (;1;) (type 6)))
;;     (component $user (;0;)
;;       (type (;0;)
;;         (instance
;;           (alias outer $named $shared (type (;0;)))
;;           (alias outer $named 3 (type (;1;)))
;;           (alias outer $named $after (type (;2;)))
;;           (export (;0;) "wait" (func (type 1)))
;;           (export (;1;) "now" (func (type 0)))
;;           (type (;3;) (func (result 2)))
;;           (export (;2;) "data" (func (type 3)))
;;         )
;;       )
;;       (import "test:api/both" (instance (;0;) (type 0)))
;;     )
;;     (alias export $exit "exit" (func (;0;)))
;;     (alias export $none "now" (func (;1;)))
;;     (alias export $none "data" (func (;2;)))
;;     (instance $both (;2;)
;;       (export "wait" (func 0))
;;       (export "now" (func 1))
;;       (export "data" (func 2))
;;     )
;;     (instance (;3;) (instantiate $user
;;         (with "test:api/both" (instance $both))
;;       )
;;     )
;;   )
