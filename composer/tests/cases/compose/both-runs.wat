;; A host calls one `run`: that of WASI 0.3, if the guest has one.
;; RUN: inspect %

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $old (result (result)) (canon lift (core func $i "run")))
  (func $new async (result (result)) (canon lift (core func $i "run")))
  (instance $old (export "run" (func $old)))
  (instance $new (export "run" (func $new)))
  (export "wasi:cli/run@0.2.0" (instance $old))
  (export "wasi:cli/run@0.3.0" (instance $new))
)

;; $ wasi-uplift inspect both-runs.wasm
;; exit code: 0
;; stdout:
;;   both-runs.wasm: component, N bytes
;;
;;   imports
;;     wasi:random/random@0.2.0  adapter
;;
;;   exports
;;     wasi:cli/run@0.2.0  stays, under the same name
;;     wasi:cli/run@0.3.0  stays; it is WASI 0.3 already
;;
;;   the result imports
;;     wasi:random/random@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.
