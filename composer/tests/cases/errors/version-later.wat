;; RUN: compose %

(component
  (import "wasi:io/poll@0.4.0" (instance (export "pollable" (type (sub resource)))))
)
