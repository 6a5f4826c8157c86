;; A core module that doesn't import preview1.
;; RUN: compose %

(module (func (export "run")))

;; $ wasi-uplift compose core-module.wasm
;; exit code: 1
;; stderr:
;;   error: `core-module.wasm` was not composed:
;;     the input is a core module, not a component: make a component of it first, for example with `wasm-tools component new`
