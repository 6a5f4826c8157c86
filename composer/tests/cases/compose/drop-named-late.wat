;; A resource of the host's gets its name, for dropping its handles, after a function of it is
;; lowered.
;; RUN: compose % --link fused -o composed.wasm

(component
  (import "wasi:io/error@0.2.1" (instance $error
    (export "error" (type $e (sub resource)))
    (export "[method]error.to-debug-string" (func (param "self" (borrow $e)) (result string)))))
  (import "test:own/things@1.0.0" (instance $things
    (export "thing" (type $t (sub resource)))
    (export "[constructor]thing" (func (result (own $t))))))
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core func (canon lower (func $things "[constructor]thing")))
  (alias export $things "thing" (type $thing))
  (core func (canon resource.drop $thing))
  (core instance $i (instantiate $m))
  (core func (canon lower (func $error "[method]error.to-debug-string")
    (memory $i "memory") (realloc (func $i "realloc"))))
)

;; $ wasi-uplift compose drop-named-late.wasm --link fused -o composed.wasm
;; exit code: 0
;; writes composed.wasm: a component
