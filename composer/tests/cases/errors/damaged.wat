;; An instruction that pushes an `i32` where an `i64` is needed.
;; RUN: compose %

(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (core module (func (result i64) i32.const 1000000))
)

;; $ wasi-uplift compose damaged.wasm
;; exit code: 1
;; stderr:
;;   error: `damaged.wasm` was not composed:
;;     the input is not a valid component: it is damaged, or it needs features of the component model that a WASI 0.3 host doesn't have by default:
;;     type mismatch: expected i64, found i32 (at offset 0x60)
