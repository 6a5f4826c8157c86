;; A component takes a function. One instance of it is given a function that waits, the other one a
;; function of the host.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "other:host/device" (instance $device
    (export "thing" (type $thing (sub resource)))
    (export "[method]thing.use" (func (param "self" (borrow $thing))))
  ))
  (alias export $device "thing" (type $thing))
  (component $user
    (import "thing" (type $thing (sub resource)))
    (import "use" (func (param "self" (borrow $thing))))
  )
  (instance (instantiate $user
    (with "thing" (type $pollable))
    (with "use" (func $poll "[method]pollable.block"))
  ))
  (instance (instantiate $user
    (with "thing" (type $thing))
    (with "use" (func $device "[method]thing.use"))
  ))
)

;; $ wasi-uplift compose two-functions-in-one-place.wasm
;; exit code: 1
;; stderr:
;;   error: `two-functions-in-one-place.wasm` was not composed: the function `[method]pollable.block` of `wasi:io/poll@0.2.0` has to be `async`, because it may wait or is to be made so, and the function `[method]thing.use` of `other:host/device` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart
