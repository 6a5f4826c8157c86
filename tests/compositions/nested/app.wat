;; A program that writes by way of the library, and to the stream that it gets from it.
(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error-type (type $error'))
    (export "error" (type $error (eq $error')))
    (type $stream-error'
      (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $output-stream)) (param "contents" (list u8))
      (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "test:log/log" (instance $log
    (alias outer 1 $stream (type $stream'))
    (export "output-stream" (type $output-stream (eq $stream')))
    (export "out" (func (result (own $output-stream))))
    (export "say" (func (param "text" string)))))
  (core module $libc
    (memory (export "memory") 1)
    (data (i32.const 16) "said\nwritten\n"))
  (core instance $libc (instantiate $libc))
  (core func $out (canon lower (func $log "out")))
  (core func $say (canon lower (func $log "say") (memory (core memory $libc "memory"))))
  (core func $write
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
      (memory (core memory $libc "memory"))))
  (core func $drop (canon resource.drop $stream))
  (core module $m
    (import "" "out" (func $out (result i32)))
    (import "" "say" (func $say (param i32 i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "run") (result i32) (local $stream i32)
      (call $say (i32.const 16) (i32.const 5))
      (local.set $stream (call $out))
      (call $write (local.get $stream) (i32.const 21) (i32.const 8) (i32.const 0))
      (call $drop (local.get $stream))
      i32.const 0))
  (core instance $i (instantiate $m (with "" (instance
    (export "out" (func $out))
    (export "say" (func $say))
    (export "write" (func $write))
    (export "drop" (func $drop))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)
