;; A guest that may wait, with what a host calls of it: functions with strings, and a destructor.
;; PRINT: compose %

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-arguments" (func (result (list string))))))
  (import "test:host/log" (instance $log
    (export "tick" (func))
    (export "write" (func (param "line" string)))))
  (core func $tick (canon lower (func $log "tick")))
  (core module $memory
    (memory (export "memory") 1)
    (func $realloc (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $memory (instantiate $memory))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $drop (canon resource.drop $pollable))
  (core func $write (canon lower (func $log "write") (memory $memory "memory")))
  (core func $arguments (canon lower (func $environment "get-arguments")
    (memory $memory "memory") (realloc (func $memory "realloc"))))
  (core module $m
    (import "" "block" (func $block (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "tick" (func $tick))
    (import "" "write" (func $write (param i32 i32)))
    (import "" "arguments" (func $arguments (param i32)))
    (func $say (export "say") (param i32 i32) (result i32)
      (call $tick)
      (call $write (local.get 0) (local.get 1))
      (call $arguments (i32.const 16))
      (i32.const 16))
    (func $said (export "said") (param i32))
    (func $make (export "make") (param i32) (result i32) (local.get 0))
    (func $destroy (export "destroy") (param i32)
      (call $block (local.get 0))
      (call $drop (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance
    (export "block" (func $block))
    (export "drop" (func $drop))
    (export "tick" (func $tick))
    (export "write" (func $write))
    (export "arguments" (func $arguments))))))
  (type $r' (resource (rep i32) (dtor (func $i "destroy"))))
  (export $r "r" (type $r'))
  (func $say (param "line" string) (result (list string)) (canon lift (core func $i "say")
    (memory $memory "memory") (realloc (func $memory "realloc")) (post-return (func $i "said"))))
  (func $make (param "x" u32) (result (own $r)) (canon lift (core func $i "make")))
  (export "say" (func $say))
  (export "[constructor]r" (func $make))
)
