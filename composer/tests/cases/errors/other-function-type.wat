;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance
    (export "poll" (func (param "in" (list u32)) (result (list u32))))
  ))
)
