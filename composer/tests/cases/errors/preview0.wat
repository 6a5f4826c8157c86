;; A core module of the time before preview1.
;; RUN: compose %

(module (import "wasi_unstable" "proc_exit" (func (param i32))) (memory (export "memory") 1) (func (export "_start")))

;; $ wasi-uplift compose preview0.wasm
;; exit code: 1
;; stderr:
;;   error: `preview0.wasm` was not composed:
;;     the input is a core module, not a component: it imports `wasi_unstable`, a snapshot of WASI from before `wasi_snapshot_preview1`, which no tool makes components of; build the program with a toolchain for `wasm32-wasip1` or `wasm32-wasip2`
