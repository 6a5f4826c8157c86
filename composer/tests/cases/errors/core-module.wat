;; RUN: compose %

(module (func (export "run")))
