;; A command that needs an import that this host hasn't got.
;; RUN: run %

(component
  (import "my:own/thing" (instance (export "f" (func))))
)
