;; RUN: compose %

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance
    (type $datetime' (record (field "seconds" u64)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
  ))
)
