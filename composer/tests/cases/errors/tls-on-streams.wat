;; `wasi:tls` has the streams of WASI 0.2.
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

;; $ wasi-uplift compose tls-on-streams.wasm
;; exit code: 1
;; stderr:
;;   error: `tls-on-streams.wasm` was not composed:
;;     the import `wasi:tls/types@0.2.0-draft` is not of WASI 0.2, so it is for the host to serve, but its function `decrypt` has the resource `input-stream` of `wasi:io/streams@0.2.0`, which a WASI 0.3 host doesn't have: join the guest with a component that serves `wasi:tls/types@0.2.0-draft` first, for example with `wac plug`, or build it without; `compose --plug` joins the two
