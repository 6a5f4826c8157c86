;; `wasi:cli/run` of WASI 0.3 is always `async`.
;; RUN: compose % --keep-sync wasi:cli/run@0.2.0
;; RUN: inspect % --keep-sync wasi:cli/run@0.2.0

(component
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift compose keep-sync-of-run.wasm --keep-sync wasi:cli/run@0.2.0
;; exit code: 1
;; stderr:
;;   error: `keep-sync-of-run.wasm` was not composed:
;;     the export `wasi:cli/run@0.2.0` becomes `wasi:cli/run@0.3.0`, which is `async`: only what isn't of WASI can be kept, or made `async`

;; $ wasi-uplift inspect keep-sync-of-run.wasm --keep-sync wasi:cli/run@0.2.0
;; exit code: 1
;; stderr:
;;   error: `keep-sync-of-run.wasm` was not inspected:
;;     the export `wasi:cli/run@0.2.0` becomes `wasi:cli/run@0.3.0`, which is `async`: only what isn't of WASI can be kept, or made `async`
