;; The constructor of a resource that the guest exports can't be `async`: it stays as it is.
;; RUN: inspect %
;; RUN: compose % --async [constructor]r
;; RUN: retype % --wat

(component
  (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type $p (sub resource)))
   (export "[method]pollable.block" (func (param "self" (borrow $p))))))
  (alias export $poll "[method]pollable.block" (func $b)) (core func $lb (canon lower (func $b)))
  (core module $m (import "" "b" (func (param i32))) (func (export "c") (result i32) i32.const 1)) 
  (core instance $i (instantiate $m (with "" (instance (export "b" (func $lb))))))
  (type $r' (resource (rep i32)))
  (export $r "r" (type $r'))
  (func $f (result (own $r)) (canon lift (core func $i "c")))
  (export "[constructor]r" (func $f)))

;; $ wasi-uplift inspect constructor.wasm
;; exit code: 0
;; stdout:
;;   constructor.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0  adapter; may wait: [method]pollable.block
;;
;;   exports
;;     r               stays, under the same name
;;     [constructor]r  stays, under the same name
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;   Not `async`, so that it traps when it would have to wait: `[constructor]r`.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift compose constructor.wasm --async [constructor]r
;; exit code: 0
;; stdout: a component

;; $ wasi-uplift retype constructor.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type (;0;)
;;       (instance
;;         (export (;0;) "pollable" (type (sub resource)))
;;         (type (;1;) (borrow 0))
;;         (type (;2;) (func async (param "self" 1)))
;;         (export (;0;) "[method]pollable.block" (func (type 2)))
;;       )
;;     )
;;     (import "wasi:io/poll@0.2.0" (instance $poll (;0;) (type 0)))
;;     (alias export $poll "[method]pollable.block" (func $b (;0;)))
;;     (core func $lb (;0;) (canon lower (func $b)))
;;     (core module $m (;0;)
;;       (type (;0;) (func (param i32)))
;;       (type (;1;) (func (result i32)))
;;       (import "" "b" (func (;0;) (type 0)))
;;       (export "c" (func 1))
;;       (func (;1;) (type 1) (result i32)
;;         i32.const 1
;;       )
;;     )
;;     (core instance (;0;)
;;       (export "b" (func $lb))
;;     )
;;     (core instance $i (;1;) (instantiate $m
;;         (with "" (instance 0))
;;       )
;;     )
;;     (type $r' (;1;) (resource (rep i32)))
;;     (export $r (;2;) "r" (type $r'))
;;     (type (;3;) (own $r))
;;     (type (;4;) (func (result 3)))
;;     (alias core export $i "c" (core func (;1;)))
;;     (func $f (;1;) (type 4) (canon lift (core func 1)))
;;     (export (;2;) "[constructor]r" (func $f))
;;   )
