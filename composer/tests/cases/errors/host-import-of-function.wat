;; A function of the host returns a resource of WASI 0.2.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "pollable" (type $imported-pollable (eq $pollable)))
  (import "subscribe" (func (result (own $imported-pollable))))
)

;; $ wasi-uplift compose host-import-of-function.wasm
;; exit code: 1
;; stderr:
;;   error: `host-import-of-function.wasm` was not composed:
;;     the import `pollable` is not of WASI 0.2, so it is for the host to serve, but it has the resource `pollable` of `wasi:io/poll@0.2.0`, which a WASI 0.3 host doesn't have: join the guest with a component that serves `pollable` first, for example with `wac plug`, or build it without; `compose --plug` joins the two
