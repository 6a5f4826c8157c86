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

;; $ wasi-uplift compose logger.wasm --plug virtual.wasm --verbose -o joined.wasm
;; exit code: 0
;; stderr:
;;   logger.wasm: wasi:clocks/monotonic-clock@0.2.3 comes from virtual.wasm, as wasi:clocks/monotonic-clock@0.2.9
;;   logger.wasm: N bytes, N bytes added; one component with the adapter
;;     wasi:clocks/monotonic-clock@0.2.0: adapter
;;     test:store/store@1.0.0: host, as it is; it is not of WASI 0.2
;;     test:log/log@0.1.5: stays, under the same name
;; writes joined.wasm: a component

;; $ wasi-uplift compose sleeps.wasm --plug sleeps.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: nothing uses the plug `sleeps.wasm`: nothing that is used imports `wasi:cli/run@0.2.0`

;; $ wasi-uplift compose missing.wasm --plug virtual.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: `missing.wasm` was not read: No such file or directory (os error 2)

;; $ wasi-uplift compose logger.wasm --plug missing.wasm -o joined.wasm
;; exit code: 1
;; stderr:
;;   error: `missing.wasm` was not read: No such file or directory (os error 2)
