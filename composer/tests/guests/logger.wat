;; What `app` logs by, in a later version. It needs a store.
;; RUN: inspect %

(component
  (import "test:store/store@1.0.0" (instance $store (export "put" (func (param "at" u64)))))
  (import "wasi:clocks/monotonic-clock@0.2.3" (instance $clock (export "now" (func (result u64)))))
  (core func $put (canon lower (func $store "put")))
  (core func $now (canon lower (func $clock "now")))
  (core module $m
    (import "" "put" (func $put (param i64)))
    (import "" "now" (func $now (result i64)))
    (func (export "write") (param i32) (call $put (call $now))))
  (core instance $i (instantiate $m (with "" (instance
    (export "put" (func $put))
    (export "now" (func $now))))))
  (func $write (param "code" u32) (canon lift (core func $i "write")))
  (instance $log (export "write" (func $write)))
  (export "test:log/log@0.1.5" (instance $log))
)

;; $ wasi-uplift inspect logger.wasm
;; exit code: 0
;; stdout:
;;   logger.wasm: component, N bytes
;;
;;   imports
;;     test:store/store@1.0.0             host, as it is; it is not of WASI 0.2
;;     wasi:clocks/monotonic-clock@0.2.3  adapter
;;
;;   exports
;;     test:log/log@0.1.5  stays, under the same name
;;
;;   the result imports
;;     wasi:clocks/monotonic-clock@0.3.0
;;     test:store/store@1.0.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `test:store/store@1.0.0`.
