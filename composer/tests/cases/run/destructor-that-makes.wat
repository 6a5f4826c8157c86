;; A destructor that makes and drops a resource of another type: what is needed for that one is there
;; before the destructor, and what is needed for its own type after it.
;; RUN: compose --link fused %
;; RUN: run %

(component
  (component $owner
    (type $a (resource (rep i32)))
    (core func $new-a (canon resource.new $a))
    (core func $drop-a (canon resource.drop $a))
    (core module $state
      (import "" "new-a" (func $new-a (param i32) (result i32)))
      (import "" "drop-a" (func $drop-a (param i32)))
      (global $destroyed (export "destroyed") (mut i32) (i32.const 0))
      (func (export "destroy") (param i32)
        (call $drop-a (call $new-a (local.get 0)))
        (global.set $destroyed (local.get 0))))
    (core instance $state (instantiate $state (with "" (instance
      (export "new-a" (func $new-a))
      (export "drop-a" (func $drop-a))))))
    (type $b (resource (rep i32) (dtor (func $state "destroy"))))
    (core func $new-b (canon resource.new $b))
    (core func $drop-b (canon resource.drop $b))
    (core module $m
      (import "" "new-b" (func $new-b (param i32) (result i32)))
      (import "" "drop-b" (func $drop-b (param i32)))
      (import "state" "destroyed" (global $destroyed (mut i32)))
      (func (export "run") (result i32)
        (call $drop-b (call $new-b (i32.const 7)))
        (i32.ne (global.get $destroyed) (i32.const 7))))
    (core instance $i (instantiate $m
      (with "state" (instance $state))
      (with "" (instance
        (export "new-b" (func $new-b))
        (export "drop-b" (func $drop-b))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $owner (instantiate $owner))
  (export "wasi:cli/run@0.2.0" (instance $owner "wasi:cli/run@0.2.0")))

;; $ wasi-uplift compose --link fused destructor-that-makes.wasm
;; exit code: 0
;; stdout: a component

;; $ wasi-uplift run destructor-that-makes.wasm
;; exit code: 0
