;; RUN: compose % --keep-sync g
;; RUN: inspect % --keep-sync g

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "f" (func $f))
)
