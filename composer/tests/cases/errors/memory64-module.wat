;; A core module with a 64-bit memory, which the preview1 adapter can't serve.
;; RUN: compose %

(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i64 i64 i64 i64) (result i32)))
  (memory (export "memory") i64 1)
  (func (export "_start")))

;; $ wasi-uplift compose memory64-module.wasm
;; exit code: 1
;; stderr:
;;   error: `memory64-module.wasm` was not composed:
;;     the input is a core module that imports `wasi_snapshot_preview1`, and can't be made a component: its memory has addresses of 64 bits, which components can't have; build it for `wasm32`
