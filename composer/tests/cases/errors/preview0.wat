;; A core module of the time before preview1.
;; RUN: compose %

(module (import "wasi_unstable" "proc_exit" (func (param i32))) (memory (export "memory") 1) (func (export "_start")))

;; $ wasi-uplift compose preview0.wasm
;; exit code: 1
