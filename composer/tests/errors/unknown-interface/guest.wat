(component
  (import "wasi:nonsense/thing@0.2.0" (instance (export "do" (func))))
)
