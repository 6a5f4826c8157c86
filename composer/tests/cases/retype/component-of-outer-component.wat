;; A component is taken from outside and instantiated twice: it has one type, and what one instance
;; needs the other one gets.
;; RUN: retype % --wat

(component
  (component $tool
    (import "do" (func $do (param "status" (result))))
    (core module $m
      (import "" "do" (func $do (param i32)))
      (func (export "do-it") (param i32) (call $do (local.get 0)))
    )
    (core func $do (canon lower (func $do)))
    (core instance $i (instantiate $m (with "" (instance (export "do" (func $do))))))
    (func (export "do-it") (param "status" (result)) (canon lift (core func $i "do-it")))
  )
  (import "wasi:cli/exit@0.2.0" (instance $api (export "exit" (func (param "status" (result))))))
  (component $user
    (alias outer 1 $tool (component $tool))
    (import "do" (func $do (param "status" (result))))
    (instance $once (instantiate $tool (with "do" (func $do))))
    (alias export $once "do-it" (func $do-it))
    (instance $twice (instantiate $tool (with "do" (func $do-it))))
    (export "do-it" (func $twice "do-it"))
  )
  (alias export $api "exit" (func $wait))
  (instance $user (instantiate $user (with "do" (func $wait))))
  (export "do-it" (func $user "do-it"))
)

;; $ wasi-uplift retype component-of-outer-component.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (component $tool (;0;)
;;       (type (;0;) (result))
;;       (type (;1;) (func async (param "status" 0)))
;;       (import "do" (func $do (;0;) (type 1)))
;;       (core module $m (;0;)
;;         (type (;0;) (func (param i32)))
;;         (import "" "do" (func $do (;0;) (type 0)))
;;         (export "do-it" (func 1))
;;         (func (;1;) (type 0) (param i32)
;;           local.get 0
;;           call $do
;;         )
;;       )
;;       (core func $do (;0;) (canon lower (func $do)))
;;       (core instance (;0;)
;;         (export "do" (func $do))
;;       )
;;       (core instance $i (;1;) (instantiate $m
;;           (with "" (instance 0))
;;         )
;;       )
;;       (type (;2;) (result))
;;       (type (;3;) (func async (param "status" 2)))
;;       (alias core export $i "do-it" (core func (;1;)))
;;       (func (;1;) (type 3) (canon lift (core func 1)))
;;       (export (;2;) "do-it" (func 1))
;;     )
;;     (type (;0;)
;;       (instance
;;         (type (;0;) (result))
;;         (type (;1;) (func async (param "status" 0)))
;;         (export (;0;) "exit" (func (type 1)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $api (;0;) (type 0)))
;;     (component $user (;1;)
;;       (alias outer 1 $tool (component $tool (;0;)))
;;       (type (;0;) (result))
;;       (type (;1;) (func async (param "status" 0)))
;;       (import "do" (func $do (;0;) (type 1)))
;;       (instance $once (;0;) (instantiate $tool
;;           (with "do" (func $do))
;;         )
;;       )
;;       (alias export $once "do-it" (func $do-it (;1;)))
;;       (instance $twice (;1;) (instantiate $tool
;;           (with "do" (func $do-it))
;;         )
;;       )
;;       (alias export $twice "do-it" (func (;2;)))
;;       (export (;3;) "do-it" (func 2))
;;     )
;;     (alias export $api "exit" (func $wait (;0;)))
;;     (instance $user (;1;) (instantiate $user
;;         (with "do" (func $wait))
;;       )
;;     )
;;     (alias export $user "do-it" (func (;1;)))
;;     (export (;2;) "do-it" (func 1))
;;   )
