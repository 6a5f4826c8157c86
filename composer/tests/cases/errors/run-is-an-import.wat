;; What the host is to start is what the host has given.
;; RUN: compose %

(component
  (import "other:host/main" (instance $main (export "run" (func (result (result))))))
  (export "wasi:cli/run@0.2.0" (instance $main))
)

;; $ wasi-uplift compose run-is-an-import.wasm
;; exit code: 1
;; stderr:
;;   error: `run-is-an-import.wasm` was not composed:
;;     the function `run` of `wasi:cli/run@0.2.0` has to be `async`, because it may wait or is to be made so, and the function `run` of `other:host/main` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart
