;; A resource of WASI 0.2 can't be exported without a name.
;; RUN: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type $pollable (sub resource)))))
  (alias export $poll "pollable" (type $pollable))
  (core module $m (func (export "get") (param i32) (result i32) i32.const 0)
    (memory (export "memory") 1))
  (core instance $i (instantiate $m))
  (type $list (list (own $pollable)))
  (func $get (param "x" u32) (result (option $list)) (canon lift (core func $i "get") (memory $i "memory")))
  (instance $own (export "get" (func $get)))
  (export "test:own/own" (instance $own))
)

;; $ wasi-uplift compose exported-resource.wasm
;; exit code: 1
;; stderr:
;;   error: `exported-resource.wasm` was not composed:
;;     the export `test:own/own` has resources of `wasi:io/poll@0.2.0`, which a WASI 0.3 host doesn't have: build the guest without this export, or join it first with the component that calls it, for example with `wac plug`
