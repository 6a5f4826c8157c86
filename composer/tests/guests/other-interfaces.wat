;; A library: it imports an interface of the host's, and exports one in which types of WASI 0.2 are
;; used, a record and a resource.
;; RUN: inspect %
;; RUN: inspect % --json
;; RUN: inspect % --keep-sync other:library/api@0.2.0

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
  ))
  (alias export $clock "datetime" (type $datetime))
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "other:host/device@1.2.3" (instance $device
    (export "reading" (type (sub resource)))
    (export "read" (func (result u32)))
  ))
  (core module $m
    (import "" "block" (func $block (param i32)))
    (import "" "read" (func $read (result i32)))
    (memory (export "memory") 1)
    (func (export "when") (result i32) i32.const 0)
    (func (export "wait") (param i32) (result i32)
      (call $block (local.get 0))
      call $read
    )
  )
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $read (canon lower (func $device "read")))
  (core instance $i (instantiate $m
    (with "" (instance
      (export "block" (func $block))
      (export "read" (func $read))
    ))
  ))
  (func $when (result $datetime)
    (canon lift (core func $i "when") (memory (core memory $i "memory"))))
  (func $wait (param "what" (own $pollable)) (result u32) (canon lift (core func $i "wait")))
  (instance $api
    (export "datetime" (type $datetime))
    (export "pollable" (type $pollable))
    (export "when" (func $when))
    (export "wait" (func $wait))
  )
  (export "other:library/api@0.2.0" (instance $api))
)
