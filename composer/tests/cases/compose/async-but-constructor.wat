;; Where all functions of an export become `async`, a constructor stays as it is.
;; RUN: inspect % --async test:api/api
;; RUN: compose % --async test:api/api

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core module $m
    (func (export "new") (result i32) i32.const 1)
    (func (export "get") (param i32) (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (type $r (resource (rep i32)))
  (func $new (result (own $r)) (canon lift (core func $i "new")))
  (func $get (param "self" (borrow $r)) (result u32) (canon lift (core func $i "get")))
  (component $api
    (import "r" (type $r (sub resource)))
    (import "new" (func $new (result (own $r))))
    (import "get" (func $get (param "self" (borrow $r)) (result u32)))
    (export $r' "r" (type $r))
    (export "[constructor]r" (func $new) (func (result (own $r'))))
    (export "[method]r.get" (func $get) (func (param "self" (borrow $r')) (result u32))))
  (instance $api (instantiate $api
    (with "r" (type $r)) (with "new" (func $new)) (with "get" (func $get))))
  (export "test:api/api" (instance $api))
)

;; $ wasi-uplift inspect async-but-constructor.wasm --async test:api/api
;; exit code: 0
;; stdout:
;;   async-but-constructor.wasm: component, N bytes
;;
;;   imports
;;     wasi:random/random@0.2.0  adapter
;;
;;   exports
;;     test:api/api  stays, under the same name; become async: [method]r.get
;;
;;   the result imports
;;     wasi:random/random@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;   Functions that become async are called otherwise than before: a host's bindings for them have to be made from the result.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift compose async-but-constructor.wasm --async test:api/api
;; exit code: 0
;; stdout: a component
;; stderr:
;;   note: exports of `async-but-constructor.wasm` become `async`: `test:api/api` ([method]r.get). A host's bindings for them are made from the result, whose WIT `wasm-tools component wit RESULT` prints
