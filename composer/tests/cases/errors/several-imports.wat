;; RUN: compose %

(component
  (import "wasi:cli/nonsense@0.2.0" (instance (export "do" (func))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (import "wasi:http/incoming-handler@0.2.0" (instance))
  (import "wasi:io/poll@0.4.0" (instance (export "pollable" (type (sub resource)))))
  (import "wasi:random/random@0.2.0" (instance (export "get-random-f64" (func (result f64)))))
  (import "other:host/host@1.0.0" (instance (export "do" (func))))
)
