;; An interface of the host has a resource of WASI 0.2.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "other:host/device" (instance
    (alias outer 1 $pollable (type $outer-pollable))
    (export "pollable" (type $pollable (eq $outer-pollable)))
    (export "subscribe" (func (result (own $pollable))))
  ))
)

;; $ wasi-uplift compose host-import-with-resource.wasm
;; exit code: 1
;; stderr:
;;   error: `host-import-with-resource.wasm` was not composed:
;;     the import `other:host/device` is not of WASI 0.2, so it is for the host to serve, but its function `subscribe` has the resource `pollable` of `wasi:io/poll@0.2.0`, which a WASI 0.3 host doesn't have: join the guest with a component that serves `other:host/device` first, for example with `wac plug`, or build it without; `compose --plug` joins the two
