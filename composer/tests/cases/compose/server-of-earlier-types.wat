;; A server whose handler is of another version than its types.
;; RUN: inspect %
;; RUN: compose % --link component

(component
  (import "wasi:http/types@0.2.0" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $request))
  (alias export $types "response-outparam" (type $outparam))
  (core module $m (func (export "handle") (param i32 i32)))
  (core instance $i (instantiate $m))
  (func $handle (param "request" (own $request)) (param "response-out" (own $outparam))
    (canon lift (core func $i "handle")))
  (instance $handler (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.3" (instance $handler))
)

;; $ wasi-uplift inspect server-of-earlier-types.wasm
;; exit code: 0
;; stdout:
;;   server-of-earlier-types.wasm: component, N bytes
;;
;;   imports
;;     wasi:http/types@0.2.0  adapter
;;
;;   exports
;;     wasi:http/incoming-handler@0.2.3  becomes wasi:http/handler@0.3.0
;;
;;   the result imports
;;     wasi:http/types@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift compose server-of-earlier-types.wasm --link component
;; exit code: 0
;; stdout: a component
