;; RUN: compose % --async f
;; RUN: inspect % --async f

(component)
