;; The guest has a release of WASI 0.3, and is to run on hosts of a snapshot.
;; RUN: inspect % --target 0.3.0-rc-2026-02-09

(component
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64))))))
