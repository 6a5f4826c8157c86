;; The inner component waits, and is called through the outer one by the outermost: on the way up
;; everything becomes `async`, but not what another component does that can't wait.
;; RUN: retype % --wat

(component
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (instance $api
    (export "wait" (func $exit "exit"))
    (export "now" (func $clock "now"))
  )
  (component $outer
    (import "api" (instance $api
      (export "wait" (func (param "status" (result))))
      (export "now" (func (result u64)))
    ))
    (component $inner
      (import "wait" (func $wait (param "status" (result))))
      (core module $m
        (import "" "wait" (func $wait (param i32)))
        (func (export "work") (result i32) (call $wait (i32.const 0)) i32.const 1)
      )
      (core func $wait (canon lower (func $wait)))
      (core instance $i (instantiate $m
        (with "" (instance (export "wait" (func $wait))))
      ))
      (func (export "work") (result u32) (canon lift (core func $i "work")))
    )
    (component $timer
      (import "now" (func $now (result u64)))
      (core module $m
        (import "" "now" (func $now (result i64)))
        (func (export "later") (result i64) call $now)
      )
      (core func $now (canon lower (func $now)))
      (core instance $i (instantiate $m
        (with "" (instance (export "now" (func $now))))
      ))
      (func (export "later") (result u64) (canon lift (core func $i "later")))
    )
    (alias export $api "wait" (func $wait))
    (alias export $api "now" (func $now))
    (instance $inner (instantiate $inner (with "wait" (func $wait))))
    (instance $timer (instantiate $timer (with "now" (func $now))))
    (alias export $inner "work" (func $work))
    (core module $m
      (import "" "work" (func $work (result i32)))
      (func (export "manage") (result i32) call $work)
    )
    (core func $work (canon lower (func $work)))
    (core instance $i (instantiate $m
      (with "" (instance (export "work" (func $work))))
    ))
    (func (export "manage") (result u32) (canon lift (core func $i "manage")))
    (export "later" (func $timer "later"))
  )
  (instance $outer (instantiate $outer (with "api" (instance $api))))
  (export "manage" (func $outer "manage"))
  (export "later" (func $outer "later"))
)
