;; The guest exports an interface of WASI 0.2 by which no host calls a component.
;; RUN: compose %

(component
  (core module $m (func (export "get") (result i64) i64.const 4))
  (core instance $i (instantiate $m))
  (func $get (result u64) (canon lift (core func $i "get")))
  (instance $random (export "get-random-u64" (func $get)))
  (export "wasi:random/random@0.2.0" (instance $random))
)

;; $ wasi-uplift compose export-of-other-interface.wasm
;; exit code: 1
;; stderr:
;;   error: `export-of-other-interface.wasm` was not composed:
;;     the export `wasi:random/random@0.2.0` can't be offered to a WASI 0.3 host: of the interfaces by which a host calls a WASI 0.2 component, this version of wasi-uplift supports `wasi:cli/run@0.2.x` and `wasi:http/incoming-handler@0.2.x` only; build the guest without this export
