;; A component is passed to a component. The type under which it is passed is retyped with it.
;; RUN: retype % --wat

(component
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (instance $api
    (export "wait" (func $exit "exit"))
    (export "now" (func $clock "now"))
  )
  (component $worker
    (import "api" (instance $api
      (export "wait" (func (param "status" (result))))
      (export "now" (func (result u64)))
    ))
    (alias export $api "wait" (func $wait))
    (core module $m
      (import "" "wait" (func $wait (param i32)))
      (func (export "work") (call $wait (i32.const 0)))
    )
    (core func $wait (canon lower (func $wait)))
    (core instance $i (instantiate $m
      (with "" (instance (export "wait" (func $wait))))
    ))
    (func (export "work") (canon lift (core func $i "work")))
  )
  (component $manager
    (import "api" (instance $api
      (export "wait" (func (param "status" (result))))
      (export "now" (func (result u64)))
    ))
    (import "worker" (component $worker
      (import "api" (instance
        (export "wait" (func (param "status" (result))))
        (export "now" (func (result u64)))
      ))
      (export "work" (func))
    ))
    (instance $w (instantiate $worker (with "api" (instance $api))))
    (export "work" (func $w "work"))
  )
  (instance $m (instantiate $manager
    (with "api" (instance $api))
    (with "worker" (component $worker))
  ))
  (export "work" (func $m "work"))
)

;; $ wasi-uplift retype component-type.wasm --wat
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
;;     (import "wasi:cli/exit@0.2.0" (instance $exit (;0;) (type 0)))
;;     (type (;1;)
;;       (instance
;;         (type (;0;) (func (result u64)))
;;         (export (;0;) "now" (func (type 0)))
;;       )
;;     )
;;     (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (;1;) (type 1)))
;;     (alias export $exit "exit" (func (;0;)))
;;     (alias export $clock "now" (func (;1;)))
;;     (instance $api (;2;)
;;       (export "wait" (func 0))
;;       (export "now" (func 1))
;;     )
;;     (component $worker (;0;)
;;       (type (;0;)
;;         (instance
;;           (type (;0;) (result))
;;           (type (;1;) (func async (param "status" 0)))
;;           (export (;0;) "wait" (func (type 1)))
;;           (type (;2;) (func (result u64)))
;;           (export (;1;) "now" (func (type 2)))
;;         )
;;       )
;;       (import "api" (instance $api (;0;) (type 0)))
;;       (alias export $api "wait" (func $wait (;0;)))
;;       (core module $m (;0;)
;;         (type (;0;) (func (param i32)))
;;         (type (;1;) (func))
;;         (import "" "wait" (func $wait (;0;) (type 0)))
;;         (export "work" (func 1))
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
;;       (type (;1;) (func async))
;;       (alias core export $i "work" (core func (;1;)))
;;       (func (;1;) (type 1) (canon lift (core func 1)))
;;       (export (;2;) "work" (func 1))
;;     )
;;     (component $manager (;1;)
;;       (type (;0;)
;;         (instance
;;           (type (;0;) (result))
;;           (type (;1;) (func async (param "status" 0)))
;;           (export (;0;) "wait" (func (type 1)))
;;           (type (;2;) (func (result u64)))
;;           (export (;1;) "now" (func (type 2)))
;;         )
;;       )
;;       (import "api" (instance $api (;0;) (type 0)))
;;       (type (;1;)
;;         (component
;;           (type (;0;)
;;             (instance
;;               (type (;0;) (result))
;;               (type (;1;) (func async (param "status" 0)))
;;               (export (;0;) "wait" (func (type 1)))
;;               (type (;2;) (func (result u64)))
;;               (export (;1;) "now" (func (type 2)))
;;             )
;;           )
;;           (import "api" (instance (;0;) (type 0)))
;;           (type (;1;) (func async))
;;           (export (;0;) "work" (func (type 1)))
;;         )
;;       )
;;       (import "worker" (component $worker (;0;) (type 1)))
;;       (instance $w (;1;) (instantiate $worker
;;           (with "api" (instance $api))
;;         )
;;       )
;;       (alias export $w "work" (func (;0;)))
;;       (export (;1;) "work" (func 0))
;;     )
;;     (instance $m (;3;) (instantiate $manager
;;         (with "api" (instance $api))
;;         (with "worker" (component $worker))
;;       )
;;     )
;;     (alias export $m "work" (func (;2;)))
;;     (export (;3;) "work" (func 2))
;;   )
