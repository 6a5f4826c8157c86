;; A command that is to be joined with what it logs by, and that needs a device of the host's.
;; RUN: compose % --plug logger.wasm --plug store.wasm -o joined.wasm
;; RUN: compose % --plug store.wasm --plug logger.wasm --verbose -o in-other-order.wasm
;; RUN: inspect % --plug logger.wasm --plug store.wasm -q
;; RUN: compose % --plug logger.wasm --plug store.wasm -o logger.wasm
;; RUN: compose % -o alone.wasm

(component
  (import "test:log/log@0.1.2" (instance $log (export "write" (func (param "code" u32)))))
  (import "test:host/device@1.0.0" (instance $device (export "read" (func (result u32)))))
  (core func $write (canon lower (func $log "write")))
  (core func $read (canon lower (func $device "read")))
  (core module $m
    (import "" "write" (func $write (param i32)))
    (import "" "read" (func $read (result i32)))
    (func (export "run") (result i32)
      (call $write (call $read))
      i32.const 0))
  (core instance $i (instantiate $m (with "" (instance
    (export "write" (func $write))
    (export "read" (func $read))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift compose app.wasm --plug logger.wasm --plug store.wasm -o joined.wasm
;; exit code: 0
;; stderr:
;;   note: `app.wasm` still imports `test:host/device@1.0.0`, for the host to serve
;; writes joined.wasm: a component

;; $ wasi-uplift compose app.wasm --plug store.wasm --plug logger.wasm --verbose -o in-other-order.wasm
;; exit code: 0
;; stderr:
;;   app.wasm: test:log/log@0.1.2 comes from logger.wasm, as test:log/log@0.1.5
;;   logger.wasm: test:store/store@1.0.0 comes from store.wasm
;;   app.wasm: N bytes, N bytes added; one component with the adapter
;;     wasi:io/poll@0.2.0: adapter; may wait: [method]pollable.block
;;     wasi:clocks/monotonic-clock@0.2.3: adapter
;;     test:host/device@1.0.0: host, as it is; it is not of WASI 0.2
;;     wasi:cli/run@0.2.0: becomes wasi:cli/run@0.3.0
;; writes in-other-order.wasm: a component

;; $ wasi-uplift inspect app.wasm --plug logger.wasm --plug store.wasm -q
;; exit code: 0
;; stdout:
;;   app.wasm: component, N bytes
;;
;;   imports
;;     wasi:io/poll@0.2.0                 adapter; may wait: [method]pollable.block
;;     wasi:clocks/monotonic-clock@0.2.3  adapter
;;     test:host/device@1.0.0             host, as it is; it is not of WASI 0.2
;;
;;   exports
;;     wasi:cli/run@0.2.0  becomes wasi:cli/run@0.3.0
;;
;;   the result imports
;;     wasi:clocks/monotonic-clock@0.3.0
;;     test:host/device@1.0.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `test:host/device@1.0.0`.

;; $ wasi-uplift compose app.wasm --plug logger.wasm --plug store.wasm -o logger.wasm
;; exit code: 1
;; stderr:
;;   error: the result would replace the input `logger.wasm`: name another place, or ask for that with `--in-place`

;; $ wasi-uplift compose app.wasm -o alone.wasm
;; exit code: 0
;; writes alone.wasm: a component
