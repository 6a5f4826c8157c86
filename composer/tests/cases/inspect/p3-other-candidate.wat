;; Another snapshot of WASI 0.3 than the target is nothing that its hosts have.
;; RUN: inspect %

(component
  (import "wasi:clocks/monotonic-clock@0.3.0-rc-2025-09-16" (instance (export "now" (func (result u64))))))
