;; A command that is to be joined with what it logs by, and that needs a device of the host's.
;; RUN: compose % --plug logger.wasm --plug store.wasm -o joined.wasm
;; RUN: compose % --plug store.wasm --plug logger.wasm --verbose -o in-other-order.wasm
;; RUN: inspect % --plug logger.wasm --plug store.wasm -q
;; RUN: compose % --plug logger.wasm --plug store.wasm -o logger.wasm
;; RUN: compose % -o alone.wasm

(component
  (import "test:log/log@0.1.2" (instance $log (export "write" (func (param "code" u32)))))
  (import "test:host/device@1.0.0" (instance $device (export "read" (func (result u32)))))
  (core func $write (canon lower (func $log "write")))
  (core func $read (canon lower (func $device "read")))
  (core module $m
    (import "" "write" (func $write (param i32)))
    (import "" "read" (func $read (result i32)))
    (func (export "run") (result i32)
      (call $write (call $read))
      i32.const 0))
  (core instance $i (instantiate $m (with "" (instance
    (export "write" (func $write))
    (export "read" (func $read))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)
