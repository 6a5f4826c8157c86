;; A guest that exports a function of WASI 0.2 has to stay a component of its own.
;; RUN: compose % --link fused

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))
  ))
  (alias export $random "get-random-u64" (func $get-random-u64))
  (export "number" (func $get-random-u64))
)

;; $ wasi-uplift compose not-to-be-fused.wasm --link fused
;; exit code: 1
;; stderr:
;;   error: `not-to-be-fused.wasm` was not composed:
;;     guest and adapter can't become one component: the export `number` takes the function `get-random-u64` of `wasi:random/random@0.2.0` to another component; leave `--link fused` out, and they are linked as two
