;; An interface of the host has a variant of WASI 0.2 that has a resource in it.
;; RUN: compose %

(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "input-stream" (type (sub resource)))))
  (alias export $streams "stream-error" (type $stream-error))
  (import "other:host/device" (instance
    (alias outer 1 $stream-error (type $outer))
    (export "stream-error" (type $stream-error (eq $outer)))
    (export "last" (func (result $stream-error)))))
)

;; $ wasi-uplift compose host-import-with-variant.wasm
;; exit code: 1
;; stderr:
;;   error: `host-import-with-variant.wasm` was not composed:
;;     the import `other:host/device` is not of WASI 0.2, so it is for the host to serve, but its function `last` has the resource `stream-error` of `wasi:io/streams@0.2.0`, which a WASI 0.3 host doesn't have: join the guest with a component that serves `other:host/device` first, for example with `wac plug`, or build it without; `compose --plug` joins the two
