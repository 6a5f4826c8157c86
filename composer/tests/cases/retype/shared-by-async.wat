;; All functions of the type wait: it is changed where it stands.
;; RUN: retype % --wat


(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $outer-error))
    (export "error" (type $error (eq $outer-error)))
    (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "input-stream" (type $input-stream (sub resource)))
    (type $shared (func (param "self" (borrow $input-stream)) (param "len" u64)
      (result (result u64 (error $stream-error)))))
    (export "[method]input-stream.skip" (func (type $shared)))
    (export "[method]input-stream.blocking-skip" (func (type $shared)))
  ))
)

;; $ wasi-uplift retype shared-by-async.wasm --wat
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
;;         (export (;5;) "input-stream" (type (sub resource)))
;;         (type (;6;) (borrow 5))
;;         (type (;7;) (result u64 (error 4)))
;;         (type (;8;) (func async (param "self" 6) (param "len" u64) (result 7)))
;;         (export (;0;) "[method]input-stream.skip" (func (type 8)))
;;         (export (;1;) "[method]input-stream.blocking-skip" (func (type 8)))
;;       )
;;     )
;;     (import "wasi:io/streams@0.2.0" (instance $streams (;1;) (type 2)))
;;   )
