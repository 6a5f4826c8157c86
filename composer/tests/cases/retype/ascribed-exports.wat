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
