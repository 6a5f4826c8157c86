;; A library of which nothing may wait. Its export becomes `async` if that is asked for.
;; RUN: inspect %
;; RUN: inspect % --async other:library/api@0.2.0
;; RUN: inspect % --async other:library/api@0.2.0 --json

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core module $m (func (export "when") (result i64) i64.const 0))
  (core instance $i (instantiate $m))
  (func $when (result u64) (canon lift (core func $i "when")))
  (instance $own (export "when" (func $when)))
  (export "other:library/api@0.2.0" (instance $own))
)

;; $ wasi-uplift inspect async.wasm
;; exit code: 0
;; stdout:
;;   async.wasm: component, N bytes
;;
;;   imports
;;     wasi:random/random@0.2.0  adapter
;;
;;   exports
;;     other:library/api@0.2.0  stays, under the same name
;;
;;   the result imports
;;     wasi:random/random@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift inspect async.wasm --async other:library/api@0.2.0
;; exit code: 0
;; stdout:
;;   async.wasm: component, N bytes
;;
;;   imports
;;     wasi:random/random@0.2.0  adapter
;;
;;   exports
;;     other:library/api@0.2.0  stays, under the same name; become async: when
;;
;;   the result imports
;;     wasi:random/random@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;   Functions that become async are called otherwise than before: a host's bindings for them have to be made from the result.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift inspect async.wasm --async other:library/api@0.2.0 --json
;; exit code: 0
;; stdout:
;;   {
;;     "differences": [],
;;     "engine": [
;;       "component-model-async"
;;     ],
;;     "exports": [
;;       {
;;         "became-async": [
;;           "when"
;;         ],
;;         "fate": "async",
;;         "functions": [
;;           "when"
;;         ],
;;         "interface": "other:library/api",
;;         "name": "other:library/api@0.2.0",
;;         "version": "0.2.0"
;;       }
;;     ],
;;     "guest": "async.wasm",
;;     "host": [],
;;     "imports": [
;;       {
;;         "by": "wasi:random/random@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "get-random-u64"
;;         ],
;;         "interface": "wasi:random/random",
;;         "name": "wasi:random/random@0.2.0",
;;         "version": "0.2.0",
;;         "waiting": []
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
;;         "wasi:random/random@0.3.0"
;;       ],
;;       "link": "fused",
;;       "not-fused": null,
;;       "size": N
;;     },
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "composes"
;;   }
