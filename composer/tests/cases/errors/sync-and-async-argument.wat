;; A component takes a function. One instance of it is given a function that waits, the other one a
;; function of the host.
;; RUN: compose %
;; RUN: inspect %
;; RUN: inspect % --json

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

;; $ wasi-uplift compose sync-and-async-argument.wasm
;; exit code: 1
;; stderr:
;;   error: `sync-and-async-argument.wasm` was not composed:
;;     the function `[method]pollable.block` of `wasi:io/poll@0.2.0` has to be `async`, because it may wait or is to be made so, and the function `[method]thing.use` of `other:host/device` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart

;; $ wasi-uplift inspect sync-and-async-argument.wasm
;; exit code: 4
;; stdout:
;;   sync-and-async-argument.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0  adapter; may wait: [method]pollable.block
;;     other:host/device   host, as it is; it is not of WASI 0.2
;;
;;   It can't run on a host that ships only WASI 0.3.0 and serves `other:host/device`: the function `[method]pollable.block` of `wasi:io/poll@0.2.0` has to be `async`, because it may wait or is to be made so, and the function `[method]thing.use` of `other:host/device` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart.

;; $ wasi-uplift inspect sync-and-async-argument.wasm --json
;; exit code: 4
;; stdout:
;;   {
;;     "differences": [],
;;     "engine": [],
;;     "exports": [],
;;     "guest": "sync-and-async-argument.wasm",
;;     "host": [
;;       "other:host/device"
;;     ],
;;     "imports": [
;;       {
;;         "by": "wasi:io/poll@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "[method]pollable.block"
;;         ],
;;         "interface": "wasi:io/poll",
;;         "name": "wasi:io/poll@0.2.0",
;;         "version": "0.2.0",
;;         "waiting": [
;;           "[method]pollable.block"
;;         ]
;;       },
;;       {
;;         "fate": "host",
;;         "functions": [
;;           "[method]thing.use"
;;         ],
;;         "interface": "other:host/device",
;;         "name": "other:host/device",
;;         "version": null
;;       }
;;     ],
;;     "kind": "component",
;;     "reason": "the function `[method]pollable.block` of `wasi:io/poll@0.2.0` has to be `async`, because it may wait or is to be made so, and the function `[method]thing.use` of `other:host/device` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart",
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "impossible"
;;   }
