;; Exports that are given a type: of a function, of an instance, and one that is narrower than what
;; is exported.
;; RUN: retype % --wat

(component
  (type $wait (func (param "status" (result))))
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (instance $api
    (export "wait" (func $exit "exit"))
    (export "now" (func $clock "now"))
  )
  (alias export $api "wait" (func $wait))
  (export $again "again" (func $wait) (func (type $wait)))
  (export "and-again" (func $again))
  (export "test:api/all" (instance $api) (instance
    (export "wait" (func (param "status" (result))))
    (export "now" (func (result u64)))
  ))
  (export "test:api/narrow" (instance $api) (instance
    (export "now" (func (result u64)))
  ))
)

;; $ wasi-uplift retype ascribed-exports.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type (;0;) (result))
;;     (type $wait (;1;) (func async (param "status" 0)))
;;     (type (;2;)
;;       (instance
;;         (type (;0;) (result))
;;         (type (;1;) (func async (param "status" 0)))
;;         (export (;0;) "exit" (func (type 1)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $exit (;0;) (type 2)))
;;     (type (;3;)
;;       (instance
;;         (type (;0;) (func (result u64)))
;;         (export (;0;) "now" (func (type 0)))
;;       )
;;     )
;;     (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (;1;) (type 3)))
;;     (alias export $exit "exit" (func (;0;)))
;;     (alias export $clock "now" (func (;1;)))
;;     (instance $api (;2;)
;;       (export "wait" (func 0))
;;       (export "now" (func 1))
;;     )
;;     (alias export $api "wait" (func $wait (;2;)))
;;     (export $again (;3;) "again" (func $wait) (func (type $wait)))
;;     (export (;4;) "and-again" (func $again))
;;     (type (;4;)
;;       (instance
;;         (type (;0;) (result))
;;         (type (;1;) (func async (param "status" 0)))
;;         (export (;0;) "wait" (func (type 1)))
;;         (type (;2;) (func (result u64)))
;;         (export (;1;) "now" (func (type 2)))
;;       )
;;     )
;;     (export (;3;) "test:api/all" (instance $api) (instance (type 4)))
;;     (type (;5;)
;;       (instance
;;         (type (;0;) (func (result u64)))
;;         (export (;0;) "now" (func (type 0)))
;;       )
;;     )
;;     (export (;4;) "test:api/narrow" (instance $api) (instance (type 5)))
;;   )
