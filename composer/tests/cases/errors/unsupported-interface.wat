;; RUN: compose %

(component
  (import "wasi:http/incoming-handler@0.2.0" (instance))
)
