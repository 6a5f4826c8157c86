;; A part that has a resource, and one that is lent it and destroys it.
;; RUN: run %
;; PRINT: compose %

(component
  (component $owner
    (core module $state
      (global $destroyed (export "destroyed") (mut i32) (i32.const 0))
      (func $destroy (export "destroy") (param i32) (global.set $destroyed (local.get 0))))
    (core instance $state (instantiate $state))
    (type $r' (resource (rep i32) (dtor (func $state "destroy"))))
    (core func $new (canon resource.new $r'))
    (core func $rep (canon resource.rep $r'))
    (core func $drop (canon resource.drop $r'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "get") (param i32) (result i32) (local.get 0))
      (func (export "take") (param i32) (result i32)
        (call $rep (local.get 0))
        (call $drop (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance
      (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (export $r "r" (type $r'))
    (func (export "make") (param "x" u32) (result (own $r)) (canon lift (core func $i "make")))
    (func (export "get") (param "r" (borrow $r)) (result u32) (canon lift (core func $i "get")))
    (func (export "take") (param "r" (own $r)) (result u32) (canon lift (core func $i "take"))))
  (component $reader
    (import "s" (instance $s (export "r" (type $r (sub resource)))
      (export "get" (func (param "r" (borrow $r)) (result u32)))))
    (alias export $s "r" (type $r))
    (core func $get (canon lower (func $s "get")))
    (core func $drop (canon resource.drop $r))
    (core module $m
      (import "" "get" (func $get (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "read") (param i32) (result i32)
        (call $get (local.get 0))
        (call $drop (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance
      (export "get" (func $get)) (export "drop" (func $drop))))))
    (export $r' "r" (type $r))
    (func (export "read") (param "r" (borrow $r')) (result u32) (canon lift (core func $i "read"))))
  (component $user
    (import "s" (instance $s (export "r" (type $r (sub resource)))
      (export "make" (func (param "x" u32) (result (own $r))))
      (export "take" (func (param "r" (own $r)) (result u32)))))
    (alias export $s "r" (type $r))
    (import "reader" (instance $reader
      (export "r" (type $r' (eq $r)))
      (export "read" (func (param "r" (borrow $r')) (result u32)))))
    (core func $make (canon lower (func $s "make")))
    (core func $take (canon lower (func $s "take")))
    (core func $read (canon lower (func $reader "read")))
    (core func $drop (canon resource.drop $r))
    (core module $m
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "take" (func $take (param i32) (result i32)))
      (import "" "read" (func $read (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "run") (result i32) (local $h i32)
        (local.set $h (call $make (i32.const 5)))
        (if (i32.ne (call $read (local.get $h)) (i32.const 5)) (then (return (i32.const 1))))
        (if (i32.ne (call $take (local.get $h)) (i32.const 5)) (then (return (i32.const 1))))
        (call $drop (call $make (i32.const 6)))
        (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance
      (export "make" (func $make)) (export "take" (func $take))
      (export "read" (func $read)) (export "drop" (func $drop))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $owner (instantiate $owner))
  (instance $reader (instantiate $reader (with "s" (instance $owner))))
  (instance $user (instantiate $user (with "s" (instance $owner)) (with "reader" (instance $reader))))
  (export "wasi:cli/run@0.2.0" (instance $user "wasi:cli/run@0.2.0"))
)

;; $ wasi-uplift run resources.wasm
;; exit code: 0
