;; Fills what it will get results in with a pattern, and shows what is left of it. The canonical ABI
;; leaves padding and the room of other cases alone.
(component
  (type $ty-wasi:io/error@0.2.12 (;0;)
    (instance
      (export (;0;) "error" (type (sub resource)))
    )
  )
  (import "wasi:io/error@0.2.12" (instance $wasi:io/error@0.2.12 (;0;) (type $ty-wasi:io/error@0.2.12)))
  (alias export $wasi:io/error@0.2.12 "error" (type $error (;1;)))
  (type $ty-wasi:io/streams@0.2.12 (;2;)
    (instance
      (export (;0;) "output-stream" (type (sub resource)))
      (alias outer 1 $error (type (;1;)))
      (export (;2;) "error" (type (eq 1)))
      (type (;3;) (own 2))
      (type (;4;) (variant (case "last-operation-failed" 3) (case "closed")))
      (export (;5;) "stream-error" (type (eq 4)))
      (type (;6;) (borrow 0))
      (type (;7;) (list u8))
      (type (;8;) (result (error 5)))
      (type (;9;) (func (param "self" 6) (param "contents" 7) (result 8)))
      (export (;0;) "[method]output-stream.blocking-write-and-flush" (func (type 9)))
    )
  )
  (import "wasi:io/streams@0.2.12" (instance $wasi:io/streams@0.2.12 (;1;) (type $ty-wasi:io/streams@0.2.12)))
  (alias export $wasi:io/streams@0.2.12 "output-stream" (type $output-stream (;3;)))
  (type $ty-wasi:cli/stdout@0.2.12 (;4;)
    (instance
      (alias outer 1 $output-stream (type (;0;)))
      (export (;1;) "output-stream" (type (eq 0)))
      (type (;2;) (own 1))
      (type (;3;) (func (result 2)))
      (export (;0;) "get-stdout" (func (type 3)))
    )
  )
  (import "wasi:cli/stdout@0.2.12" (instance $wasi:cli/stdout@0.2.12 (;2;) (type $ty-wasi:cli/stdout@0.2.12)))
  (type $ty-wasi:clocks/wall-clock@0.2.12 (;5;)
    (instance
      (type (;0;) (record (field "seconds" u64) (field "nanoseconds" u32)))
      (export (;1;) "datetime" (type (eq 0)))
    )
  )
  (import "wasi:clocks/wall-clock@0.2.12" (instance $wasi:clocks/wall-clock@0.2.12 (;3;) (type $ty-wasi:clocks/wall-clock@0.2.12)))
  (alias export $wasi:clocks/wall-clock@0.2.12 "datetime" (type $datetime (;6;)))
  (type $ty-wasi:filesystem/types@0.2.12 (;7;)
    (instance
      (export (;0;) "descriptor" (type (sub resource)))
      (type (;1;) (enum "unknown" "block-device" "character-device" "directory" "fifo" "symbolic-link" "regular-file" "socket"))
      (export (;2;) "descriptor-type" (type (eq 1)))
      (type (;3;) u64)
      (export (;4;) "link-count" (type (eq 3)))
      (type (;5;) u64)
      (export (;6;) "filesize" (type (eq 5)))
      (alias outer 1 $datetime (type (;7;)))
      (export (;8;) "datetime" (type (eq 7)))
      (type (;9;) (option 8))
      (type (;10;) (record (field "type" 2) (field "link-count" 4) (field "size" 6) (field "data-access-timestamp" 9) (field "data-modification-timestamp" 9) (field "status-change-timestamp" 9)))
      (export (;11;) "descriptor-stat" (type (eq 10)))
      (type (;12;) (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist" "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop" "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory" "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty" "no-such-device" "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy" "cross-device"))
      (export (;13;) "error-code" (type (eq 12)))
      (type (;14;) (flags "symlink-follow"))
      (export (;15;) "path-flags" (type (eq 14)))
      (type (;16;) (borrow 0))
      (type (;17;) (result 11 (error 13)))
      (type (;18;) (func (param "self" 16) (result 17)))
      (export (;0;) "[method]descriptor.stat" (func (type 18)))
      (type (;19;) (func (param "self" 16) (param "path-flags" 15) (param "path" string) (result 17)))
      (export (;1;) "[method]descriptor.stat-at" (func (type 19)))
    )
  )
  (import "wasi:filesystem/types@0.2.12" (instance $wasi:filesystem/types@0.2.12 (;4;) (type $ty-wasi:filesystem/types@0.2.12)))
  (alias export $wasi:filesystem/types@0.2.12 "descriptor" (type $descriptor (;8;)))
  (type $ty-wasi:filesystem/preopens@0.2.12 (;9;)
    (instance
      (alias outer 1 $descriptor (type (;0;)))
      (export (;1;) "descriptor" (type (eq 0)))
      (type (;2;) (own 1))
      (type (;3;) (tuple 2 string))
      (type (;4;) (list 3))
      (type (;5;) (func (result 4)))
      (export (;0;) "get-directories" (func (type 5)))
    )
  )
  (import "wasi:filesystem/preopens@0.2.12" (instance $wasi:filesystem/preopens@0.2.12 (;5;) (type $ty-wasi:filesystem/preopens@0.2.12)))
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32)))
    (type (;3;) (func (result i32)))
    (type (;4;) (func (param i32 i32 i32 i32)))
    (type (;5;) (func (param i64)))
    (type (;6;) (func (param i32 i32 i32 i32) (result i32)))
    (import "wasi:filesystem/types@0.2.12" "[method]descriptor.stat" (func $descriptor.stat (;0;) (type 0) (param i32 i32)))
    (import "wasi:filesystem/types@0.2.12" "[method]descriptor.stat-at" (func $descriptor.stat-at (;1;) (type 1) (param i32 i32 i32 i32 i32)))
    (import "wasi:filesystem/preopens@0.2.12" "get-directories" (func $get-directories (;2;) (type 2) (param i32)))
    (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $get-stdout (;3;) (type 3) (result i32)))
    (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush" (func $output-stream.blocking-write-and-flush (;4;) (type 4) (param i32 i32 i32 i32)))
    (memory (;0;) 4)
    (global $heap (;0;) (mut i32) i32.const 70000)
    (export "memory" (memory 0))
    (export "cabi_realloc" (func 10))
    (export "wasi:cli/run@0.2.12#run" (func 11))
    (func $say (;5;) (type 5) (param $v i64)
      (local $i i32)
      i32.const 0
      local.set $i
      loop $l
        i32.const 60100
        local.get $i
        i32.add
        i32.const 60000
        local.get $v
        i32.const 15
        local.get $i
        i32.sub
        i64.extend_i32_u
        i64.const 4
        i64.mul
        i64.shr_u
        i32.wrap_i64
        i32.const 15
        i32.and
        i32.add
        i32.load8_u
        i32.store8
        local.get $i
        i32.const 1
        i32.add
        local.set $i
        local.get $i
        i32.const 16
        i32.lt_u
        br_if $l
      end
      i32.const 60116
      i32.const 10
      i32.store8
      call $get-stdout
      i32.const 60100
      i32.const 17
      i32.const 60200
      call $output-stream.blocking-write-and-flush
    )
    (func $say32 (;6;) (type 2) (param i32)
      local.get 0
      i64.extend_i32_u
      call $say
    )
    (func $dump (;7;) (type 0) (param $p i32) (param $n i32)
      call $get-stdout
      local.get $p
      local.get $n
      i32.const 60200
      call $output-stream.blocking-write-and-flush
    )
    (func $hex (;8;) (type 0) (param $p i32) (param $n i32)
      block $e
        loop $l
          local.get $n
          i32.const 0
          i32.le_s
          br_if $e
          local.get $p
          i64.load
          call $say
          local.get $p
          i32.const 8
          i32.add
          local.set $p
          local.get $n
          i32.const 8
          i32.sub
          local.set $n
          br $l
        end
      end
    )
    (func $fill (;9;) (type 0) (param $p i32) (param $n i32)
      local.get $p
      i32.const 170
      local.get $n
      memory.fill
    )
    (func (;10;) (type 6) (param i32 i32 i32 i32) (result i32)
      (local $r i32)
      global.get $heap
      i32.const 15
      i32.add
      i32.const -16
      i32.and
      local.set $r
      local.get $r
      local.get 3
      i32.add
      global.set $heap
      local.get $r
    )
    (func (;11;) (type 3) (result i32)
      (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $x i64)
      i32.const 512
      i32.const 256
      call $fill
      i32.const 80000
      i32.const 4096
      call $fill
      i32.const 256
      call $get-directories
      i32.const 256
      i32.load
      i32.load
      local.set $a
      local.get $a
      i32.const 512
      call $descriptor.stat
      ;; The size of a folder and its times are other ones every time.
      i32.const 536
      i64.const 0
      i64.store
      i32.const 552
      i64.const 0
      i64.store
      i32.const 576
      i64.const 0
      i64.store
      i32.const 600
      i64.const 0
      i64.store
      i32.const 560
      i32.const 0
      i32.store
      i32.const 584
      i32.const 0
      i32.store
      i32.const 608
      i32.const 0
      i32.store
      i32.const 512
      i32.const 104
      call $hex
      i32.const 512
      i32.const 256
      call $fill
      local.get $a
      i32.const 0
      i32.const 60000
      i32.const 3
      i32.const 512
      call $descriptor.stat-at
      i32.const 512
      i32.const 104
      call $hex
      i32.const 0
    )
    (data (;0;) (i32.const 60000) "0123456789abcdef")
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32)))
    (type (;3;) (func (param i32 i32 i32 i32)))
    (table (;0;) 4 4 funcref)
    (export "0" (func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat"))
    (export "1" (func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat-at"))
    (export "2" (func $indirect-wasi:filesystem/preopens@0.2.12-get-directories))
    (export "3" (func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush"))
    (export "$imports" (table 0))
    (func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat" (;0;) (type 0) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 0
      call_indirect (type 0)
    )
    (func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat-at" (;1;) (type 1) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 1
      call_indirect (type 1)
    )
    (func $indirect-wasi:filesystem/preopens@0.2.12-get-directories (;2;) (type 2) (param i32)
      local.get 0
      i32.const 2
      call_indirect (type 2)
    )
    (func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush" (;3;) (type 3) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 3
      call_indirect (type 3)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias core export $wit-component-shim-instance "0" (core func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat" (;0;)))
  (alias core export $wit-component-shim-instance "1" (core func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat-at" (;1;)))
  (core instance $wasi:filesystem/types@0.2.12 (;1;)
    (export "[method]descriptor.stat" (func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat"))
    (export "[method]descriptor.stat-at" (func $"indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat-at"))
  )
  (alias core export $wit-component-shim-instance "2" (core func $indirect-wasi:filesystem/preopens@0.2.12-get-directories (;2;)))
  (core instance $wasi:filesystem/preopens@0.2.12 (;2;)
    (export "get-directories" (func $indirect-wasi:filesystem/preopens@0.2.12-get-directories))
  )
  (alias export $wasi:cli/stdout@0.2.12 "get-stdout" (func $get-stdout (;0;)))
  (core func $get-stdout (;3;) (canon lower (func $get-stdout)))
  (core instance $wasi:cli/stdout@0.2.12 (;3;)
    (export "get-stdout" (func $get-stdout))
  )
  (alias core export $wit-component-shim-instance "3" (core func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush" (;4;)))
  (core instance $wasi:io/streams@0.2.12 (;4;)
    (export "[method]output-stream.blocking-write-and-flush" (func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush"))
  )
  (core instance $main (;5;) (instantiate $main
      (with "wasi:filesystem/types@0.2.12" (instance $wasi:filesystem/types@0.2.12))
      (with "wasi:filesystem/preopens@0.2.12" (instance $wasi:filesystem/preopens@0.2.12))
      (with "wasi:cli/stdout@0.2.12" (instance $wasi:cli/stdout@0.2.12))
      (with "wasi:io/streams@0.2.12" (instance $wasi:io/streams@0.2.12))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32)))
    (type (;3;) (func (param i32 i32 i32 i32)))
    (import "actual" "0" (func $0 (;0;) (type 0) (param i32 i32)))
    (import "actual" "1" (func $1 (;1;) (type 1) (param i32 i32 i32 i32 i32)))
    (import "actual" "2" (func $2 (;2;) (type 2) (param i32)))
    (import "actual" "3" (func $3 (;3;) (type 3) (param i32 i32 i32 i32)))
    (import "shim" "$imports" (table (;0;) 4 4 funcref))
    (elem (;0;) (i32.const 0) func $0 $1 $2 $3)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (alias export $wasi:filesystem/types@0.2.12 "[method]descriptor.stat" (func $"[method]descriptor.stat" (;1;)))
  (core func $"#core-func5 indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat" (@name "indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat") (;5;) (canon lower (func $"[method]descriptor.stat") (memory $memory)))
  (alias export $wasi:filesystem/types@0.2.12 "[method]descriptor.stat-at" (func $"[method]descriptor.stat-at" (;2;)))
  (core func $"#core-func6 indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat-at" (@name "indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat-at") (;6;) (canon lower (func $"[method]descriptor.stat-at") (memory $memory) string-encoding=utf8))
  (alias export $wasi:filesystem/preopens@0.2.12 "get-directories" (func $get-directories (;3;)))
  (alias core export $main "cabi_realloc" (core func $cabi_realloc (;7;)))
  (core func $"#core-func8 indirect-wasi:filesystem/preopens@0.2.12-get-directories" (@name "indirect-wasi:filesystem/preopens@0.2.12-get-directories") (;8;) (canon lower (func $get-directories) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $wasi:io/streams@0.2.12 "[method]output-stream.blocking-write-and-flush" (func $"[method]output-stream.blocking-write-and-flush" (;4;)))
  (core func $"#core-func9 indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush" (@name "indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush") (;9;) (canon lower (func $"[method]output-stream.blocking-write-and-flush") (memory $memory)))
  (core instance $actual (;6;)
    (export "0" (func $"#core-func5 indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat"))
    (export "1" (func $"#core-func6 indirect-wasi:filesystem/types@0.2.12-[method]descriptor.stat-at"))
    (export "2" (func $"#core-func8 indirect-wasi:filesystem/preopens@0.2.12-get-directories"))
    (export "3" (func $"#core-func9 indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush"))
  )
  (core instance $fixup (;7;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;10;) (result))
  (type (;11;) (func (result 10)))
  (alias core export $main "wasi:cli/run@0.2.12#run" (core func $wasi:cli/run@0.2.12#run (;10;)))
  (func $run (;5;) (type 11) (canon lift (core func $wasi:cli/run@0.2.12#run)))
  (component $wasi:cli/run@0.2.12-shim-component (;0;)
    (type (;0;) (result))
    (type (;1;) (func (result 0)))
    (import "import-func-run" (func (;0;) (type 1)))
    (type (;2;) (result))
    (type (;3;) (func (result 2)))
    (export (;1;) "run" (func 0) (func (type 3)))
  )
  (instance $wasi:cli/run@0.2.12-shim-instance (;6;) (instantiate $wasi:cli/run@0.2.12-shim-component
      (with "import-func-run" (func $run))
    )
  )
  (export $wasi:cli/run@0.2.12 (;7;) "wasi:cli/run@0.2.12" (instance $wasi:cli/run@0.2.12-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
