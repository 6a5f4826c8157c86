;; RUN: compose %

(component
  (import "wasi:io/poll" (instance (export "pollable" (type (sub resource)))))
)
