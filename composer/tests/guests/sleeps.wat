;; A command that sleeps for a millisecond and prints a line.
;; RUN: inspect %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.3" (instance $clock
    (alias outer 1 $pollable (type $outer-pollable))
    (export "pollable" (type $pollable (eq $outer-pollable)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))
  ))
  (import "wasi:io/error@0.2.0" (instance $error
    (export "error" (type (sub resource)))
  ))
  (alias export $error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $outer-error))
    (export "error" (type $error (eq $outer-error)))
    (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $output-stream))
      (param "contents" (list u8))
      (result (result (error $stream-error)))
    ))
  ))
  (alias export $streams "output-stream" (type $output-stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output-stream (type $outer-output-stream))
    (export "output-stream" (type $output-stream (eq $outer-output-stream)))
    (export "get-stdout" (func (result (own $output-stream))))
  ))

  (core module $memory
    (memory (export "memory") 1)
    (data (i32.const 1024) "slept\n")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
  )
  (core module $main
    (import "" "memory" (memory 1))
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "" "block" (func $block (param i32)))
    (import "" "drop-pollable" (func $drop-pollable (param i32)))
    (import "" "get-stdout" (func $get-stdout (result i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "drop-stream" (func $drop-stream (param i32)))
    (func (export "run") (result i32)
      (local $handle i32)
      (local.set $handle (call $subscribe (i64.const 1000000)))
      (call $block (local.get $handle))
      (call $drop-pollable (local.get $handle))
      (local.set $handle (call $get-stdout))
      (call $write (local.get $handle) (i32.const 1024) (i32.const 6) (i32.const 0))
      (call $drop-stream (local.get $handle))
      (i32.load8_u (i32.const 0))
    )
  )
  (core instance $memory (instantiate $memory))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $drop-pollable (canon resource.drop $pollable))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower
    (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $memory "memory"))
  ))
  (core func $drop-stream (canon resource.drop $output-stream))
  (core instance $main (instantiate $main
    (with "" (instance
      (export "memory" (memory $memory "memory"))
      (export "subscribe" (func $subscribe))
      (export "block" (func $block))
      (export "drop-pollable" (func $drop-pollable))
      (export "get-stdout" (func $get-stdout))
      (export "write" (func $write))
      (export "drop-stream" (func $drop-stream))
    ))
  ))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift inspect sleeps.wasm
;; exit code: 0
;; stdout:
;;   sleeps.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0                 adapter; may wait: [method]pollable.block
;;     wasi:clocks/monotonic-clock@0.2.3  adapter
;;     wasi:io/error@0.2.0                adapter
;;     wasi:io/streams@0.2.0              adapter; may wait: [method]output-stream.blocking-write-and-flush
;;     wasi:cli/stdout@0.2.0              adapter
;;
;;   exports
;;     wasi:cli/run@0.2.0  becomes wasi:cli/run@0.3.0
;;
;;   the result imports
;;     wasi:cli/types@0.3.0
;;     wasi:cli/stdout@0.3.0
;;     wasi:clocks/monotonic-clock@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async, multi-memory
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.
