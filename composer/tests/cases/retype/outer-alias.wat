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
