;; What is no interface of WASI 0.2 or 0.3 is exported as it is, whatever its package.
;; RUN: inspect %

(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core module $m (func (export "get") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $get (result u32) (canon lift (core func $i "get")))
  (instance $own (export "get" (func $get)))
  (export "wasi:config/store@0.2.0-draft" (instance $own))
  (export "wasi:nn/tensor" (instance $own))
  (export "wasi:nn/graph@0.2.0" (instance $own))
  (export "wasi:io/pipes@0.1.0" (instance $own))
  (export "wasi:random/seeds@0.3.0" (instance $own))
)

;; $ wasi-uplift inspect exports-of-other-wasi.wasm
;; exit code: 0
;; stdout:
;;   exports-of-other-wasi.wasm: component, N bytes
;;
;;   imports
;;     wasi:random/random@0.2.0  adapter
;;
;;   exports
;;     wasi:config/store@0.2.0-draft  stays, under the same name
;;     wasi:nn/tensor                 stays, under the same name
;;     wasi:nn/graph@0.2.0            stays, under the same name
;;     wasi:io/pipes@0.1.0            stays, under the same name
;;     wasi:random/seeds@0.3.0        stays; it is WASI 0.3 already
;;
;;   the result imports
;;     wasi:random/random@0.3.0
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.
