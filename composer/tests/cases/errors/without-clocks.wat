;; WASI 0.2 has no answer that says that there is no clock.
;; RUN: compose % --without wasi:clocks
;; RUN: inspect % --without wasi:clocks

(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
)

;; $ wasi-uplift compose without-clocks.wasm --without wasi:clocks
;; exit code: 1
;; stderr:
;;   error: `without-clocks.wasm` was not composed:
;;     the import `wasi:clocks/monotonic-clock@0.2.0` can't be served: its function `now` needs `wasi:clocks`, which is to be left out, and WASI 0.2 has no answer that says so; compose it with `wasi:clocks`, or build the guest without

;; $ wasi-uplift inspect without-clocks.wasm --without wasi:clocks
;; exit code: 4
;; stdout:
;;   without-clocks.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/monotonic-clock@0.2.0  impossible: its function `now` needs `wasi:clocks`, which is to be left out, and WASI 0.2 has no answer that says so; compose it with `wasi:clocks`, or build the guest without
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
