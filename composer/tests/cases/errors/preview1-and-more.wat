;; RUN: compose %

(module
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
  (import "env" "other" (func))
  (memory (export "memory") 1)
  (func (export "_start"))
)
