;; Another snapshot of WASI 0.3 than the target is nothing that its hosts have.
;; RUN: inspect %

(component
  (import "wasi:clocks/monotonic-clock@0.3.0-rc-2025-09-16" (instance (export "now" (func (result u64))))))

;; $ wasi-uplift inspect p3-other-candidate.wasm
;; exit code: 4
;; stdout:
;;   p3-other-candidate.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/monotonic-clock@0.3.0-rc-2025-09-16  impossible: it is WASI 0.3 already, in a version other than 0.3.0, which a host that ships 0.3.0 need not have; build the guest for 0.3.0
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
