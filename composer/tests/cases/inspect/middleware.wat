;; The guest passes requests on to the handler of another component.
;; RUN: inspect %

(component
  (import "wasi:http/types@0.2.0" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $request))
  (alias export $types "response-outparam" (type $outparam))
  (import "wasi:http/incoming-handler@0.2.0" (instance
    (alias outer 1 $request (type $request'))
    (export "incoming-request" (type $request'' (eq $request')))
    (alias outer 1 $outparam (type $outparam'))
    (export "response-outparam" (type $outparam'' (eq $outparam')))
    (export "handle" (func (param "request" (own $request'')) (param "response-out" (own $outparam''))))))
)

;; $ wasi-uplift inspect middleware.wasm
;; exit code: 0
;; stdout:
;;   middleware.wasm: component, N bytes
;;
;;   imports
;;     wasi:http/types@0.2.0             adapter
;;     wasi:http/incoming-handler@0.2.0  adapter; may wait: handle
;;
;;   the result imports
;;     wasi:http/types@0.3.0
;;     wasi:http/handler@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `wasi:http/handler@0.3.0`.
