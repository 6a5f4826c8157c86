;; Gets strings in three encodings into one memory, the first of which is not stated, and prints their
;; bytes. The canonical ABI takes UTF-8 where none is stated.
(component
  (import "wasi:io/error@0.2.12" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/streams@0.2.12" (instance $streams
    (export "output-stream" (type $output (sub resource)))
    (alias outer 1 $error (type $outer))
    (export "error" (type $error (eq $outer)))
    (type $failure (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failure)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $output)) (param "contents" (list u8))
      (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdout@0.2.12" (instance $stdout
    (alias outer 1 $output (type $outer))
    (export "output-stream" (type $output (eq $outer)))
    (export "get-stdout" (func (result (own $output))))))
  (import "wasi:cli/environment@0.2.12" (instance $environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))
    (export "initial-cwd" (func (result (option string))))))

  (core module $Memory
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param $old-len i32) (param i32 i32) (result i32)
      (local $at i32)
      ;; A host makes room for the longest that a string can become, and shrinks it.
      (if (i32.le_u (local.get 3) (local.get $old-len)) (then (return (local.get $old))))
      (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
      (global.set $free (i32.add (local.get $at) (local.get 3)))
      (memory.copy (local.get $at) (local.get $old) (local.get $old-len))
      (local.get $at)))
  (core instance $memory (instantiate $Memory))
  (alias core export $memory "memory" (core memory $bytes))
  (alias core export $memory "realloc" (core func $realloc))

  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower
    (func $streams "[method]output-stream.blocking-write-and-flush") (memory $bytes)))
  (core func $arguments (canon lower
    (func $environment "get-arguments") (memory $bytes) (realloc $realloc)))
  (core func $variables (canon lower
    (func $environment "get-environment") (memory $bytes) (realloc $realloc)
    string-encoding=utf16))
  (core func $cwd (canon lower
    (func $environment "initial-cwd") (memory $bytes) (realloc $realloc)
    string-encoding=latin1+utf16))

  (core module $Main
    (import "guest" "memory" (memory 1))
    (import "guest" "get-stdout" (func $get-stdout (result i32)))
    (import "guest" "write" (func $write (param i32 i32 i32 i32)))
    (import "guest" "arguments" (func $arguments (param i32)))
    (import "guest" "variables" (func $variables (param i32)))
    (import "guest" "cwd" (func $cwd (param i32)))
    (global $output (mut i32) (i32.const 0))
    (func $print (param $at i32) (param $len i32)
      (call $write (global.get $output) (local.get $at) (local.get $len) (i32.const 64)))
    (func (export "run") (result i32)
      (local $list i32)
      (global.set $output (call $get-stdout))
      ;; The second argument, and the length that it has in its encoding.
      (call $arguments (i32.const 0))
      (local.set $list (i32.load (i32.const 0)))
      (call $print (i32.load offset=8 (local.get $list)) (i32.load offset=12 (local.get $list)))
      (call $print (i32.add (local.get $list) (i32.const 12)) (i32.const 1))
      ;; The value of the first variable.
      (call $variables (i32.const 0))
      (local.set $list (i32.load (i32.const 0)))
      (call $print
        (i32.load offset=8 (local.get $list))
        (i32.mul (i32.load offset=12 (local.get $list)) (i32.const 2)))
      (call $print (i32.add (local.get $list) (i32.const 12)) (i32.const 1))
      ;; The working directory, whose characters are all in Latin-1.
      (call $cwd (i32.const 0))
      (call $print (i32.load (i32.const 4)) (i32.load (i32.const 8)))
      (call $print (i32.const 8) (i32.const 1))
      (i32.const 0)))
  (core instance $main (instantiate $Main (with "guest" (instance
    (export "memory" (memory $bytes))
    (export "get-stdout" (func $get-stdout))
    (export "write" (func $write))
    (export "arguments" (func $arguments))
    (export "variables" (func $variables))
    (export "cwd" (func $cwd))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.12" (instance $command)))
