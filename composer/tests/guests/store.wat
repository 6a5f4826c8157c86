;; The store of `logger`, which waits for a while when something is put into it.
;; RUN: compose % -o composed.wasm

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $drop (canon resource.drop $pollable))
  (core module $m
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "" "block" (func $block (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "put") (param i64) (local $timer i32)
      (local.set $timer (call $subscribe (i64.const 1000)))
      (call $block (local.get $timer))
      (call $drop (local.get $timer))))
  (core instance $i (instantiate $m (with "" (instance
    (export "subscribe" (func $subscribe))
    (export "block" (func $block))
    (export "drop" (func $drop))))))
  (func $put (param "at" u64) (canon lift (core func $i "put")))
  (instance $store (export "put" (func $put)))
  (export "test:store/store@1.0.0" (instance $store))
)

;; $ wasi-uplift compose store.wasm -o composed.wasm
;; exit code: 0
;; stderr:
;;   note: exports of `store.wasm` become `async`: `test:store/store@1.0.0` (put). A host's bindings for them are made from the result, whose WIT `wasm-tools component wit composed.wasm` prints
;; writes composed.wasm: a component
