;; WASI 0.2 has no answer that says that there are no random numbers. Insecure ones can be made.
;; RUN: compose % --without wasi:random
;; RUN: inspect % --without wasi:random

(component
  (import "wasi:random/insecure@0.2.0" (instance
    (export "get-insecure-random-u64" (func (result u64)))
  ))
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
)

;; $ wasi-uplift compose without-random.wasm --without wasi:random
;; exit code: 1
;; stderr:
;;   error: `without-random.wasm` was not composed:
;;     the import `wasi:random/random@0.2.0` can't be served: its function `get-random-u64` needs `wasi:random`, which is to be left out, and WASI 0.2 has no answer that says so; compose it with `wasi:random`, or build the guest without

;; $ wasi-uplift inspect without-random.wasm --without wasi:random
;; exit code: 4
;; stdout:
;;   without-random.wasm: component, N bytes
;;
;;   imports
;;     wasi:random/insecure@0.2.0  adapter
;;     wasi:random/random@0.2.0    impossible: its function `get-random-u64` needs `wasi:random`, which is to be left out, and WASI 0.2 has no answer that says so; compose it with `wasi:random`, or build the guest without
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
