;; Reads clocks, random numbers and the environment before `run`.
;;
;; Static constructors and language runtimes do this. Both ways there are: a
;; core start function, which runs before the memory's lowered imports are in
;; place and so calls only what needs no memory, and `_initialize`, which may
;; call everything. Neither may block.
(module
  (import "wasi:clocks/monotonic-clock@0.2.12" "now" (func $now (result i64)))
  (import "wasi:clocks/monotonic-clock@0.2.12" "subscribe-duration"
    (func $subscribe (param i64) (result i32)))
  (import "wasi:clocks/wall-clock@0.2.12" "now" (func $wall (param i32)))
  (import "wasi:random/random@0.2.12" "get-random-u64" (func $random (result i64)))
  (import "wasi:random/random@0.2.12" "get-random-bytes" (func $random-bytes (param i64 i32)))
  (import "wasi:cli/environment@0.2.12" "get-environment" (func $environment (param i32)))
  (import "wasi:cli/environment@0.2.12" "get-arguments" (func $arguments (param i32)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.12" "[resource-drop]pollable" (func $drop-pollable (param i32)))

  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 65536))
  (global $started (mut i64) (i64.const 0))
  (global $dice (mut i64) (i64.const 0))
  (global $timer (mut i32) (i32.const 0))
  (global $handle (mut i32) (i32.const 0))
  (data (i32.const 1024) "start saw it all\n")

  (func $start
    (global.set $started (call $now))
    (global.set $dice (call $random)))
  (start $start)

  ;; Keeps everything: the program is short.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at
      (i32.and
        (i32.add (global.get $free) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (local.get $at))

  (func (export "_initialize")
    (call $environment (i32.const 0))
    (call $arguments (i32.const 8))
    (call $random-bytes (i64.const 33) (i32.const 16))
    (call $wall (i32.const 24))
    ;; A timer may be started here, and waited for in `run`.
    (global.set $timer (call $subscribe (i64.const 10000000)))
    (global.set $handle (call $stdout)))

  (func $check (param i32)
    (if (i32.eqz (local.get 0)) (then (unreachable))))

  (func (export "wasi:cli/run@0.2.12#run") (result i32)
    (call $block (global.get $timer))
    (call $drop-pollable (global.get $timer))
    ;; The timer's 10 ms have passed since `_initialize`.
    (call $check
      (i64.ge_u (call $now) (i64.add (global.get $started) (i64.const 10000000))))
    (call $check (i64.ne (call $random) (global.get $dice)))
    ;; Two variables, two arguments, 33 bytes, and a date after the year 2023.
    (call $check (i32.eq (i32.load (i32.const 4)) (i32.const 2)))
    (call $check (i32.eq (i32.load (i32.const 12)) (i32.const 2)))
    (call $check (i32.eq (i32.load (i32.const 20)) (i32.const 33)))
    (call $check (i64.gt_u (i64.load (i32.const 24)) (i64.const 1700000000)))
    ;; The first variable is LANG=C.
    (call $check (i32.eq (i32.load (i32.load (i32.load (i32.const 0)))) (i32.const 0x474e414c)))
    (call $write (global.get $handle) (i32.const 1024) (i32.const 17) (i32.const 512))
    (i32.load8_u (i32.const 512))))
