;; What takes types of an import that nobody serves is not named, too.
;; RUN: compose %

(component
  (import "wasi:io/pipes@0.2.0" (instance $pipes
    (export "pipe" (type (sub resource)))))
  (alias export $pipes "pipe" (type $pipe))
  (import "wasi:io/poll@0.2.0" (instance
    (export "pollable" (type (sub resource)))))
  (import "my:app/plumbing" (instance
    (export "pipe" (type $own (eq $pipe)))
    (export "put" (func (param "pipe" (own $own)))))))

;; $ wasi-uplift compose types-of-a-refused-import.wasm
;; exit code: 1
;; stderr:
;;   error: `types-of-a-refused-import.wasm` was not composed:
;;     the import `wasi:io/pipes@0.2.0` can't be served: WASI 0.2 has no such interface; join the guest with a component that serves it first, for example with `wac plug`, or build it without; `compose --plug` joins the two
