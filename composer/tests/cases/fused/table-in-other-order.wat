;; A table that is filled in another order than encoders fill it is the guest's own.
;; RUN: run %

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
    (export "resolution" (func (result $datetime)))))
  (core module $main
    (import "imports" "resolution" (func $resolution (param i32)))
    (import "imports" "now" (func $now (param i32)))
    (memory (export "memory") 1)
    (func (export "run") (result i32)
      (call $now (i32.const 0))
      (call $resolution (i32.const 16))
      (i32.or
        (i64.eqz (i64.load (i32.const 0)))
        (i64.ne (i64.load (i32.const 16)) (i64.const 0)))))
  (core module $first
    (type $indirect (func (param i32)))
    (table (export "$imports") 2 2 funcref)
    (func (export "0") (param i32) local.get 0 i32.const 0 call_indirect (type $indirect))
    (func (export "1") (param i32) local.get 0 i32.const 1 call_indirect (type $indirect)))
  (core module $second
    (import "" "0" (func (param i32)))
    (import "" "1" (func (param i32)))
    (import "" "$imports" (table 2 2 funcref))
    (elem (i32.const 0) func 1 0))
  (core instance $first (instantiate $first))
  (core instance $main (instantiate $main (with "imports" (instance
    (export "resolution" (func $first "0"))
    (export "now" (func $first "1"))))))
  (core func $now (canon lower (func $clock "now") (memory $main "memory")))
  (core func $resolution (canon lower (func $clock "resolution") (memory $main "memory")))
  (core instance (instantiate $second (with "" (instance
    (export "$imports" (table $first "$imports"))
    (export "0" (func $now))
    (export "1" (func $resolution))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift run table-in-other-order.wasm
;; exit code: 0
