;; A clock that goes a thousand times as fast as the one that it is given.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $now (canon lower (func $clock "now")))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core module $m
    (import "" "now" (func $now (result i64)))
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (func (export "now") (result i64) (i64.mul (call $now) (i64.const 1000)))
    (func (export "subscribe") (param i64) (result i32)
      (call $subscribe (i64.div_u (local.get 0) (i64.const 1000)))))
  (core instance $i (instantiate $m (with "" (instance
    (export "now" (func $now))
    (export "subscribe" (func $subscribe))))))
  (func $fast-now (result u64) (canon lift (core func $i "now")))
  (func $fast-subscribe (param "when" u64) (result (own $pollable))
    (canon lift (core func $i "subscribe")))
  (instance $fast
    (export "pollable" (type $pollable))
    (export "now" (func $fast-now))
    (export "subscribe-duration" (func $fast-subscribe)))
  (export "wasi:clocks/monotonic-clock@0.2.0" (instance $fast))
)
