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
