;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0-rc-2023-10-18" (instance (export "pollable" (type (sub resource)))))
)
