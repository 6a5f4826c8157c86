;; A record has a field less than in WASI 0.2.
;; RUN: compose %

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance
    (type $datetime' (record (field "seconds" u64)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
  ))
)

;; $ wasi-uplift compose other-type.wasm
;; exit code: 1
;; stderr:
;;   error: `other-type.wasm` was not composed:
;;     `wasi:clocks/wall-clock@0.2.0` does not have the types that WASI 0.2 gives it: `datetime` is record { seconds: u64, }, and should be record { seconds: u64, nanoseconds: u32, }; build the guest from the interface's definition as it was published
