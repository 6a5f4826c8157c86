;; RUN: compose % --target 0.3.0-rc-2026-02-09
;; RUN: inspect % --target 0.3.0-rc-2026-02-09

(component
  (import "wasi:filesystem/types@0.2.0" (instance
    (export "descriptor" (type $descriptor (sub resource)))
    (export "[method]descriptor.is-same-object" (func
      (param "self" (borrow $descriptor)) (param "other" (borrow $descriptor)) (result bool)))
  ))
)
