;; A component that is exported: its function becomes `async`, and is named with the way to it.
;; RUN: compose %

(component
  (component $waiting
    (import "wasi:io/poll@0.2.0" (instance $poll
      (export "pollable" (type $pollable (sub resource)))
      (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core module $m
      (import "" "block" (func $block (param i32)))
      (func (export "wait") (call $block (i32.const 1))))
    (core instance $i (instantiate $m (with "" (instance (export "block" (func $block))))))
    (func (export "wait") (canon lift (core func $i "wait"))))
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (instance $i (instantiate $waiting (with "wasi:io/poll@0.2.0" (instance $poll))))
  (export "waiting" (component $waiting))
  (export "wait" (func $i "wait")))

;; $ wasi-uplift compose component-exported.wasm
;; exit code: 0
;; stdout: a component
;; stderr:
;;   note: exports of `component-exported.wasm` become `async`: `waiting` (wasi:io/poll@0.2.0/[method]pollable.block, wait), `wait`. A host's bindings for them are made from the result, whose WIT `wasm-tools component wit RESULT` prints
