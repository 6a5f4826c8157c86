;; A command of a release candidate that isn't supported.
;; RUN: compose %

(component
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0-rc-2023-10-18" (instance $run))
)

;; $ wasi-uplift compose export-of-unknown-version.wasm
;; exit code: 1
;; stderr:
;;   error: `export-of-unknown-version.wasm` was not composed:
;;     the export `wasi:cli/run@0.2.0-rc-2023-10-18` can't be offered to a WASI 0.3 host: of the interfaces by which a host calls a WASI 0.2 component, this version of wasi-uplift supports `wasi:cli/run@0.2.x` and `wasi:http/incoming-handler@0.2.x` only; build the guest without this export
