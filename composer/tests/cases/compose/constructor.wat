;; The constructor of a resource that the guest exports can't be `async`: it stays as it is.
;; RUN: inspect %
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

;; $ wasi-uplift retype constructor.wasm --wat
;; exit code: 0
