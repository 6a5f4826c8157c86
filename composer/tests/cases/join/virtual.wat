;; A plug may serve an interface of WASI 0.2 of any patch version, by what the host has of the same.
;; RUN: compose logger.wasm --plug % --verbose -o joined.wasm
;; RUN: compose sleeps.wasm --plug sleeps.wasm -o joined.wasm
;; RUN: compose missing.wasm --plug % -o joined.wasm
;; RUN: compose logger.wasm --plug missing.wasm -o joined.wasm

(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (core func $now (canon lower (func $clock "now")))
  (core module $m
    (import "" "now" (func $now (result i64)))
    (func (export "now") (result i64) (i64.mul (call $now) (i64.const 2))))
  (core instance $i (instantiate $m (with "" (instance (export "now" (func $now))))))
  (func $fast (result u64) (canon lift (core func $i "now")))
  (instance $fast (export "now" (func $fast)))
  (export "wasi:clocks/monotonic-clock@0.2.9" (instance $fast))
)
