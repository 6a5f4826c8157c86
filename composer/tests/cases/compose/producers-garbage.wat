;; A custom section that makes no sense is nobody's business.
;; RUN: compose % -o composed.wasm

(component
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
  (@custom "producers" "\ff\ff\ff"))

;; $ wasi-uplift compose producers-garbage.wasm -o composed.wasm
;; exit code: 0
;; writes composed.wasm: a component
