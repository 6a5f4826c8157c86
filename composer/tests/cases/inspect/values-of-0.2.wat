;; Asks the time of WASI 0.2, and passes it on to a host that has nothing of that.
;; RUN: inspect %

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
  ))
  (alias export $clock "datetime" (type $datetime))
  (import "other:host/calendar" (instance $calendar
    (alias outer 1 $datetime (type $outer-datetime))
    (export "datetime" (type $datetime (eq $outer-datetime)))
    (export "a-day-after" (func (param "when" $datetime) (result $datetime)))
  ))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $now (canon lower (func $clock "now") (memory (core memory $memory "memory"))))
  (core func $after (canon lower (func $calendar "a-day-after")
    (memory (core memory $memory "memory"))))
  (core module $m
    (import "" "memory" (memory 1))
    (import "" "now" (func $now (param i32)))
    (import "" "after" (func $after (param i64 i32 i32)))
    (func (export "ask") (result i64)
      (call $now (i32.const 0))
      (call $after (i64.load (i32.const 0)) (i32.load (i32.const 8)) (i32.const 16))
      (i64.sub (i64.load (i32.const 16)) (i64.load (i32.const 0))))
  )
  (core instance $i (instantiate $m (with "" (instance
    (export "memory" (memory $memory "memory"))
    (export "now" (func $now))
    (export "after" (func $after))
  ))))
  (func (export "ask") (result u64) (canon lift (core func $i "ask")))
)

;; $ wasi-uplift inspect values-of-0.2.wasm
;; exit code: 0
;; stdout:
;;   values-of-0.2.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/wall-clock@0.2.0  adapter
;;     other:host/calendar           host, as it is; it is not of WASI 0.2
;;
;;   exports
;;     ask  stays, under the same name
;;
;;   the result imports
;;     wasi:clocks/system-clock@0.3.0
;;     other:host/calendar
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: multi-memory
;;
;;   known differences
;;     a wall clock before 1970: 1970
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `other:host/calendar`.
