;; A command for WASI 0.3, which imports it, too.
;; RUN: inspect %
;; RUN: inspect % --json
;; RUN: compose % -o composed.wasm

(component
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance
    (export "now" (func (result u64)))
  ))
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run async (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.3.0" (instance $run))
)

;; $ wasi-uplift inspect needs-nothing.wasm
;; exit code: 3
;; stdout:
;;   needs-nothing.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/monotonic-clock@0.3.0  host; it is WASI 0.3 already
;;
;;   exports
;;     wasi:cli/run@0.3.0  stays; it is WASI 0.3 already
;;
;;   engine: component-model-async
;;
;;   It runs on a host that ships only WASI 0.3 as it is.

;; $ wasi-uplift inspect needs-nothing.wasm --json
;; exit code: 3
;; stdout:
;;   {
;;     "differences": [],
;;     "engine": [
;;       "component-model-async"
;;     ],
;;     "exports": [
;;       {
;;         "fate": "already-p3",
;;         "functions": [
;;           "run"
;;         ],
;;         "interface": "wasi:cli/run",
;;         "name": "wasi:cli/run@0.3.0",
;;         "version": "0.3.0"
;;       }
;;     ],
;;     "guest": "needs-nothing.wasm",
;;     "host": [],
;;     "imports": [
;;       {
;;         "fate": "already-p3",
;;         "functions": [
;;           "now"
;;         ],
;;         "interface": "wasi:clocks/monotonic-clock",
;;         "name": "wasi:clocks/monotonic-clock@0.3.0",
;;         "version": "0.3.0"
;;       }
;;     ],
;;     "kind": "component",
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "already"
;;   }

;; $ wasi-uplift compose needs-nothing.wasm -o composed.wasm
;; exit code: 0
;; stderr:
;;   note: `needs-nothing.wasm` needs nothing of WASI 0.2, the result is a copy of it
;; writes composed.wasm: a component
