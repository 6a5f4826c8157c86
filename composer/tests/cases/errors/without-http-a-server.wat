;; A server can't do without `wasi:http`.
;; RUN: compose % --without wasi:http
;; RUN: inspect % --without wasi:http

(component
  (import "wasi:http/types@0.2.0" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))
  ))
  (alias export $types "incoming-request" (type $incoming-request))
  (alias export $types "response-outparam" (type $response-outparam))
  (core module $m (func (export "handle") (param i32 i32)))
  (core instance $i (instantiate $m))
  (func $handle
    (param "request" (own $incoming-request))
    (param "response-out" (own $response-outparam))
    (canon lift (core func $i "handle")))
  (instance $handler
    (export "incoming-request" (type $incoming-request))
    (export "response-outparam" (type $response-outparam))
    (export "handle" (func $handle))
  )
  (export "wasi:http/incoming-handler@0.2.0" (instance $handler))
)

;; $ wasi-uplift compose without-http-a-server.wasm --without wasi:http
;; exit code: 1
;; stderr:
;;   error: `without-http-a-server.wasm` was not composed:
;;     the export `wasi:http/incoming-handler@0.2.0` has types of `wasi:http`, which is to be left out: compose it with `wasi:http`, or build the guest without this export

;; $ wasi-uplift inspect without-http-a-server.wasm --without wasi:http
;; exit code: 4
;; stdout:
;;   without-http-a-server.wasm: component, N bytes
;;
;;   imports
;;     wasi:http/types@0.2.0  adapter
;;
;;   exports
;;     wasi:http/incoming-handler@0.2.0  impossible: the export `wasi:http/incoming-handler@0.2.0` has types of `wasi:http`, which is to be left out: compose it with `wasi:http`, or build the guest without this export
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
