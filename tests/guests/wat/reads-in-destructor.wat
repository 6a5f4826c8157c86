(; Writes to a file, reads it in a destructor, where nothing can wait, writes on, and prints what is in
   the file. ;)
(module
  (import "wasi:filesystem/preopens@0.2.12" "get-directories" (func $directories (param i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.open-at"
    (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.write-via-stream"
    (func $write-via-stream (param i32 i64 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.read-via-stream"
    (func $read-via-stream (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.read"
    (func $read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-read"
    (func $blocking-read (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "[export]tests:guests/things" "[resource-new]thing" (func $new-thing (param i32) (result i32)))
  (import "[export]tests:guests/things" "[resource-drop]thing" (func $drop-thing (param i32)))

  (memory (export "memory") 1)
  (global $heap (mut i32) (i32.const 4096))
  (global $file (mut i32) (i32.const 0))
  (data (i32.const 1024) "filewritten before, written after\n")

  (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
    (global.get $heap)
    (global.set $heap
      (i32.and (i32.add (i32.add (global.get $heap) (local.get $size)) (i32.const 7)) (i32.const -8))))

  ;; Every result is at 0: whether it is an error, and behind it the value.
  (func $done
    (if (i32.load8_u (i32.const 0)) (then (unreachable))))
  (func $value (result i32)
    (call $done)
    (i32.load (i32.const 4)))

  (func $input (result i32)
    (call $read-via-stream (global.get $file) (i64.const 0) (i32.const 0))
    (call $value))

  (func $give (param $output i32) (param $text i32) (param $length i32)
    (call $write
      (local.get $output) (local.get $text) (local.get $length) (i32.const 0))
    (call $done))

  (func (export "tests:guests/things#[dtor]thing") (param i32)
    (call $read (call $input) (i64.const 100) (i32.const 0))
    (call $done))

  (func (export "wasi:cli/run@0.2.12#run") (result i32)
    (local $output i32)
    (local $input i32)
    (local $left i32)
    (call $directories (i32.const 0))
    (call $open-at
      (i32.load (i32.load (i32.const 0)))
      (i32.const 0)
      (i32.const 1024) (i32.const 4)
      (i32.const 1) ;; create
      (i32.const 3) ;; read, write
      (i32.const 0))
    (global.set $file (call $value))
    (call $write-via-stream (global.get $file) (i64.const 0) (i32.const 0))
    (local.set $output (call $value))

    (call $give (local.get $output) (i32.const 1028) (i32.const 16))
    (call $drop-thing (call $new-thing (i32.const 0)))
    (call $give (local.get $output) (i32.const 1044) (i32.const 14))

    (local.set $input (call $input))
    (local.set $output (call $stdout))
    (local.set $left (i32.const 30))
    (loop $again
      (call $blocking-read (local.get $input) (i64.const 100) (i32.const 0))
      (call $done)
      (local.set $left (i32.sub (local.get $left) (i32.load (i32.const 8))))
      (call $give (local.get $output) (i32.load (i32.const 4)) (i32.load (i32.const 8)))
      (br_if $again (local.get $left)))
    (i32.const 0)))
