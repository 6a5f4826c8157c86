;; `wasi:cli/run` is exported without its function.
;; RUN: compose %

(component
  (instance $run)
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift compose run-without-function.wasm
;; exit code: 1
;; stderr:
;;   error: `run-without-function.wasm` was not composed:
;;     `wasi:cli/run@0.2.0` does not have the types that WASI 0.2 gives it: `run` is not there, and should be func() -> result<_, _>; build the guest from the interface's definition as it was published
