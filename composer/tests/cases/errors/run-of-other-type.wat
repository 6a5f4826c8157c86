;; `run` has another type than in WASI 0.2.
;; RUN: compose %

(component
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run (result u32) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift compose run-of-other-type.wasm
;; exit code: 1
;; stderr:
;;   error: `run-of-other-type.wasm` was not composed:
;;     `wasi:cli/run@0.2.0` does not have the types that WASI 0.2 gives it: `run` is func() -> u32, and should be func() -> result<_, _>; build the guest from the interface's definition as it was published
