;; A program of a language that collects garbage runs as on the stock `wasmtime`.
;; RUN: run %
;; RUN: run % --link component

(module
  ;; what Kotlin/Wasm-WASI makes: GC structs, exceptions, preview1 imports
  (type $point (struct (field $x (mut i32)) (field $y i32)))
  (type $arr (array (mut i8)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (tag $e (param (ref null $point)))
  (memory (export "memory") 1)
  (data (i32.const 16) "caught 42\n")
  (func $thrower (param i32) (throw $e (struct.new $point (local.get 0) (i32.const 2))))
  (func (export "_start")
    (local $p (ref null $point))
    (block $h (result (ref null $point))
      (try_table (result (ref null $point)) (catch $e $h)
        (call $thrower (i32.const 42)) (ref.null $point)))
    (local.set $p)
    (if (i32.ne (struct.get $point $x (local.get $p)) (i32.const 42)) (then unreachable))
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 10))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))

;; $ wasi-uplift run garbage-collected.wasm
;; exit code: 0
;; stdout:
;;   caught 42

;; $ wasi-uplift run garbage-collected.wasm --link component
;; exit code: 0
;; stdout:
;;   caught 42
