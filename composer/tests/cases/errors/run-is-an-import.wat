;; What the host is to start is what the host has given.
;; RUN: compose %

(component
  (import "other:host/main" (instance $main (export "run" (func (result (result))))))
  (export "wasi:cli/run@0.2.0" (instance $main))
)
