;; An export of WASI 0.3 keeps its types, though the guest may wait.
;; RUN: inspect %
;; RUN: retype % --wat

(component
  (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type $p (sub resource)))
   (export "[method]pollable.block" (func (param "self" (borrow $p))))))
  (alias export $poll "[method]pollable.block" (func $blk))
  (core func $b (canon lower (func $blk)))
  (core module $m (import "" "b" (func (param i32))) (func (export "r") (result i64) i64.const 1))
  (core instance $i (instantiate $m (with "" (instance (export "b" (func $b))))))
  (func $f (result u64) (canon lift (core func $i "r")))
  (instance $r (export "get-random-u64" (func $f)))
  (export "wasi:random/random@0.3.0" (instance $r)))

;; $ wasi-uplift inspect p3-export-stays-sync.wasm
;; exit code: 0

;; $ wasi-uplift retype p3-export-stays-sync.wasm --wat
;; exit code: 0
