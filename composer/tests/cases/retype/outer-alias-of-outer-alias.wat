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
