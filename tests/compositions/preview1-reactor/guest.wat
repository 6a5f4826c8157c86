;; A library of the time before components, which has to be initialized, and says by its exports and
;; its types that it can be run.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $initialized (mut i32) (i32.const 0))
  (data (i32.const 16) "\20\00\00\00\0f\00\00\00")
  (data (i32.const 32) "from a library\n")
  (func (export "_initialize") (global.set $initialized (i32.const 1)))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))
    (i32.eqz (global.get $initialized))))
