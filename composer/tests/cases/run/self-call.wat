;; A guest can't enter itself: it calls what it lifts itself.
;; RUN: run %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core module $inner (func (export "f")))
  (core instance $inner (instantiate $inner))
  (func $f (canon lift (core func $inner "f")))
  (core func $f-of-itself (canon lower (func $f)))
  (core module $m
    (import "" "block" (func $block (param i32)))
    (import "" "f" (func $f))
    (func $main (export "run") (result i32)
      (call $f)
      (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance
    (export "block" (func $block))
    (export "f" (func $f-of-itself))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))

;; $ wasi-uplift run self-call.wasm
;; exit code: 134
;; stderr:
;;   error: `self-call.wasm` trapped: error while executing at wasm backtrace:
;;       0: 0xN - <unknown>!<wasm function 2>
;;       1: 0xN - m!main
;;       2: 0xN - wasi-uplift:exports!<wasm function 2>: wasm trap: cannot enter component instance
