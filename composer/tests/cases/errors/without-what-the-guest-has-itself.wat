;; RUN: compose % --without wasi:clocks
;; RUN: inspect % --without wasi:clocks

(component
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64)))))
)
