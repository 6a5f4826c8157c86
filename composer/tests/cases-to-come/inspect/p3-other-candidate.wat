;; An import of a release candidate of WASI 0.3 that is not the target.
;; RUN: inspect %

(component
  (import "wasi:clocks/monotonic-clock@0.3.0-rc-2025-09-16" (instance (export "now" (func (result u64))))))

;; $ wasi-uplift inspect p3-other-candidate.wasm
;; exit code: 4
