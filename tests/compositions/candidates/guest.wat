;; What toolchains of the time of Wasmtime 16 emit: `wasi:cli` of December 2023, and the rest of
;; November.
(component
  (import "wasi:io/error@0.2.0-rc-2023-11-10" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error-type))
  (import "wasi:io/streams@0.2.0-rc-2023-11-10" (instance $streams
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
  (import "wasi:cli/stdout@0.2.0-rc-2023-12-05" (instance $stdout
    (alias outer 1 $stream (type $stream'))
    (export "output-stream" (type $output-stream (eq $stream')))
    (export "get-stdout" (func (result (own $output-stream))))))
  (core module $libc
    (memory (export "memory") 1)
    (data (i32.const 16) "of two times\n"))
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
    (func (export "run") (result i32) (local $stdout i32)
      (local.set $stdout (call $get-stdout))
      (call $write (local.get $stdout) (i32.const 16) (i32.const 13) (i32.const 0))
      (call $drop (local.get $stdout))
      i32.const 0))
  (core instance $i (instantiate $m (with "" (instance
    (export "get-stdout" (func $get-stdout))
    (export "write" (func $write))
    (export "drop" (func $drop))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0-rc-2023-12-05" (instance $run))
)
