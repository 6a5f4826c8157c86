;; RUN: compose % --without wasi:random
;; RUN: inspect % --without wasi:random

(component
  (import "wasi:random/insecure@0.2.0" (instance
    (export "get-insecure-random-u64" (func (result u64)))
  ))
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
)
