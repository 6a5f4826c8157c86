;; WASI 0.3 has no such interface, and a later version may not be there.
;; RUN: inspect %

(component
  (import "wasi:clocks/nonsense@0.3.0" (instance (export "now" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.3.7" (instance (export "frob" (func (result u64))))))
