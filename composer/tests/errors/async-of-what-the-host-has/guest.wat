(component
  (import "f" (func $f))
  (export "again" (func $f))
)
