;; A component that gets another one as an argument, and exports what that exports: a function that may
;; wait becomes `async` wherever it goes by.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (component $waiting
    (import "poll" (instance $poll
      (export "pollable" (type $pollable (sub resource)))
      (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core module $m
      (import "" "block" (func $block (param i32)))
      (func (export "wait") (call $block (i32.const 1))))
    (core instance $i (instantiate $m (with "" (instance (export "block" (func $block))))))
    (func (export "wait") (canon lift (core func $i "wait"))))
  (component $around
    (import "poll" (instance $poll
      (export "pollable" (type $pollable (sub resource)))
      (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
    (import "waiting" (component $waiting
      (import "poll" (instance
        (export "pollable" (type $pollable (sub resource)))
        (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
      (export "wait" (func))))
    (instance $inner (instantiate $waiting (with "poll" (instance $poll))))
    (export "wait" (func $inner "wait")))
  (instance $outer (instantiate $around
    (with "poll" (instance $poll))
    (with "waiting" (component $waiting))))
  (export "wait" (func $outer "wait")))

;; $ wasi-uplift compose component-as-argument.wasm
;; exit code: 0
;; stdout: a component
;; stderr:
;;   note: exports of `component-as-argument.wasm` become `async`: `wait`. A host's bindings for them are made from the result, whose WIT `wasm-tools component wit RESULT` prints
