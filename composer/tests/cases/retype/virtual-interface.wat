;; The guest brings an implementation of its own of the same interface. What only that serves stays
;; as it is.
;; RUN: retype % --wat

(component
  (import "wasi:cli/exit@0.2.0" (instance $api (export "exit" (func (param "status" (result))))))
  (component $virtual
    (core module $m (func (export "exit") (param i32)))
    (core instance $i (instantiate $m))
    (func $exit (param "status" (result)) (canon lift (core func $i "exit")))
    (instance $api (export "exit" (func $exit)))
    (export "wasi:cli/exit@0.2.0" (instance $api))
  )
  (component $user
    (import "wasi:cli/exit@0.2.0" (instance $api (export "exit" (func (param "status" (result))))))
    (alias export $api "exit" (func $wait))
    (core module $m
      (import "" "wait" (func $wait (param i32)))
      (func (export "use") (call $wait (i32.const 0)))
    )
    (core func $wait (canon lower (func $wait)))
    (core instance $i (instantiate $m
      (with "" (instance (export "wait" (func $wait))))
    ))
    (func (export "use") (canon lift (core func $i "use")))
  )
  (instance $virtual (instantiate $virtual))
  (instance $user (instantiate $user
    (with "wasi:cli/exit@0.2.0" (instance $virtual "wasi:cli/exit@0.2.0"))
  ))
  (export "use" (func $user "use"))
)

;; $ wasi-uplift retype virtual-interface.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type (;0;)
;;       (instance
;;         (type (;0;) (result))
;;         (type (;1;) (func async (param "status" 0)))
;;         (export (;0;) "exit" (func (type 1)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $api (;0;) (type 0)))
;;     (component $virtual (;0;)
;;       (core module $m (;0;)
;;         (type (;0;) (func (param i32)))
;;         (export "exit" (func 0))
;;         (func (;0;) (type 0) (param i32))
;;       )
;;       (core instance $i (;0;) (instantiate $m))
;;       (type (;0;) (result))
;;       (type (;1;) (func (param "status" 0)))
;;       (alias core export $i "exit" (core func (;0;)))
;;       (func $exit (;0;) (type 1) (canon lift (core func 0)))
;;       (instance $api (;0;)
;;         (export "exit" (func $exit))
;;       )
;;       (export (;1;) "wasi:cli/exit@0.2.0" (instance $api))
;;     )
;;     (component $user (;1;)
;;       (type (;0;)
;;         (instance
;;           (type (;0;) (result))
;;           (type (;1;) (func (param "status" 0)))
;;           (export (;0;) "exit" (func (type 1)))
;;         )
;;       )
;;       (import "wasi:cli/exit@0.2.0" (instance $api (;0;) (type 0)))
;;       (alias export $api "exit" (func $wait (;0;)))
;;       (core module $m (;0;)
;;         (type (;0;) (func (param i32)))
;;         (type (;1;) (func))
;;         (import "" "wait" (func $wait (;0;) (type 0)))
;;         (export "use" (func 1))
;;         (func (;1;) (type 1)
;;           i32.const 0
;;           call $wait
;;         )
;;       )
;;       (core func $wait (;0;) (canon lower (func $wait)))
;;       (core instance (;0;)
;;         (export "wait" (func $wait))
;;       )
;;       (core instance $i (;1;) (instantiate $m
;;           (with "" (instance 0))
;;         )
;;       )
;;       (type (;1;) (func))
;;       (alias core export $i "use" (core func (;1;)))
;;       (func (;1;) (type 1) (canon lift (core func 1)))
;;       (export (;2;) "use" (func 1))
;;     )
;;     (instance $virtual (;1;) (instantiate $virtual))
;;     (alias export $virtual "wasi:cli/exit@0.2.0" (instance (;2;)))
;;     (instance $user (;3;) (instantiate $user
;;         (with "wasi:cli/exit@0.2.0" (instance 2))
;;       )
;;     )
;;     (alias export $user "use" (func (;0;)))
;;     (export (;1;) "use" (func 0))
;;   )
