;; Some of it can be served, and some can't.
;; RUN: inspect %
;; RUN: inspect % --json

(component
  (import "wasi:cli/nonsense@0.2.0" (instance (export "do" (func))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result f64)))))
  (import "wasi:io/poll@0.4.0" (instance (export "pollable" (type (sub resource)))))
  (import "other:host/host@1.0.0" (instance (export "do" (func $do))))
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run (result u32) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)
