;; Imports several patch versions of one package side by side, as guests whose
;; parts come from several toolchains do: each version has types of its own.
(component
  (import "wasi:io/error@0.2.0" (instance $error
    (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/poll@0.2.0" (instance $poll-0
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll-0 "pollable" (type $pollable-0))
  (import "wasi:io/poll@0.2.3" (instance $poll-3
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))))
  (alias export $poll-3 "pollable" (type $pollable-3))
  (import "wasi:clocks/monotonic-clock@0.2.1" (instance $clock
    (alias outer 1 $pollable-0 (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (import "wasi:io/streams@0.2.6" (instance $streams
    (alias outer 1 $error-type (type $error'))
    (export "error" (type $error (eq $error')))
    (alias outer 1 $pollable-3 (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (type $stream-error'
      (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]output-stream.subscribe"
      (func (param "self" (borrow $output-stream)) (result (own $pollable))))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output-stream)) (param "contents" (list u8))
        (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.9" (instance $stdout
    (alias outer 1 $stream (type $stream'))
    (export "output-stream" (type $output-stream (eq $stream')))
    (export "get-stdout" (func (result (own $output-stream))))))

  (core module $memory (memory (export "memory") 1))
  (core instance $mem (instantiate $memory))

  (core func $subscribe-duration (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll-0 "[method]pollable.block")))
  (core func $ready (canon lower (func $poll-3 "[method]pollable.ready")))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $subscribe (canon lower (func $streams "[method]output-stream.subscribe")))
  (core func $write
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
      (memory (core memory $mem "memory"))))
  (core func $drop-0 (canon resource.drop $pollable-0))
  (core func $drop-3 (canon resource.drop $pollable-3))

  (core module $main
    (import "" "subscribe-duration" (func $subscribe-duration (param i64) (result i32)))
    (import "" "block" (func $block (param i32)))
    (import "" "ready" (func $ready (param i32) (result i32)))
    (import "" "get-stdout" (func $get-stdout (result i32)))
    (import "" "subscribe" (func $subscribe (param i32) (result i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "drop-0" (func $drop-0 (param i32)))
    (import "" "drop-3" (func $drop-3 (param i32)))
    (import "" "memory" (memory 1))
    (data (i32.const 0) "all versions are one\n")
    (func (export "run") (result i32)
      (local $timer i32) (local $out i32) (local $writable i32)
      (local.set $timer (call $subscribe-duration (i64.const 1000000)))
      (call $block (local.get $timer))
      (call $drop-0 (local.get $timer))
      (local.set $out (call $get-stdout))
      (local.set $writable (call $subscribe (local.get $out)))
      (loop $spin (br_if $spin (i32.eqz (call $ready (local.get $writable)))))
      (call $drop-3 (local.get $writable))
      (call $write (local.get $out) (i32.const 0) (i32.const 21) (i32.const 64))
      (i32.load8_u (i32.const 64))))
  (core instance $instance (instantiate $main (with "" (instance
    (export "subscribe-duration" (func $subscribe-duration))
    (export "block" (func $block))
    (export "ready" (func $ready))
    (export "get-stdout" (func $get-stdout))
    (export "subscribe" (func $subscribe))
    (export "write" (func $write))
    (export "drop-0" (func $drop-0))
    (export "drop-3" (func $drop-3))
    (export "memory" (memory $mem "memory"))))))

  (func $run (result (result)) (canon lift (core func $instance "run")))
  (instance $exported (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exported)))
