;; Takes a function from an interface of WASI 0.3 that the adapter needs, too, and doesn't know.
;; RUN: inspect %

(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $old
    (export "now" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance $new
    (export "tomorrow" (func (result u64)))))
  (core func $now (canon lower (func $old "now")))
  (core func $tomorrow (canon lower (func $new "tomorrow")))
  (core module $module
    (import "" "now" (func (result i64)))
    (import "" "tomorrow" (func (result i64))))
  (core instance (instantiate $module (with "" (instance
    (export "now" (func $now))
    (export "tomorrow" (func $tomorrow)))))))

;; $ wasi-uplift inspect unknown-of-0.3.wasm
;; exit code: 4
;; stdout:
;;   unknown-of-0.3.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/monotonic-clock@0.2.0  adapter
;;     wasi:clocks/monotonic-clock@0.3.0  impossible: it is WASI 0.3 already, which has no function `tomorrow` in 0.3.0; build the guest from the interface's definition as it was published
;;
;;   It can't run on a host that ships only WASI 0.3.0: see above.
