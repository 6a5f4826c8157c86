;; Passes a `pollable` of one version of `wasi:io/poll` to a function of another. The types are two,
;; so it traps.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll-0
    (export "pollable" (type (sub resource)))))
  (alias export $poll-0 "pollable" (type $pollable-0))
  (import "wasi:io/poll@0.2.3" (instance $poll-3
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable-0 (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $subscribe-duration (canon lower (func $clock "subscribe-duration")))
  (core func $ready (canon lower (func $poll-3 "[method]pollable.ready")))
  (core module $main
    (import "" "subscribe-duration" (func $subscribe-duration (param i64) (result i32)))
    (import "" "ready" (func $ready (param i32) (result i32)))
    (func (export "run") (result i32)
      (drop (call $ready (call $subscribe-duration (i64.const 1))))
      i32.const 0))
  (core instance $m (instantiate $main (with "" (instance
    (export "subscribe-duration" (func $subscribe-duration))
    (export "ready" (func $ready))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (instance $exported (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exported)))
