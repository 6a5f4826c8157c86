;; A function is lowered a second time after the guest's own functions, with what was there before the
;; first time. So both get their guards together, when the function that a host calls after `g` isn't
;; there yet.
;; RUN: compose % --link fused

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $record (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $record)))
    (export "now" (func (result $datetime)))))
  (import "f" (func $f (param "a" f64)))
  (core module $allocator
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $allocator (instantiate $allocator))
  (alias core export $allocator "memory" (core memory $memory))
  (alias core export $allocator "realloc" (core func $realloc))
  (core func $first (canon lower (func $f)))
  (alias export $clock "now" (func $now))
  (core func $lowered (canon lower (func $now) (memory $memory) (realloc $realloc)))
  (core module $main
    (import "host" "first" (func (param f64)))
    (import "host" "now" (func (param i32)))
    (func (export "g") (param f64))
    (func (export "after")))
  (core instance $main (instantiate $main
    (with "host" (instance
      (export "first" (func $first))
      (export "now" (func $lowered))))))
  (func $g (param "a" f64)
    (canon lift (core func $main "g") (post-return (core func $main "after"))))
  (core func $second (canon lower (func $f) (memory $memory) (realloc $realloc)))
  (export "g" (func $g)))

;; $ wasi-uplift compose post-return-placed-later.wasm --link fused
;; exit code: 0
;; stdout: a component
