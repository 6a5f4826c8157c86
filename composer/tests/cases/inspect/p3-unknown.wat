;; WASI 0.3 has no such interface, and a later version may not be there.
;; RUN: inspect %

(component
  (import "wasi:clocks/nonsense@0.3.0" (instance (export "now" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.3.7" (instance (export "frob" (func (result u64))))))

;; $ wasi-uplift inspect p3-unknown.wasm
;; exit code: 4
;; stdout:
;;   p3-unknown.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/nonsense@0.3.0         impossible: WASI 0.3.0 has no such interface; join the guest with a component that serves it first, for example with `wac plug`, or build it without
;;     wasi:clocks/monotonic-clock@0.3.7  impossible: it is WASI 0.3 already, in a version other than 0.3.0, which a host that ships 0.3.0 need not have; build the guest for 0.3.0
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
