;; The interface has no such type: there is nothing to serve it with.
;; RUN: compose %
;; RUN: compose % --link component

(component
  (import "wasi:io/streams@0.2.0" (instance
    (type $t u32) (export "streame-rror" (type (eq $t))))))

;; $ wasi-uplift compose unknown-type.wasm
;; exit code: 1
;; stderr:
;;   error: `unknown-type.wasm` was not composed:
;;     the import `wasi:io/streams@0.2.0` can't be served: its type `streame-rror` is newer than this version of wasi-uplift, or was never part of WASI 0.2; use a later wasi-uplift, or build the guest without it

;; $ wasi-uplift compose unknown-type.wasm --link component
;; exit code: 1
;; stderr:
;;   error: `unknown-type.wasm` was not composed:
;;     the import `wasi:io/streams@0.2.0` can't be served: its type `streame-rror` is newer than this version of wasi-uplift, or was never part of WASI 0.2; use a later wasi-uplift, or build the guest without it
