(; Does before `run` what may wait elsewhere, and need not here: asks pollables,
   drops one that is pending, writes. ;)
(module
  (import "wasi:clocks/monotonic-clock@0.2.12" "subscribe-duration"
    (func $subscribe (param i64) (result i32)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.check-write"
    (func $check-write (param i32 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.write"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-flush"
    (func $blocking-flush (param i32 i32)))
  (import "wasi:io/poll@0.2.12" "[method]pollable.ready" (func $ready (param i32) (result i32)))
  (import "wasi:io/poll@0.2.12" "[resource-drop]pollable" (func $drop-pollable (param i32)))

  (memory (export "memory") 1)
  (global $handle (mut i32) (i32.const 0))
  (data (i32.const 1024) "written before run\n")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)

  (func $check (param i32)
    (if (i32.eqz (local.get 0)) (then (unreachable))))

  (func $spin (param $pollable i32)
    (local $left i32)
    (local.set $left (i32.const 100))
    (loop $again
      (call $check (i32.eqz (call $ready (local.get $pollable))))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (local.get $left))))

  (func (export "_initialize")
    (local $first i32)
    (local $second i32)
    (local.set $first (call $subscribe (i64.const 3600000000000)))
    (local.set $second (call $subscribe (i64.const 3600000000000)))
    (call $spin (local.get $first))
    (call $drop-pollable (local.get $first))
    (global.set $handle (call $stdout))
    (call $check-write (global.get $handle) (i32.const 0))
    (call $check (i32.eqz (i32.load8_u (i32.const 0))))
    (call $check (i64.ge_u (i64.load (i32.const 8)) (i64.const 19)))
    (call $write (global.get $handle) (i32.const 1024) (i32.const 19) (i32.const 0))
    (call $check (i32.eqz (i32.load8_u (i32.const 0))))
    (call $check-write (global.get $handle) (i32.const 0))
    (call $spin (local.get $second))
    (call $drop-pollable (local.get $second)))

  (func (export "wasi:cli/run@0.2.12#run") (result i32)
    (call $blocking-flush (global.get $handle) (i32.const 0))
    (i32.load8_u (i32.const 0))))
