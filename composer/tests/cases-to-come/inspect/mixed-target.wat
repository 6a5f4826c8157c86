;; The guest imports WASI 0.3.0 itself, which a host of a snapshot hasn't got.
;; RUN: inspect %
;; RUN: inspect % --target 0.3.0-rc-2026-02-09

(component
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64))))))

;; $ wasi-uplift inspect mixed-target.wasm
;; exit code: 0

;; $ wasi-uplift inspect mixed-target.wasm --target 0.3.0-rc-2026-02-09
;; exit code: 4
