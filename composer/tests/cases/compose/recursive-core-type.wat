;; A core function type that refers to itself.
;; RUN: compose % -o composed.wasm

(component
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
  (core type $f (func (param (ref null $f)))))

;; $ wasi-uplift compose recursive-core-type.wasm -o composed.wasm
;; exit code: 0
;; writes composed.wasm: a component
