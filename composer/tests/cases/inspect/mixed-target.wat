;; The guest has a release of WASI 0.3, and is to run on hosts of a snapshot.
;; RUN: inspect % --target 0.3.0-rc-2026-02-09

(component
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64))))))

;; $ wasi-uplift inspect mixed-target.wasm --target 0.3.0-rc-2026-02-09
;; exit code: 4
;; stdout:
;;   mixed-target.wasm: component, N bytes
;;
;;   imports
;;     wasi:random/random@0.2.0           adapter
;;     wasi:clocks/monotonic-clock@0.3.0  impossible: it is WASI 0.3 already, in a version other than 0.3.0-rc-2026-02-09, which a host that ships 0.3.0-rc-2026-02-09 need not have; compose for 0.3.0, or build the guest for 0.3.0-rc-2026-02-09
;;
;;   It can't run on a host that ships only WASI 0.3.0-rc-2026-02-09: see above.
