;; A function type goes down two levels before it is used.
;; RUN: retype % --wat

(component
  (type $shared (func (param "status" (result))))
  (import "wasi:cli/exit@0.2.0" (instance $api
    (alias outer 1 $shared (type $wait))
    (export "exit" (func (type $wait)))
  ))
  (component $outer
    (alias outer 1 $shared (type $once))
    (component $inner
      (alias outer 1 $once (type $twice))
      (import "wait" (func (type $twice)))
    )
    (import "wait" (func $wait (type $once)))
    (instance (instantiate $inner (with "wait" (func $wait))))
  )
  (alias export $api "exit" (func $wait))
  (instance (instantiate $outer (with "wait" (func $wait))))
)

;; $ wasi-uplift retype outer-alias-of-outer-alias.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type (;0;) (result))
;;     (type $shared (;1;) (func async (param "status" 0)))
;;     (type (;2;)
;;       (instance
;;         (alias outer 1 $shared (type (;0;)))
;;         (export (;0;) "exit" (func (type 0)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $api (;0;) (type 2)))
;;     (component $outer (;0;)
;;       (alias outer 1 $shared (type $once (;0;)))
;;       (component $inner (;0;)
;;         (alias outer $outer $once (type $twice (;0;)))
;;         (import "wait" (func (;0;) (type $twice)))
;;       )
;;       (import "wait" (func $wait (;0;) (type $once)))
;;       (instance (;0;) (instantiate $inner
;;           (with "wait" (func $wait))
;;         )
;;       )
;;     )
;;     (alias export $api "exit" (func $wait (;0;)))
;;     (instance (;1;) (instantiate $outer
;;         (with "wait" (func $wait))
;;       )
;;     )
;;   )
