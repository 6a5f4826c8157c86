;; The guest imports the package of WASI 0.3 itself.
;; RUN: compose % --without wasi:clocks
;; RUN: inspect % --without wasi:clocks

(component
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64)))))
)

;; $ wasi-uplift compose without-import-of-0.3.wasm --without wasi:clocks
;; exit code: 1
;; stderr:
;;   error: `without-import-of-0.3.wasm` was not composed:
;;     the import `wasi:clocks/monotonic-clock@0.3.0` can't be served: `wasi:clocks` is to be left out, and here the guest has it of WASI 0.3 itself; compose it with `wasi:clocks`, or build the guest without

;; $ wasi-uplift inspect without-import-of-0.3.wasm --without wasi:clocks
;; exit code: 4
;; stdout:
;;   without-import-of-0.3.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/monotonic-clock@0.3.0  impossible: `wasi:clocks` is to be left out, and here the guest has it of WASI 0.3 itself; compose it with `wasi:clocks`, or build the guest without
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
