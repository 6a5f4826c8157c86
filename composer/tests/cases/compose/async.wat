;; A library of which nothing may wait. Its export becomes `async` if that is asked for.
;; RUN: inspect %
;; RUN: inspect % --async other:library/api@0.2.0
;; RUN: inspect % --async other:library/api@0.2.0 --json

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core module $m (func (export "when") (result i64) i64.const 0))
  (core instance $i (instantiate $m))
  (func $when (result u64) (canon lift (core func $i "when")))
  (instance $own (export "when" (func $when)))
  (export "other:library/api@0.2.0" (instance $own))
)
