;; A version after WASI 0.3.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.4.0" (instance (export "pollable" (type (sub resource)))))
)

;; $ wasi-uplift compose version-later.wasm
;; exit code: 1
;; stderr:
;;   error: `version-later.wasm` was not composed:
;;     the import `wasi:io/poll@0.4.0` can't be served: the versions of this interface that can be served are 0.2.0 and later 0.2.x, 0.2.0-rc-2023-11-10 and 0.2.0-rc-2023-12-05; build the guest for one of these
