;; Imports of WASI 0.3 that the target hasn't got: an interface, and a function.
;; RUN: inspect %

(component
  (import "wasi:clocks/nonsense@0.3.0" (instance (export "now" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.3.7" (instance (export "frob" (func (result u64))))))

;; $ wasi-uplift inspect p3-unknown.wasm
;; exit code: 4
