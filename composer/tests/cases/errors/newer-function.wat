;; A function that no known version of the interface has.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.99" (instance
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "[method]pollable.peek" (func (param "self" (borrow $pollable)) (result bool)))
  ))
)

;; $ wasi-uplift compose newer-function.wasm
;; exit code: 1
;; stderr:
;;   error: `newer-function.wasm` was not composed:
;;     the import `wasi:io/poll@0.2.99` can't be served: its function `[method]pollable.peek` is newer than this version of wasi-uplift, or was never part of WASI 0.2; use a later wasi-uplift, or build the guest without it
