;; The guest imports the handler of another server.
;; RUN: compose %

(component
  (import "wasi:http/incoming-handler@0.2.0" (instance))
)

;; $ wasi-uplift compose unsupported-interface.wasm
;; exit code: 1
;; stderr:
;;   error: `unsupported-interface.wasm` was not composed:
;;     the import `wasi:http/incoming-handler@0.2.0` can't be served: this version of wasi-uplift does not support this WASI 0.2 interface yet; build the guest without it
