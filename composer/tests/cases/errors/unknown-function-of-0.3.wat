;; The adapter needs this interface of WASI 0.3 as well, and knows of no such function in it.
;; RUN: compose %

(component
  (import "wasi:random/random@0.2.0" (instance $old
    (export "get-random-u64" (func (result u64)))))
  (import "wasi:random/random@0.3.0" (instance $new
    (export "get-random-u128" (func (result (tuple u64 u64)))))))

;; $ wasi-uplift compose unknown-function-of-0.3.wasm
;; exit code: 1
;; stderr:
;;   error: `unknown-function-of-0.3.wasm` was not composed:
;;     the import `wasi:random/random@0.3.0` can't be served: it is WASI 0.3 already, which has no function `get-random-u128` in 0.3.0; build the guest from the interface's definition as it was published
