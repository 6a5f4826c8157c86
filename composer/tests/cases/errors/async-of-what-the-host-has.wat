;; RUN: compose % --async again
;; RUN: inspect % --async again

(component
  (import "f" (func $f))
  (export "again" (func $f))
)
