(component
  (import "wasi:http/types@0.2.0" (instance (export "fields" (type (sub resource)))))
)
