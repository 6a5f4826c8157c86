;; A value type of WASI 0.2 is exported beside a function that returns it.
;; RUN: inspect %

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
     (type $d (record (field "seconds" u64) (field "nanoseconds" u32)))
     (export "datetime" (type $dt (eq $d)))
     (export "now" (func (result $dt)))))
  (alias export $clock "datetime" (type $datetime))
  (core module $m (memory (export "m") 1) (func (export "t") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (alias core export $i "m" (core memory $mem))
  (export $dt "datetime" (type $datetime))
  (func $f (result $dt) (canon lift (core func $i "t") (memory $mem)))
  (export "get-time" (func $f)))

;; $ wasi-uplift inspect root-type-export.wasm
;; exit code: 0
;; stdout:
;;   root-type-export.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/wall-clock@0.2.0  adapter
;;
;;   exports
;;     datetime  stays, under the same name
;;     get-time  stays, under the same name
;;
;;   the result imports
;;     wasi:clocks/system-clock@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;
;;   known differences
;;     a wall clock before 1970: 1970
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.
