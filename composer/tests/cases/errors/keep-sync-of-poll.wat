;; The export is `poll` itself, which may wait.
;; RUN: compose % --keep-sync other:api/poll
;; RUN: inspect % --keep-sync other:api/poll

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (alias export $poll "poll" (func $wait))
  (instance $passed-on
    (export "pollable" (type $pollable))
    (export "poll" (func $wait))
  )
  (export "other:api/poll" (instance $passed-on))
)

;; $ wasi-uplift compose keep-sync-of-poll.wasm --keep-sync other:api/poll
;; exit code: 1
;; stderr:
;;   error: `keep-sync-of-poll.wasm` was not composed:
;;     the function `poll` of `wasi:io/poll@0.2.0` has to be `async`, because it may wait or is to be made so, and the function `poll` of `other:api/poll` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart

;; $ wasi-uplift inspect keep-sync-of-poll.wasm --keep-sync other:api/poll
;; exit code: 4
;; stdout:
;;   keep-sync-of-poll.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0  adapter; may wait: poll
;;
;;   exports
;;     other:api/poll  stays, and can't wait
;;
;;   It can't run on a host that ships only WASI 0.3.0: the function `poll` of `wasi:io/poll@0.2.0` has to be `async`, because it may wait or is to be made so, and the function `poll` of `other:api/poll` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart.
