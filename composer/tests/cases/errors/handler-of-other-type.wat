;; A server whose `handle` has another type than in WASI 0.2.
;; RUN: compose %

(component
  (core module $m (func (export "handle") (param i32)))
  (core instance $i (instantiate $m))
  (func $handle (param "request" u32) (canon lift (core func $i "handle")))
  (instance $handler (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.0" (instance $handler))
)

;; $ wasi-uplift compose handler-of-other-type.wasm
;; exit code: 1
;; stderr:
;;   error: `handler-of-other-type.wasm` was not composed:
;;     `wasi:http/incoming-handler@0.2.0` does not have the types that WASI 0.2 gives it: `handle` is func(request: u32), and should be func(request: own<incoming-request>, response-out: own<response-outparam>); build the guest from the interface's definition as it was published
