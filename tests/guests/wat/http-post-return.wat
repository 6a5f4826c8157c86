;; Answers, and traps in the function that is to be called when `handle` has returned.
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
  (alias export $wasi:io/streams@0.2.12 "output-stream" (type $"#type5 output-stream" (@name "output-stream") (;5;)))
  (type $ty-wasi:http/types@0.2.12 (;6;)
    (instance
      (export (;0;) "fields" (type (sub resource)))
      (export (;1;) "headers" (type (eq 0)))
      (export (;2;) "outgoing-response" (type (sub resource)))
      (export (;3;) "outgoing-body" (type (sub resource)))
      (export (;4;) "trailers" (type (eq 0)))
      (type (;5;) (option string))
      (type (;6;) (option u16))
      (type (;7;) (record (field "rcode" 5) (field "info-code" 6)))
      (export (;8;) "DNS-error-payload" (type (eq 7)))
      (type (;9;) (option u8))
      (type (;10;) (record (field "alert-id" 9) (field "alert-message" 5)))
      (export (;11;) "TLS-alert-received-payload" (type (eq 10)))
      (type (;12;) (option u32))
      (type (;13;) (record (field "field-name" 5) (field "field-size" 12)))
      (export (;14;) "field-size-payload" (type (eq 13)))
      (type (;15;) (option u64))
      (type (;16;) (option 14))
      (type (;17;) (variant (case "DNS-timeout") (case "DNS-error" 8) (case "destination-not-found") (case "destination-unavailable") (case "destination-IP-prohibited") (case "destination-IP-unroutable") (case "connection-refused") (case "connection-terminated") (case "connection-timeout") (case "connection-read-timeout") (case "connection-write-timeout") (case "connection-limit-reached") (case "TLS-protocol-error") (case "TLS-certificate-error") (case "TLS-alert-received" 11) (case "HTTP-request-denied") (case "HTTP-request-length-required") (case "HTTP-request-body-size" 15) (case "HTTP-request-method-invalid") (case "HTTP-request-URI-invalid") (case "HTTP-request-URI-too-long") (case "HTTP-request-header-section-size" 12) (case "HTTP-request-header-size" 16) (case "HTTP-request-trailer-section-size" 12) (case "HTTP-request-trailer-size" 14) (case "HTTP-response-incomplete") (case "HTTP-response-header-section-size" 12) (case "HTTP-response-header-size" 14) (case "HTTP-response-body-size" 15) (case "HTTP-response-trailer-section-size" 12) (case "HTTP-response-trailer-size" 14) (case "HTTP-response-transfer-coding" 5) (case "HTTP-response-content-coding" 5) (case "HTTP-response-timeout") (case "HTTP-upgrade-failed") (case "HTTP-protocol-error") (case "loop-detected") (case "configuration-error") (case "internal-error" 5)))
      (export (;18;) "error-code" (type (eq 17)))
      (alias outer 1 $"#type5 output-stream" (type (;19;)))
      (export (;20;) "output-stream" (type (eq 19)))
      (export (;21;) "response-outparam" (type (sub resource)))
      (export (;22;) "incoming-request" (type (sub resource)))
      (type (;23;) (own 0))
      (type (;24;) (func (result 23)))
      (export (;0;) "[constructor]fields" (func (type 24)))
      (type (;25;) (own 21))
      (type (;26;) (own 2))
      (type (;27;) (result 26 (error 18)))
      (type (;28;) (func (param "param" 25) (param "response" 27)))
      (export (;1;) "[static]response-outparam.set" (func (type 28)))
      (type (;29;) (own 1))
      (type (;30;) (func (param "headers" 29) (result 26)))
      (export (;2;) "[constructor]outgoing-response" (func (type 30)))
      (type (;31;) (borrow 2))
      (type (;32;) (own 3))
      (type (;33;) (result 32))
      (type (;34;) (func (param "self" 31) (result 33)))
      (export (;3;) "[method]outgoing-response.body" (func (type 34)))
      (type (;35;) (borrow 3))
      (type (;36;) (own 20))
      (type (;37;) (result 36))
      (type (;38;) (func (param "self" 35) (result 37)))
      (export (;4;) "[method]outgoing-body.write" (func (type 38)))
      (type (;39;) (own 4))
      (type (;40;) (option 39))
      (type (;41;) (result (error 18)))
      (type (;42;) (func (param "this" 32) (param "trailers" 40) (result 41)))
      (export (;5;) "[static]outgoing-body.finish" (func (type 42)))
    )
  )
  (import "wasi:http/types@0.2.12" (instance $wasi:http/types@0.2.12 (;3;) (type $ty-wasi:http/types@0.2.12)))
  (core module $main (;0;)
    (type (;0;) (func (param i32)))
    (type (;1;) (func (result i32)))
    (type (;2;) (func (param i32) (result i32)))
    (type (;3;) (func (param i32 i32 i32 i32)))
    (type (;4;) (func (param i32 i32)))
    (type (;5;) (func (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (type (;6;) (func (param i64)))
    (type (;7;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;8;) (func (param i32 i32 i32)))
    (type (;9;) (func))
    (import "wasi:io/streams@0.2.12" "[resource-drop]output-stream" (func $drop-output-stream (;0;) (type 0) (param i32)))
    (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $get-stdout (;1;) (type 1) (result i32)))
    (import "wasi:http/types@0.2.12" "[constructor]fields" (func $new-fields (;2;) (type 1) (result i32)))
    (import "wasi:http/types@0.2.12" "[constructor]outgoing-response" (func $new-outgoing-response (;3;) (type 2) (param i32) (result i32)))
    (import "wasi:http/types@0.2.12" "[static]outgoing-body.finish" (func $outgoing-body.finish (;4;) (type 3) (param i32 i32 i32 i32)))
    (import "wasi:http/types@0.2.12" "[method]outgoing-body.write" (func $outgoing-body.write (;5;) (type 4) (param i32 i32)))
    (import "wasi:http/types@0.2.12" "[method]outgoing-response.body" (func $outgoing-response.body (;6;) (type 4) (param i32 i32)))
    (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush" (func $output-stream.blocking-write-and-flush (;7;) (type 3) (param i32 i32 i32 i32)))
    (import "wasi:http/types@0.2.12" "[static]response-outparam.set" (func $response-outparam.set (;8;) (type 5) (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (memory (;0;) 4)
    (global $heap (;0;) (mut i32) i32.const 70000)
    (global $g (;1;) (mut i32) i32.const 0)
    (global $cnt (;2;) (mut i32) i32.const 0)
    (export "memory" (memory 0))
    (export "cabi_realloc" (func 14))
    (export "wasi:http/incoming-handler@0.2.12#handle" (func 16))
    (export "cabi_post_wasi:http/incoming-handler@0.2.12#handle" (func 17))
    (func $say (;9;) (type 6) (param $v i64)
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
    (func $say32 (;10;) (type 0) (param i32)
      local.get 0
      i64.extend_i32_u
      call $say
    )
    (func $dump (;11;) (type 4) (param $p i32) (param $n i32)
      call $get-stdout
      local.get $p
      local.get $n
      i32.const 60200
      call $output-stream.blocking-write-and-flush
    )
    (func $hex (;12;) (type 4) (param $p i32) (param $n i32)
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
    (func $fill (;13;) (type 4) (param $p i32) (param $n i32)
      local.get $p
      i32.const 170
      local.get $n
      memory.fill
    )
    (func (;14;) (type 7) (param i32 i32 i32 i32) (result i32)
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
    (func $respond (;15;) (type 8) (param $out i32) (param $p i32) (param $n i32)
      (local $r i32) (local $b i32) (local $s i32)
      call $new-fields
      call $new-outgoing-response
      local.set $r
      local.get $r
      i32.const 800
      call $outgoing-response.body
      i32.const 804
      i32.load
      local.set $b
      local.get $out
      i32.const 0
      local.get $r
      i32.const 0
      i64.const 0
      i32.const 0
      i32.const 0
      i32.const 0
      i32.const 0
      call $response-outparam.set
      local.get $b
      i32.const 800
      call $outgoing-body.write
      i32.const 804
      i32.load
      local.set $s
      local.get $s
      local.get $p
      local.get $n
      i32.const 800
      call $output-stream.blocking-write-and-flush
      local.get $s
      call $drop-output-stream
      local.get $b
      i32.const 0
      i32.const 0
      i32.const 800
      call $outgoing-body.finish
    )
    (func (;16;) (type 4) (param $rq i32) (param $out i32)
      (local $a i32) (local $b i32) (local $c i32) (local $d i32)
      global.get $cnt
      i32.const 1
      i32.add
      global.set $cnt
      local.get $out
      i32.const 60000
      i32.const 4
      call $respond
    )
    (func (;17;) (type 9)
      unreachable
    )
    (data (;0;) (i32.const 60000) "0123456789abcdef")
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32)))
    (type (;2;) (func (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (table (;0;) 5 5 funcref)
    (export "0" (func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush"))
    (export "1" (func $"indirect-wasi:http/types@0.2.12-[static]outgoing-body.finish"))
    (export "2" (func $"indirect-wasi:http/types@0.2.12-[method]outgoing-body.write"))
    (export "3" (func $"indirect-wasi:http/types@0.2.12-[method]outgoing-response.body"))
    (export "4" (func $"indirect-wasi:http/types@0.2.12-[static]response-outparam.set"))
    (export "$imports" (table 0))
    (func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush" (;0;) (type 0) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 0
      call_indirect (type 0)
    )
    (func $"indirect-wasi:http/types@0.2.12-[static]outgoing-body.finish" (;1;) (type 0) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 1
      call_indirect (type 0)
    )
    (func $"indirect-wasi:http/types@0.2.12-[method]outgoing-body.write" (;2;) (type 1) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 2
      call_indirect (type 1)
    )
    (func $"indirect-wasi:http/types@0.2.12-[method]outgoing-response.body" (;3;) (type 1) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 3
      call_indirect (type 1)
    )
    (func $"indirect-wasi:http/types@0.2.12-[static]response-outparam.set" (;4;) (type 2) (param i32 i32 i32 i32 i64 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      i32.const 4
      call_indirect (type 2)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias export $wasi:http/types@0.2.12 "incoming-request" (type $incoming-request (;7;)))
  (alias export $wasi:http/types@0.2.12 "response-outparam" (type $response-outparam (;8;)))
  (alias export $wasi:io/streams@0.2.12 "output-stream" (type $"#type9 output-stream" (@name "output-stream") (;9;)))
  (core func $resource.drop (;0;) (canon resource.drop $"#type9 output-stream"))
  (alias core export $wit-component-shim-instance "0" (core func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush" (;1;)))
  (core instance $wasi:io/streams@0.2.12 (;1;)
    (export "[resource-drop]output-stream" (func $resource.drop))
    (export "[method]output-stream.blocking-write-and-flush" (func $"indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush"))
  )
  (alias export $wasi:cli/stdout@0.2.12 "get-stdout" (func $get-stdout (;0;)))
  (core func $get-stdout (;2;) (canon lower (func $get-stdout)))
  (core instance $wasi:cli/stdout@0.2.12 (;2;)
    (export "get-stdout" (func $get-stdout))
  )
  (alias export $wasi:http/types@0.2.12 "[constructor]fields" (func $"[constructor]fields" (;1;)))
  (core func $"[constructor]fields" (;3;) (canon lower (func $"[constructor]fields")))
  (alias export $wasi:http/types@0.2.12 "[constructor]outgoing-response" (func $"[constructor]outgoing-response" (;2;)))
  (core func $"[constructor]outgoing-response" (;4;) (canon lower (func $"[constructor]outgoing-response")))
  (alias core export $wit-component-shim-instance "1" (core func $"indirect-wasi:http/types@0.2.12-[static]outgoing-body.finish" (;5;)))
  (alias core export $wit-component-shim-instance "2" (core func $"indirect-wasi:http/types@0.2.12-[method]outgoing-body.write" (;6;)))
  (alias core export $wit-component-shim-instance "3" (core func $"indirect-wasi:http/types@0.2.12-[method]outgoing-response.body" (;7;)))
  (alias core export $wit-component-shim-instance "4" (core func $"indirect-wasi:http/types@0.2.12-[static]response-outparam.set" (;8;)))
  (core instance $wasi:http/types@0.2.12 (;3;)
    (export "[constructor]fields" (func $"[constructor]fields"))
    (export "[constructor]outgoing-response" (func $"[constructor]outgoing-response"))
    (export "[static]outgoing-body.finish" (func $"indirect-wasi:http/types@0.2.12-[static]outgoing-body.finish"))
    (export "[method]outgoing-body.write" (func $"indirect-wasi:http/types@0.2.12-[method]outgoing-body.write"))
    (export "[method]outgoing-response.body" (func $"indirect-wasi:http/types@0.2.12-[method]outgoing-response.body"))
    (export "[static]response-outparam.set" (func $"indirect-wasi:http/types@0.2.12-[static]response-outparam.set"))
  )
  (core instance $main (;4;) (instantiate $main
      (with "wasi:io/streams@0.2.12" (instance $wasi:io/streams@0.2.12))
      (with "wasi:cli/stdout@0.2.12" (instance $wasi:cli/stdout@0.2.12))
      (with "wasi:http/types@0.2.12" (instance $wasi:http/types@0.2.12))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32)))
    (type (;2;) (func (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "actual" "0" (func $0 (;0;) (type 0) (param i32 i32 i32 i32)))
    (import "actual" "1" (func $1 (;1;) (type 0) (param i32 i32 i32 i32)))
    (import "actual" "2" (func $2 (;2;) (type 1) (param i32 i32)))
    (import "actual" "3" (func $3 (;3;) (type 1) (param i32 i32)))
    (import "actual" "4" (func $4 (;4;) (type 2) (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "shim" "$imports" (table (;0;) 5 5 funcref))
    (elem (;0;) (i32.const 0) func $0 $1 $2 $3 $4)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (alias export $wasi:io/streams@0.2.12 "[method]output-stream.blocking-write-and-flush" (func $"[method]output-stream.blocking-write-and-flush" (;3;)))
  (core func $"#core-func9 indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush" (@name "indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush") (;9;) (canon lower (func $"[method]output-stream.blocking-write-and-flush") (memory $memory)))
  (alias export $wasi:http/types@0.2.12 "[static]outgoing-body.finish" (func $"[static]outgoing-body.finish" (;4;)))
  (alias core export $main "cabi_realloc" (core func $cabi_realloc (;10;)))
  (core func $"#core-func11 indirect-wasi:http/types@0.2.12-[static]outgoing-body.finish" (@name "indirect-wasi:http/types@0.2.12-[static]outgoing-body.finish") (;11;) (canon lower (func $"[static]outgoing-body.finish") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $wasi:http/types@0.2.12 "[method]outgoing-body.write" (func $"[method]outgoing-body.write" (;5;)))
  (core func $"#core-func12 indirect-wasi:http/types@0.2.12-[method]outgoing-body.write" (@name "indirect-wasi:http/types@0.2.12-[method]outgoing-body.write") (;12;) (canon lower (func $"[method]outgoing-body.write") (memory $memory)))
  (alias export $wasi:http/types@0.2.12 "[method]outgoing-response.body" (func $"[method]outgoing-response.body" (;6;)))
  (core func $"#core-func13 indirect-wasi:http/types@0.2.12-[method]outgoing-response.body" (@name "indirect-wasi:http/types@0.2.12-[method]outgoing-response.body") (;13;) (canon lower (func $"[method]outgoing-response.body") (memory $memory)))
  (alias export $wasi:http/types@0.2.12 "[static]response-outparam.set" (func $"[static]response-outparam.set" (;7;)))
  (core func $"#core-func14 indirect-wasi:http/types@0.2.12-[static]response-outparam.set" (@name "indirect-wasi:http/types@0.2.12-[static]response-outparam.set") (;14;) (canon lower (func $"[static]response-outparam.set") (memory $memory) string-encoding=utf8))
  (core instance $actual (;5;)
    (export "0" (func $"#core-func9 indirect-wasi:io/streams@0.2.12-[method]output-stream.blocking-write-and-flush"))
    (export "1" (func $"#core-func11 indirect-wasi:http/types@0.2.12-[static]outgoing-body.finish"))
    (export "2" (func $"#core-func12 indirect-wasi:http/types@0.2.12-[method]outgoing-body.write"))
    (export "3" (func $"#core-func13 indirect-wasi:http/types@0.2.12-[method]outgoing-response.body"))
    (export "4" (func $"#core-func14 indirect-wasi:http/types@0.2.12-[static]response-outparam.set"))
  )
  (core instance $fixup (;6;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;10;) (own $incoming-request))
  (type (;11;) (own $response-outparam))
  (type (;12;) (func (param "request" 10) (param "response-out" 11)))
  (alias core export $main "wasi:http/incoming-handler@0.2.12#handle" (core func $wasi:http/incoming-handler@0.2.12#handle (;15;)))
  (alias core export $main "cabi_post_wasi:http/incoming-handler@0.2.12#handle" (core func $cabi_post_wasi:http/incoming-handler@0.2.12#handle (;16;)))
  (func $handle (;8;) (type 12) (canon lift (core func $wasi:http/incoming-handler@0.2.12#handle) (post-return $cabi_post_wasi:http/incoming-handler@0.2.12#handle)))
  (component $wasi:http/incoming-handler@0.2.12-shim-component (;0;)
    (import "import-type-incoming-request" (type (;0;) (sub resource)))
    (import "import-type-response-outparam" (type (;1;) (sub resource)))
    (import "import-type-incoming-request0" (type (;2;) (eq 0)))
    (type (;3;) (own 2))
    (import "import-type-response-outparam0" (type (;4;) (eq 1)))
    (type (;5;) (own 4))
    (type (;6;) (func (param "request" 3) (param "response-out" 5)))
    (import "import-func-handle" (func (;0;) (type 6)))
    (export (;7;) "incoming-request" (type 0))
    (export (;8;) "response-outparam" (type 1))
    (type (;9;) (own 7))
    (type (;10;) (own 8))
    (type (;11;) (func (param "request" 9) (param "response-out" 10)))
    (export (;1;) "handle" (func 0) (func (type 11)))
  )
  (instance $wasi:http/incoming-handler@0.2.12-shim-instance (;4;) (instantiate $wasi:http/incoming-handler@0.2.12-shim-component
      (with "import-func-handle" (func $handle))
      (with "import-type-incoming-request" (type $incoming-request))
      (with "import-type-response-outparam" (type $response-outparam))
      (with "import-type-incoming-request0" (type $incoming-request))
      (with "import-type-response-outparam0" (type $response-outparam))
    )
  )
  (export $wasi:http/incoming-handler@0.2.12 (;5;) "wasi:http/incoming-handler@0.2.12" (instance $wasi:http/incoming-handler@0.2.12-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
