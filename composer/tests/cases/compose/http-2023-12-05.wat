;; `wasi:http` of this label has the shape of 0.2.0.
;; RUN: inspect %

(component
  (import "wasi:http/types@0.2.0-rc-2023-12-05" (instance $t
    (export "request-options" (type (sub resource)))
    (export "[method]request-options.set-connect-timeout" (func (param "self" (borrow 0)) (param "duration" (option u64)) (result (result))))))
)

;; $ wasi-uplift inspect http-2023-12-05.wasm
;; exit code: 0
;; stdout:
;;   http-2023-12-05.wasm: component, N bytes
;;
;;   imports
;;     wasi:http/types@0.2.0-rc-2023-12-05  adapter
;;
;;   the result imports
;;     wasi:clocks/types@0.3.0
;;     wasi:http/types@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.
