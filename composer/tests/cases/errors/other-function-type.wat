;; A function has another type than in WASI 0.2.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance
    (export "poll" (func (param "in" (list u32)) (result (list u32))))
  ))
)

;; $ wasi-uplift compose other-function-type.wasm
;; exit code: 1
;; stderr:
;;   error: `other-function-type.wasm` was not composed:
;;     `wasi:io/poll@0.2.0` does not have the types that WASI 0.2 gives it: `poll` is func(in: list<u32>) -> list<u32>, and should be func(in: list<borrow<pollable>>) -> list<u32>; build the guest from the interface's definition as it was published
