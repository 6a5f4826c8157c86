;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.99" (instance
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "[method]pollable.peek" (func (param "self" (borrow $pollable)) (result bool)))
  ))
)
