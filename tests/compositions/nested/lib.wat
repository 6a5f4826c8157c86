;; A library that writes to stdout, and gives it away.
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
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $stream'))
    (export "output-stream" (type $output-stream (eq $stream')))
    (export "get-stdout" (func (result (own $output-stream))))))
  (core module $libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3)))))
  (core instance $libc (instantiate $libc))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $write
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
      (memory (core memory $libc "memory"))))
  (core func $drop (canon resource.drop $stream))
  (core module $m
    (import "" "get-stdout" (func $get-stdout (result i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "out") (result i32) call $get-stdout)
    (func (export "say") (param i32 i32) (local $stdout i32)
      (local.set $stdout (call $get-stdout))
      (call $write (local.get $stdout) (local.get 0) (local.get 1) (i32.const 0))
      (call $drop (local.get $stdout))))
  (core instance $i (instantiate $m (with "" (instance
    (export "get-stdout" (func $get-stdout))
    (export "write" (func $write))
    (export "drop" (func $drop))))))
  (func $out (result (own $stream)) (canon lift (core func $i "out")))
  (func $say (param "text" string)
    (canon lift (core func $i "say") (memory (core memory $libc "memory"))
      (realloc (core func $libc "realloc"))))
  (instance $log
    (export "output-stream" (type $stream))
    (export "out" (func $out))
    (export "say" (func $say)))
  (export "test:log/log" (instance $log))
)
