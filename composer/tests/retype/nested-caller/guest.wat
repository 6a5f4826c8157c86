;; The inner component waits, and is called through the outer one by the outermost: on the way up
;; everything becomes `async`, but not what another component does that can't wait.
;; waits: test:api/api#wait
(component
  (import "test:api/api" (instance $api
    (export "wait" (func))
    (export "now" (func (result u32)))
  ))
  (component $outer
    (import "api" (instance $api
      (export "wait" (func))
      (export "now" (func (result u32)))
    ))
    (component $inner
      (import "wait" (func $wait))
      (core module $m
        (import "" "wait" (func $wait))
        (func (export "work") (result i32) call $wait i32.const 1)
      )
      (core func $wait (canon lower (func $wait)))
      (core instance $i (instantiate $m
        (with "" (instance (export "wait" (func $wait))))
      ))
      (func (export "work") (result u32) (canon lift (core func $i "work")))
    )
    (component $clock
      (import "now" (func $now (result u32)))
      (core module $m
        (import "" "now" (func $now (result i32)))
        (func (export "later") (result i32) call $now)
      )
      (core func $now (canon lower (func $now)))
      (core instance $i (instantiate $m
        (with "" (instance (export "now" (func $now))))
      ))
      (func (export "later") (result u32) (canon lift (core func $i "later")))
    )
    (alias export $api "wait" (func $wait))
    (alias export $api "now" (func $now))
    (instance $inner (instantiate $inner (with "wait" (func $wait))))
    (instance $clock (instantiate $clock (with "now" (func $now))))
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
    (export "later" (func $clock "later"))
  )
  (instance $outer (instantiate $outer (with "api" (instance $api))))
  (export "manage" (func $outer "manage"))
  (export "later" (func $outer "later"))
)
