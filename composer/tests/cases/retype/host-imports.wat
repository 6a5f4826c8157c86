;; What the host serves keeps its type, also where it is passed on, and though it has the same type
;; as a function that waits.
;; RUN: retype % --wat

(component
  (type $shared (func (param "status" (result))))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (alias outer 1 $shared (type $shared))
    (export "exit" (func (type $shared)))
  ))
  (import "other:host/host" (instance $host
    (alias outer 1 $shared (type $shared))
    (export "wait" (func (type $shared)))
  ))
  (import "tick" (func $tick (type $shared)))
  (component $user
    (import "wait" (func $wait (param "status" (result))))
    (import "tick" (func $tick (param "status" (result))))
    (core module $m
      (import "" "wait" (func $wait (param i32)))
      (import "" "tick" (func $tick (param i32)))
      (func (export "use") (call $wait (i32.const 0)) (call $tick (i32.const 0)))
    )
    (core func $wait (canon lower (func $wait)))
    (core func $tick (canon lower (func $tick)))
    (core instance $i (instantiate $m
      (with "" (instance
        (export "wait" (func $wait))
        (export "tick" (func $tick))
      ))
    ))
    (func (export "use") (canon lift (core func $i "use")))
  )
  (alias export $host "wait" (func $wait))
  (instance $user (instantiate $user
    (with "wait" (func $wait))
    (with "tick" (func $tick))
  ))
  (export "use" (func $user "use"))
  (export "tick-again" (func $tick))
)

;; $ wasi-uplift retype host-imports.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type (;0;) (result))
;;     (type $shared (;1;) (func (param "status" 0)))
;;     (type (;2;) (func async (param "status" 0)))
;;     (type (;3;)
;;       (instance
;;         (alias outer 1 2 (type (;0;)))
;;         (export (;0;) "exit" (func (type 0)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $exit (;0;) (type 3)))
;;     (type (;4;)
;;       (instance
;;         (alias outer 1 $shared (type (;0;)))
;;         (export (;0;) "wait" (func (type 0)))
;;       )
;;     )
;;     (import "other:host/host" (instance $host (;1;) (type 4)))
;;     (import "tick" (func $tick (;0;) (type $shared)))
;;     (component $user (;0;)
;;       (type (;0;) (result))
;;       (type (;1;) (func (param "status" 0)))
;;       (import "wait" (func $wait (;0;) (type 1)))
;;       (type (;2;) (result))
;;       (type (;3;) (func (param "status" 2)))
;;       (import "tick" (func $tick (;1;) (type 3)))
;;       (core module $m (;0;)
;;         (type (;0;) (func (param i32)))
;;         (type (;1;) (func))
;;         (import "" "wait" (func $wait (;0;) (type 0)))
;;         (import "" "tick" (func $tick (;1;) (type 0)))
;;         (export "use" (func 2))
;;         (func (;2;) (type 1)
;;           i32.const 0
;;           call $wait
;;           i32.const 0
;;           call $tick
;;         )
;;       )
;;       (core func $wait (;0;) (canon lower (func $wait)))
;;       (core func $tick (;1;) (canon lower (func $tick)))
;;       (core instance (;0;)
;;         (export "wait" (func $wait))
;;         (export "tick" (func $tick))
;;       )
;;       (core instance $i (;1;) (instantiate $m
;;           (with "" (instance 0))
;;         )
;;       )
;;       (type (;4;) (func))
;;       (alias core export $i "use" (core func (;2;)))
;;       (func (;2;) (type 4) (canon lift (core func 2)))
;;       (export (;3;) "use" (func 2))
;;     )
;;     (alias export $host "wait" (func $wait (;1;)))
;;     (instance $user (;2;) (instantiate $user
;;         (with "wait" (func $wait))
;;         (with "tick" (func $tick))
;;       )
;;     )
;;     (alias export $user "use" (func (;2;)))
;;     (export (;3;) "use" (func 2))
;;     (export (;4;) "tick-again" (func $tick))
;;   )
