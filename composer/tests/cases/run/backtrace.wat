;; The backtrace of a trap names what the guest called, as WASI does, and where that came to its end.
;; RUN: run %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core module $m
    (import "" "block" (func $block (param i32)))
    (func $main (export "run") (result i32)
      ;; No handle has this number.
      (call $block (i32.const 77))
      (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "block" (func $block))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))

;; $ wasi-uplift run backtrace.wasm
;; exit code: 134
;; stderr:
;;   error: `backtrace.wasm` trapped: error while executing at wasm backtrace:
;;       0: 0xN - wasi-uplift:adapter!find
;;       1: 0xN - wasi-uplift:adapter!borrow
;;       2: 0xN - wasi-uplift:adapter![method]pollable.block
;;       3: 0xN - m!main
;;       4: 0xN - wasi-uplift:exports!<wasm function 2>: wasm trap: wasm `unreachable` instruction executed
