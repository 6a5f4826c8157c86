;; What can't wait is told of every kind: a start function, a destructor, a constructor, an export that
;; keeps its types, and what an inner component has of these.
;; RUN: inspect %
;; RUN: inspect % --keep-sync poke --json
;; RUN: compose % --verbose --keep-sync poke -o out.wasm
;; RUN: inspect % --link component

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (component $inner
    (import "wasi:io/poll@0.2.0" (instance $poll
      (export "pollable" (type $pollable (sub resource)))
      (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core module $m
      (import "" "block" (func $block (param i32)))
      (func (export "drop") (param i32) (call $block (local.get 0)))
      (func $start)
      (start $start))
    (core instance $i (instantiate $m (with "" (instance (export "block" (func $block))))))
    (type $thing (resource (rep i32) (dtor (core func $i "drop"))))
    (export "thing" (type $thing)))
  (instance $of-inner (instantiate $inner (with "wasi:io/poll@0.2.0" (instance $poll))))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core module $m
    (import "" "block" (func $block (param i32)))
    (func (export "drop") (param i32) (call $block (local.get 0)))
    (func (export "make") (result i32) (i32.const 1))
    (func (export "poke"))
    (func $start)
    (start $start))
  (core instance $i (instantiate $m (with "" (instance (export "block" (func $block))))))
  (type $thing' (resource (rep i32) (dtor (core func $i "drop"))))
  (export $thing "thing" (type $thing'))
  (func $make (result (own $thing)) (canon lift (core func $i "make")))
  (export "[constructor]thing" (func $make))
  (func $poke (canon lift (core func $i "poke")))
  (export "poke" (func $poke)))

;; $ wasi-uplift inspect cannot-wait.wasm
;; exit code: 0
;; stdout:
;;   cannot-wait.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0  adapter; may wait: [method]pollable.block
;;
;;   exports
;;     thing               stays, under the same name
;;     [constructor]thing  stays, under the same name
;;     poke                stays, under the same name; becomes async
;;
;;   result: N bytes, N bytes added; linked to the adapter, not one component with it because its components stay apart: a resource that one of them defines is exported, or handed to the host
;;   engine: component-model-async
;;   Functions that become async are called otherwise than before: a host's bindings for them have to be made from the result.
;;   Not `async`, so that it traps when it calls a function of WASI 0.2 that may wait: the destructor of `thing`, `[constructor]thing`, the start function of a core module, the destructor of `thing` in the inner component `inner`, the start function of a core module in the inner component `inner`.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift inspect cannot-wait.wasm --keep-sync poke --json
;; exit code: 0
;; stdout:
;;   {
;;     "differences": [],
;;     "engine": [
;;       "component-model-async"
;;     ],
;;     "exports": [
;;       {
;;         "became-async": [],
;;         "fate": "kept",
;;         "functions": [],
;;         "interface": null,
;;         "name": "thing",
;;         "version": null
;;       },
;;       {
;;         "became-async": [],
;;         "fate": "kept",
;;         "functions": [],
;;         "interface": null,
;;         "name": "[constructor]thing",
;;         "version": null
;;       },
;;       {
;;         "became-async": [],
;;         "fate": "sync",
;;         "functions": [],
;;         "interface": null,
;;         "name": "poke",
;;         "version": null
;;       }
;;     ],
;;     "guest": "cannot-wait.wasm",
;;     "host": [],
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
;;       }
;;     ],
;;     "kind": "component",
;;     "result": {
;;       "added": N,
;;       "cannot-wait": [
;;         {
;;           "component": null,
;;           "kind": "destructor",
;;           "resource": "thing"
;;         },
;;         {
;;           "component": null,
;;           "export": "[constructor]thing",
;;           "function": "",
;;           "kind": "function"
;;         },
;;         {
;;           "component": null,
;;           "export": "poke",
;;           "function": "",
;;           "kind": "function"
;;         },
;;         {
;;           "component": null,
;;           "kind": "start"
;;         },
;;         {
;;           "component": "inner",
;;           "kind": "destructor",
;;           "resource": "thing"
;;         },
;;         {
;;           "component": "inner",
;;           "kind": "start"
;;         }
;;       ],
;;       "exports": [
;;         "thing",
;;         "[constructor]thing",
;;         "poke"
;;       ],
;;       "front": false,
;;       "imports": [],
;;       "link": "component",
;;       "not-fused": "its components stay apart: a resource that one of them defines is exported, or handed to the host",
;;       "size": N
;;     },
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "composes"
;;   }

;; $ wasi-uplift compose cannot-wait.wasm --verbose --keep-sync poke -o out.wasm
;; exit code: 0
;; stderr:
;;   cannot-wait.wasm: N bytes, N bytes added; linked to the adapter, not one component with it because its components stay apart: a resource that one of them defines is exported, or handed to the host
;;     wasi:io/poll@0.2.0: adapter; may wait: [method]pollable.block
;;     thing: stays, under the same name
;;     [constructor]thing: stays, under the same name
;;     poke: stays, and can't wait
;;   Not `async`, so that it traps when it calls a function of WASI 0.2 that may wait: the destructor of `thing`, `[constructor]thing`, `poke`, the start function of a core module, the destructor of `thing` in the inner component `inner`, the start function of a core module in the inner component `inner`.
;; writes out.wasm: a component

;; $ wasi-uplift inspect cannot-wait.wasm --link component
;; exit code: 0
;; stdout:
;;   cannot-wait.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0  adapter; may wait: [method]pollable.block
;;
;;   exports
;;     thing               stays, under the same name
;;     [constructor]thing  stays, under the same name
;;     poke                stays, under the same name; becomes async
;;
;;   result: N bytes, N bytes added; linked to the adapter
;;   engine: component-model-async
;;   Functions that become async are called otherwise than before: a host's bindings for them have to be made from the result.
;;   Not `async`, so that it traps when it calls a function of WASI 0.2 that may wait: the destructor of `thing`, `[constructor]thing`, the start function of a core module, the destructor of `thing` in the inner component `inner`, the start function of a core module in the inner component `inner`.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.
