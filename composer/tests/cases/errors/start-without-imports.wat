;; A core module with `_start` that imports nothing.
;; RUN: compose %

(module (memory (export "memory") 1) (func (export "_start")))

;; $ wasi-uplift compose start-without-imports.wasm
;; exit code: 1
