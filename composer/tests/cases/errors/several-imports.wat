;; Each import that can't be served is named, with the reason.
;; RUN: compose %

(component
  (import "wasi:cli/nonsense@0.2.0" (instance (export "do" (func))))
  (import "wasi:cli/run@0.2.0" (instance (export "run" (func (result (result))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (import "wasi:io/poll@0.4.0" (instance (export "pollable" (type (sub resource)))))
  (import "wasi:random/random@0.2.0" (instance (export "get-random-f64" (func (result f64)))))
  (import "other:host/host@1.0.0" (instance (export "do" (func))))
)

;; $ wasi-uplift compose several-imports.wasm
;; exit code: 1
;; stderr:
;;   error: `several-imports.wasm` was not composed: 4 imports can't be served:
;;     `wasi:cli/nonsense@0.2.0`: WASI 0.2 has no such interface; join the guest with a component that serves it first, for example with `wac plug`, or build it without
;;     `wasi:cli/run@0.2.0`: this version of wasi-uplift does not support this WASI 0.2 interface yet; build the guest without it
;;     `wasi:io/poll@0.4.0`: the versions of this interface that can be served are 0.2.0 and later 0.2.x, 0.2.0-rc-2023-11-10 and 0.2.0-rc-2023-12-05; build the guest for one of these
;;     `wasi:random/random@0.2.0`: its function `get-random-f64` is newer than this version of wasi-uplift, or was never part of WASI 0.2; use a later wasi-uplift, or build the guest without it
