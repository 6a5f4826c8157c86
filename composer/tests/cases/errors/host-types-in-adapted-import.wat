;; An interface of WASI 0.2 refers to a resource of another interface than in WASI 0.2.
;; RUN: compose %

(component
  (import "other:io/poll" (instance $poll (export "pollable" (type (sub resource)))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance
    (alias outer 1 $pollable (type $outer-pollable))
    (export "pollable" (type $pollable (eq $outer-pollable)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))
  ))
)

;; $ wasi-uplift compose host-types-in-adapted-import.wasm
;; exit code: 1
;; stderr:
;;   error: `host-types-in-adapted-import.wasm` was not composed:
;;     `wasi:clocks/monotonic-clock@0.2.0` does not have the types that WASI 0.2 gives it: they refer to types of the import `other:io/poll`; build the guest from the interface's definition as it was published
