;; RUN: compose % --without wasi:clocks
;; RUN: inspect % --without wasi:clocks

(component
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64)))))
)

;; $ wasi-uplift compose without-what-the-guest-has-itself.wasm --without wasi:clocks
;; exit code: 1
;; stderr:
;;   error: `without-what-the-guest-has-itself.wasm` was not composed: the import `wasi:clocks/monotonic-clock@0.3.0` can't be served: `wasi:clocks` is to be left out, and here the guest has it of WASI 0.3 itself; compose it with `wasi:clocks`, or build the guest without

;; $ wasi-uplift inspect without-what-the-guest-has-itself.wasm --without wasi:clocks
;; exit code: 4
;; stdout:
;;   without-what-the-guest-has-itself.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/monotonic-clock@0.3.0  impossible: `wasi:clocks` is to be left out, and here the guest has it of WASI 0.3 itself; compose it with `wasi:clocks`, or build the guest without
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
