;; No version of WASI 0.2 has this interface.
;; RUN: compose %

(component
  (import "wasi:io/pipes@0.2.0" (instance (export "do" (func))))
)

;; $ wasi-uplift compose unknown-interface.wasm
;; exit code: 1
;; stderr:
;;   error: `unknown-interface.wasm` was not composed:
;;     the import `wasi:io/pipes@0.2.0` can't be served: WASI 0.2 has no such interface; join the guest with a component that serves it first, for example with `wac plug`, or build it without; `compose --plug` joins the two
