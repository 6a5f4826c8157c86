;; A guest with a table of imports as encoders make it, which is left out.
;; RUN: run %
;; PRINT: compose %

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
    (export "resolution" (func (result $datetime)))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))
    (export "get-random-u64" (func (result u64)))))
  (core module $main
    (import "imports" "now" (func $now (param i32)))
    (import "imports" "random-bytes" (func $random-bytes (param i64 i32)))
    (import "imports" "resolution" (func $resolution (param i32)))
    (import "imports" "random-u64" (func $random-u64 (result i64)))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "run") (result i32)
      (call $now (i32.const 0))
      (call $random-bytes (i64.const 64) (i32.const 16))
      (call $resolution (i32.const 32))
      (if (i64.ne (i64.load (i32.const 32)) (i64.const 0)) (then (return (i32.const 1))))
      (i32.or
        (i32.or
          (i64.eqz (i64.load (i32.const 0)))
          (i32.ne (i32.load (i32.const 20)) (i32.const 64)))
        (i32.or
          (i64.eqz (i64.load (i32.const 1024)))
          (i64.eqz (call $random-u64))))))
  (core module $first
    (type $now (func (param i32)))
    (type $random-bytes (func (param i64 i32)))
    (table (export "$imports") 3 3 funcref)
    (func $indirect-now (export "0") (param i32)
      local.get 0 i32.const 0 call_indirect (type $now))
    (func $indirect-random-bytes (export "1") (param i64 i32)
      local.get 0 local.get 1 i32.const 1 call_indirect (type $random-bytes))
    (func $indirect-resolution (export "2") (param i32)
      local.get 0 i32.const 2 call_indirect (type $now)))
  (core module $second
    (import "" "0" (func (param i32)))
    (import "" "1" (func (param i64 i32)))
    (import "" "2" (func (param i32)))
    (import "" "$imports" (table 3 3 funcref))
    (elem (i32.const 0) func 0 1 2))
  (core instance $first (instantiate $first))
  (core func $random-u64 (canon lower (func $random "get-random-u64")))
  (core instance $main (instantiate $main (with "imports" (instance
    (export "now" (func $first "0"))
    (export "random-bytes" (func $first "1"))
    (export "resolution" (func $first "2"))
    (export "random-u64" (func $random-u64))))))
  (alias core export $main "memory" (core memory $memory))
  (core func $now (canon lower (func $clock "now") (memory $memory)))
  (core func $resolution (canon lower (func $clock "resolution") (memory $memory)))
  (core func $random-bytes (canon lower (func $random "get-random-bytes")
    (memory $memory) (realloc (func $main "realloc"))))
  (core instance (instantiate $second (with "" (instance
    (export "$imports" (table $first "$imports"))
    (export "0" (func $now))
    (export "1" (func $random-bytes))
    (export "2" (func $resolution))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift run table.wasm
;; exit code: 0
