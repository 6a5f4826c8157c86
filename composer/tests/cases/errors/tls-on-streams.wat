;; RUN: compose %

(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "input-stream" (type (sub resource)))
  ))
  (alias export $streams "input-stream" (type $input-stream))
  (import "wasi:tls/types@0.2.0-draft" (instance
    (alias outer 1 $input-stream (type $input-stream'))
    (export "input-stream" (type $input-stream (eq $input-stream')))
    (export "decrypt" (func (param "from" (own $input-stream)) (result (own $input-stream))))
  ))
)
