;; A core module that imports preview1, and a function of another module.
;; RUN: compose %

(module
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
  (import "env" "other" (func))
  (memory (export "memory") 1)
  (func (export "_start"))
)

;; $ wasi-uplift compose preview1-and-more.wasm
;; exit code: 1
;; stderr:
;;   error: `preview1-and-more.wasm` was not composed:
;;     the input is a core module that imports `wasi_snapshot_preview1`, and can't be made a component: failed to decode world from module: module was not valid: failed to resolve import `env::other`: module requires an import interface named `env`; make a component of it first, for example with `wasm-tools component new`
