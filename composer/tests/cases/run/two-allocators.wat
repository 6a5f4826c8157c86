;; Lists come from the allocator that their own function names, also where another one is in reach.
;; RUN: run %

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
  (core module $libc
    (memory (export "memory") 1)
    (global $first (mut i32) (i32.const 4096))
    (global $second (mut i32) (i32.const 8192))
    (func (export "first") (param i32 i32 i32 i32) (result i32)
      (global.get $first)
      (global.set $first (i32.add (global.get $first) (local.get 3))))
    (func (export "second") (param i32 i32 i32 i32) (result i32)
      (global.get $second)
      (global.set $second (i32.add (global.get $second) (local.get 3)))))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "first" (core func $first))
  (alias core export $libc "second" (core func $second))
  (core func $by-second (canon lower (func $random "get-random-bytes")
    (memory $libc "memory") (realloc $second)))
  (core func $by-first (canon lower (func $random "get-random-bytes")
    (memory $libc "memory") (realloc $first)))
  (core module $m
    (import "libc" "memory" (memory 1))
    (import "" "by-second" (func $by-second (param i64 i32)))
    (import "" "by-first" (func $by-first (param i64 i32)))
    (func $is-at (param $address i32)
      (if (i32.ne (i32.load (i32.const 16)) (local.get $address)) (then unreachable)))
    (func (export "run") (result i32)
      (call $by-second (i64.const 8) (i32.const 16))
      (call $is-at (i32.const 8192))
      (call $by-first (i64.const 8) (i32.const 16))
      (call $is-at (i32.const 4096))
      (call $by-second (i64.const 8) (i32.const 16))
      (call $is-at (i32.const 8200))
      (i32.const 0)))
  (core instance $i (instantiate $m
    (with "libc" (instance $libc))
    (with "" (instance
      (export "by-second" (func $by-second))
      (export "by-first" (func $by-first))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))

;; $ wasi-uplift run two-allocators.wasm
;; exit code: 0
