;; RUN: compose % --keep-sync f --async f
;; RUN: inspect % --keep-sync f --async f

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "f" (func $f))
)
