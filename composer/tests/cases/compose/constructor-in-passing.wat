;; A function that is a constructor anywhere can't be `async`, under whatever name it is exported.
;; RUN: inspect %
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type $p (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $p))))))
  (alias export $poll "[method]pollable.block" (func $block))
  (core func $block (canon lower (func $block)))
  (core module $m
    (import "" "block" (func (param i32)))
    (func (export "new") (result i32) i32.const 1))
  (core instance $i (instantiate $m (with "" (instance (export "block" (func $block))))))
  (type $r (resource (rep i32)))
  (func $new (result (own $r)) (canon lift (core func $i "new")))
  (func $other (result (own $r)) (canon lift (core func $i "new")))
  (component $api
    (import "r" (type $r (sub resource)))
    (import "[constructor]r" (func $new (result (own $r))))
    (import "other" (func $other (result (own $r))))
    (export $r' "r" (type $r))
    (export "make" (func $new) (func (result (own $r'))))
    (export "other" (func $other) (func (result (own $r')))))
  (instance $api (instantiate $api
    (with "r" (type $r)) (with "[constructor]r" (func $new)) (with "other" (func $other))))
  (export "test:api/api" (instance $api))
)

;; $ wasi-uplift inspect constructor-in-passing.wasm
;; exit code: 0
;; stdout:
;;   constructor-in-passing.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0  adapter; may wait: [method]pollable.block
;;
;;   exports
;;     test:api/api  stays, under the same name; become async: other
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;   Functions that become async are called otherwise than before: a host's bindings for them have to be made from the result.
;;   Not `async`, so that it traps when it would have to wait: `[constructor]r` of `test:api/api`.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift compose constructor-in-passing.wasm
;; exit code: 0
;; stdout: a component
;; stderr:
;;   note: exports of `constructor-in-passing.wasm` become `async`: `test:api/api` (other). A host's bindings for them are made from the result, whose WIT `wasm-tools component wit RESULT` prints
