;; A core module with `_start` that imports nothing.
;; RUN: compose %

(module (memory (export "memory") 1) (func (export "_start")))

;; $ wasi-uplift compose start-without-imports.wasm
;; exit code: 1
;; stderr:
;;   error: `start-without-imports.wasm` was not composed:
;;     the input is a core module, not a component: it is a program that imports nothing of WASI, so that there is nothing to uplift; make a component of it first, with `wasm-tools component new` and the adapter of `wasi_snapshot_preview1` for commands
