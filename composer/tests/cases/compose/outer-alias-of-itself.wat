;; Outer aliases by which a component refers to what it defines itself.
;; RUN: compose % -o composed.wasm

(component $A
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
  (component $c)
  (alias outer $A $c (component $d))
  (core module $m)
  (alias outer $A $m (core module $n))
  (core instance (instantiate $n))
  (instance (instantiate $d)))

;; $ wasi-uplift compose outer-alias-of-itself.wasm -o composed.wasm
;; exit code: 0
;; writes composed.wasm: a component
