;; A library: it imports an interface of the host's, and exports one in which types of WASI 0.2 are
;; used, a record and a resource.
;; RUN: inspect %
;; RUN: inspect % --json
;; RUN: inspect % --keep-sync other:library/api@0.2.0

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
  ))
  (alias export $clock "datetime" (type $datetime))
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "other:host/device@1.2.3" (instance $device
    (export "reading" (type (sub resource)))
    (export "read" (func (result u32)))
  ))
  (core module $m
    (import "" "block" (func $block (param i32)))
    (import "" "read" (func $read (result i32)))
    (memory (export "memory") 1)
    (func (export "when") (result i32) i32.const 0)
    (func (export "wait") (param i32) (result i32)
      (call $block (local.get 0))
      call $read
    )
  )
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $read (canon lower (func $device "read")))
  (core instance $i (instantiate $m
    (with "" (instance
      (export "block" (func $block))
      (export "read" (func $read))
    ))
  ))
  (func $when (result $datetime)
    (canon lift (core func $i "when") (memory (core memory $i "memory"))))
  (func $wait (param "what" (own $pollable)) (result u32) (canon lift (core func $i "wait")))
  (instance $api
    (export "datetime" (type $datetime))
    (export "pollable" (type $pollable))
    (export "when" (func $when))
    (export "wait" (func $wait))
  )
  (export "other:library/api@0.2.0" (instance $api))
)

;; $ wasi-uplift inspect other-interfaces.wasm
;; exit code: 0
;; stdout:
;;   other-interfaces.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/wall-clock@0.2.0  adapter
;;     wasi:io/poll@0.2.0            adapter; may wait: [method]pollable.block
;;     other:host/device@1.2.3       host, as it is; it is not of WASI 0.2
;;
;;   exports
;;     other:library/api@0.2.0  stays, under the same name; become async: when, wait
;;
;;   the result imports
;;     wasi:clocks/system-clock@0.3.0
;;     other:host/device@1.2.3
;;
;;   result: N bytes, N bytes added; linked to the adapter, not one component with it because the export `other:library/api@0.2.0` has the type `pollable` of `wasi:io/poll@0.2.0`
;;   engine: component-model-async
;;   Functions that become async are called otherwise than before: a host's bindings for them have to be made from the result.
;;
;;   known differences
;;     a wall clock before 1970: 1970
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `other:host/device@1.2.3`.

;; $ wasi-uplift inspect other-interfaces.wasm --json
;; exit code: 0
;; stdout:
;;   {
;;     "differences": [
;;       {
;;         "instead": "1970",
;;         "subject": "a wall clock before 1970"
;;       }
;;     ],
;;     "engine": [
;;       "component-model-async"
;;     ],
;;     "exports": [
;;       {
;;         "became-async": [
;;           "when",
;;           "wait"
;;         ],
;;         "fate": "kept",
;;         "functions": [
;;           "when",
;;           "wait"
;;         ],
;;         "interface": "other:library/api",
;;         "name": "other:library/api@0.2.0",
;;         "version": "0.2.0"
;;       }
;;     ],
;;     "guest": "other-interfaces.wasm",
;;     "host": [
;;       "other:host/device@1.2.3"
;;     ],
;;     "imports": [
;;       {
;;         "by": "wasi:clocks/wall-clock@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "now"
;;         ],
;;         "interface": "wasi:clocks/wall-clock",
;;         "name": "wasi:clocks/wall-clock@0.2.0",
;;         "version": "0.2.0",
;;         "waiting": []
;;       },
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
;;           "read"
;;         ],
;;         "interface": "other:host/device",
;;         "name": "other:host/device@1.2.3",
;;         "version": "1.2.3"
;;       }
;;     ],
;;     "kind": "component",
;;     "result": {
;;       "added": N,
;;       "cannot-wait": [],
;;       "exports": [
;;         "other:library/api@0.2.0"
;;       ],
;;       "front": false,
;;       "imports": [
;;         "wasi:clocks/system-clock@0.3.0",
;;         "other:host/device@1.2.3"
;;       ],
;;       "link": "component",
;;       "not-fused": "the export `other:library/api@0.2.0` has the type `pollable` of `wasi:io/poll@0.2.0`",
;;       "size": N
;;     },
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "composes"
;;   }

;; $ wasi-uplift inspect other-interfaces.wasm --keep-sync other:library/api@0.2.0
;; exit code: 0
;; stdout:
;;   other-interfaces.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/wall-clock@0.2.0  adapter
;;     wasi:io/poll@0.2.0            adapter; may wait: [method]pollable.block
;;     other:host/device@1.2.3       host, as it is; it is not of WASI 0.2
;;
;;   exports
;;     other:library/api@0.2.0  stays, and can't wait
;;
;;   the result imports
;;     wasi:clocks/system-clock@0.3.0
;;     other:host/device@1.2.3
;;
;;   result: N bytes, N bytes added; linked to the adapter, not one component with it because the export `other:library/api@0.2.0` has the type `pollable` of `wasi:io/poll@0.2.0`
;;   engine: component-model-async
;;   Not `async`, so that it traps when it calls a function of WASI 0.2 that may wait: `when` of `other:library/api@0.2.0`, `wait` of `other:library/api@0.2.0`.
;;
;;   known differences
;;     a wall clock before 1970: 1970
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `other:host/device@1.2.3`.
