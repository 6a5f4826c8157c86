;; Imports an interface of WASI 0.3 beside those of WASI 0.2, and takes functions
;; from it that are served to WASI 0.2 with, and others: in one component there is
;; one import for both.
(component
  (import "wasi:clocks/types@0.3.0" (instance $types
    (type $nanoseconds u64)
    (export "duration" (type (eq $nanoseconds)))))
  (alias export $types "duration" (type $duration))
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance $clock
    (alias outer 1 $duration (type $duration'))
    (export "duration" (type $duration (eq $duration')))
    (type $nanoseconds u64)
    (export "mark" (type $mark (eq $nanoseconds)))
    (export "now" (func (result $mark)))
    (export "get-resolution" (func (result $duration)))))
  (import "wasi:io/error@0.2.0" (instance $error
    (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $old-clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error-type (type $error'))
    (export "error" (type $error (eq $error')))
    (type $stream-error'
      (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output-stream)) (param "contents" (list u8))
        (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $stream'))
    (export "output-stream" (type $output-stream (eq $stream')))
    (export "get-stdout" (func (result (own $output-stream))))))

  (core module $memory (memory (export "memory") 1))
  (core instance $mem (instantiate $memory))

  (core func $now (canon lower (func $clock "now")))
  (core func $resolution (canon lower (func $clock "get-resolution")))
  (core func $subscribe-duration (canon lower (func $old-clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $write
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
      (memory (core memory $mem "memory"))))
  (core func $drop (canon resource.drop $pollable))

  (core module $main
    (import "" "now" (func $now (result i64)))
    (import "" "resolution" (func $resolution (result i64)))
    (import "" "subscribe-duration" (func $subscribe-duration (param i64) (result i32)))
    (import "" "block" (func $block (param i32)))
    (import "" "get-stdout" (func $get-stdout (result i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "memory" (memory 1))
    (data (i32.const 0) "a millisecond is a millisecond\n")
    (func (export "run") (result i32)
      (local $begin i64) (local $timer i32)
      (if (i64.eqz (call $resolution)) (then unreachable))
      (local.set $begin (call $now))
      (local.set $timer (call $subscribe-duration (i64.const 1000000)))
      (call $block (local.get $timer))
      (call $drop (local.get $timer))
      (if (i64.lt_u (i64.sub (call $now) (local.get $begin)) (i64.const 1000000))
        (then unreachable))
      (call $write (call $get-stdout) (i32.const 0) (i32.const 31) (i32.const 64))
      (i32.load8_u (i32.const 64))))
  (core instance $instance (instantiate $main (with "" (instance
    (export "now" (func $now))
    (export "resolution" (func $resolution))
    (export "subscribe-duration" (func $subscribe-duration))
    (export "block" (func $block))
    (export "get-stdout" (func $get-stdout))
    (export "write" (func $write))
    (export "drop" (func $drop))
    (export "memory" (memory $mem "memory"))))))

  (func $run (result (result)) (canon lift (core func $instance "run")))
  (instance $exported (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exported)))
