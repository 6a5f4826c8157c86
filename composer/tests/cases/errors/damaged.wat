;; An instruction that pushes an `i32` where an `i64` is needed.
;; RUN: compose %

(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (core module (func (result i64) i32.const 1000000))
)
