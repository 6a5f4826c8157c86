;; One function type serves a function that waits and one that doesn't: there have to be two.
;; RUN: retype % --wat


(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $outer-error))
    (export "error" (type $error (eq $outer-error)))
    (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "output-stream" (type $output-stream (sub resource)))
    (type $shared (func
      (param "self" (borrow $output-stream)) (result (result (error $stream-error)))))
    (export "[method]output-stream.flush" (func (type $shared)))
    (export "[method]output-stream.blocking-flush" (func (type $shared)))
    (type $zeroes (func (param "self" (borrow $output-stream)) (param "len" u64)
      (result (result (error $stream-error)))))
    (export "[method]output-stream.blocking-write-zeroes-and-flush" (func (type $zeroes)))
    (export "[method]output-stream.write-zeroes" (func (type $zeroes)))
  ))
)

;; $ wasi-uplift retype shared-by-sync-and-async.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type (;0;)
;;       (instance
;;         (export (;0;) "error" (type (sub resource)))
;;       )
;;     )
;;     (import "wasi:io/error@0.2.0" (instance $error (;0;) (type 0)))
;;     (alias export $error "error" (type $error (;1;)))
;;     (type (;2;)
;;       (instance
;;         (alias outer 1 $error (type (;0;)))
;;         (export (;1;) "error" (type (eq 0)))
;;         (type (;2;) (own 1))
;;         (type (;3;) (variant (case "last-operation-failed" 2) (case "closed")))
;;         (export (;4;) "stream-error" (type (eq 3)))
;;         (export (;5;) "output-stream" (type (sub resource)))
;;         (type (;6;) (borrow 5))
;;         (type (;7;) (result (error 4)))
;;         (type (;8;) (func (param "self" 6) (result 7)))
;;         (type (;9;) (func async (param "self" 6) (result 7)))
;;         (export (;0;) "[method]output-stream.flush" (func (type 8)))
;;         (export (;1;) "[method]output-stream.blocking-flush" (func (type 9)))
;;         (type (;10;) (borrow 5))
;;         (type (;11;) (result (error 4)))
;;         (type (;12;) (func (param "self" 10) (param "len" u64) (result 11)))
;;         (type (;13;) (func async (param "self" 10) (param "len" u64) (result 11)))
;;         (export (;2;) "[method]output-stream.blocking-write-zeroes-and-flush" (func (type 13)))
;;         (export (;3;) "[method]output-stream.write-zeroes" (func (type 12)))
;;       )
;;     )
;;     (import "wasi:io/streams@0.2.0" (instance $streams (;1;) (type 2)))
;;   )
