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
