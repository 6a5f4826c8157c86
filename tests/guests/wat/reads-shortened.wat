;; Reads a file that has become shorter since the guest was told how long it is.
;; Its allocator goes on and on, and traps if anything comes back to it.
(module
  (import "wasi:filesystem/preopens@0.2.12" "get-directories" (func $folders (param i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.open-at"
    (func $open (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.stat" (func $stat (param i32 i32)))
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.read-via-stream"
    (func $stream (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-read"
    (func $read (param i32 i64 i32)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (memory (export "memory") 4)
  (data (i32.const 1024) "ready")
  (data (i32.const 1040) "file")
  (global $free (mut i32) (i32.const 65536))

  (func (export "cabi_realloc") (param $old i32) (param $len i32) (param i32 i32) (result i32)
    (if (i32.or (local.get $old) (local.get $len)) (then unreachable))
    global.get $free
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 15)) (i32.const -16))))

  (func (export "wasi:cli/run@0.2.12#run") (result i32)
    (local $folder i32) (local $file i32) (local $turns i32)
    (call $folders (i32.const 0))
    (local.set $folder (i32.load (i32.load (i32.const 0))))
    ;; To create, and to write.
    (call $open (local.get $folder) (i32.const 0) (i32.const 1024) (i32.const 5)
      (i32.const 1) (i32.const 2) (i32.const 16))
    ;; To read.
    (call $open (local.get $folder) (i32.const 0) (i32.const 1040) (i32.const 4)
      (i32.const 0) (i32.const 1) (i32.const 16))
    (local.set $file (i32.load (i32.const 20)))
    (call $stat (local.get $file) (i32.const 128))
    ;; The file becomes shorter meanwhile.
    (loop $again
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $turns) (i32.const 500000000))))
    (call $stream (local.get $file) (i64.const 0) (i32.const 32))
    (call $read (i32.load (i32.const 36)) (i64.const 10000) (i32.const 48))
    (if (i32.load8_u (i32.const 48)) (then unreachable))
    ;; The last of its bytes.
    (call $write (call $stdout)
      (i32.sub
        (i32.add (i32.load (i32.const 52)) (i32.load (i32.const 56)))
        (i32.const 8))
      (i32.const 8) (i32.const 64))
    i32.const 0))
