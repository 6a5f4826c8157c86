;; Allocates for a result, and calls out while it does: nothing may be called
;; then, so it traps.
(module
  (import "wasi:cli/environment@0.2.12" "get-arguments" (func $arguments (param i32)))
  (import "wasi:clocks/monotonic-clock@0.2.12" "now" (func $now (result i64)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "before\n")

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (drop (call $now))
    i32.const 2048)

  (func (export "wasi:cli/run@0.2.12#run") (result i32)
    (call $write (call $stdout) (i32.const 1024) (i32.const 7) (i32.const 512))
    (call $arguments (i32.const 256))
    i32.const 0))
