;; RUN: compose %

(component
  (import "wasi:io/pipes@0.2.0" (instance (export "do" (func))))
)
