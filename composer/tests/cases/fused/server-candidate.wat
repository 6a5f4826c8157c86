;; A server of a version before the release.
;; PRINT: compose %
;; PRINT: compose % --front --no-multi-memory
;; PRINT: compose % --link component

(component
  (import "wasi:http/types@0.2.0-rc-2023-11-10" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $request))
  (alias export $types "response-outparam" (type $outparam))
  (core func $drop (canon resource.drop $request))
  (core module $m
    (import "" "drop" (func $drop (param i32)))
    (func $handle (export "handle") (param i32 i32) (call $drop (local.get 0)))
    (func $health (export "health") (result i32) (i32.const 200)))
  (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
  (func $handle (param "request" (own $request)) (param "response-out" (own $outparam))
    (canon lift (core func $i "handle")))
  (func $health (result u32) (canon lift (core func $i "health")))
  (export "health" (func $health))
  (instance $handler (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.0-rc-2023-11-10" (instance $handler))
)
