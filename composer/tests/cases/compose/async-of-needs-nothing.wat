;; A guest that imports nothing is left as it is, unless its export is to become `async`.
;; RUN: compose % --wat
;; RUN: compose % --wat --async f

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "f" (func $f))
)
