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
;; stdout:
;;   p3-export-stays-sync.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0  adapter; may wait: [method]pollable.block
;;
;;   exports
;;     wasi:random/random@0.3.0  stays; it is WASI 0.3 already
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;   Not `async`, so that it traps when it would have to wait: `get-random-u64` of `wasi:random/random@0.3.0`.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift retype p3-export-stays-sync.wasm --wat
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
;;     (alias export $poll "[method]pollable.block" (func $blk (;0;)))
;;     (core func $b (;0;) (canon lower (func $blk)))
;;     (core module $m (;0;)
;;       (type (;0;) (func (param i32)))
;;       (type (;1;) (func (result i64)))
;;       (import "" "b" (func (;0;) (type 0)))
;;       (export "r" (func 1))
;;       (func (;1;) (type 1) (result i64)
;;         i64.const 1
;;       )
;;     )
;;     (core instance (;0;)
;;       (export "b" (func $b))
;;     )
;;     (core instance $i (;1;) (instantiate $m
;;         (with "" (instance 0))
;;       )
;;     )
;;     (type (;1;) (func (result u64)))
;;     (alias core export $i "r" (core func (;1;)))
;;     (func $f (;1;) (type 1) (canon lift (core func 1)))
;;     (instance $r (;1;)
;;       (export "get-random-u64" (func $f))
;;     )
;;     (export (;2;) "wasi:random/random@0.3.0" (instance $r))
;;   )
