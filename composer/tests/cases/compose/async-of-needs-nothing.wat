;; A guest that imports nothing is left as it is, unless its export is to become `async`.
;; RUN: compose % --wat
;; RUN: inspect % --async f
;; RUN: compose % --async f --quiet | inspect -

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "f" (func $f))
)

;; $ wasi-uplift compose async-of-needs-nothing.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (core module $m (;0;)
;;       (type (;0;) (func))
;;       (export "f" (func 0))
;;       (func (;0;) (type 0))
;;     )
;;     (core instance $i (;0;) (instantiate $m))
;;     (type (;0;) (func))
;;     (alias core export $i "f" (core func (;0;)))
;;     (func $f (;0;) (type 0) (canon lift (core func 0)))
;;     (export (;1;) "f" (func $f))
;;   )
;; stderr:
;;   note: `async-of-needs-nothing.wasm` needs nothing of WASI 0.2, the result is a copy of it

;; $ wasi-uplift inspect async-of-needs-nothing.wasm --async f
;; exit code: 0
;; stdout:
;;   async-of-needs-nothing.wasm: component, N bytes
;;
;;   exports
;;     f  stays, under the same name; becomes async
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;   Functions that become async are called otherwise than before: a host's bindings for them have to be made from the result.
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0.

;; $ wasi-uplift compose async-of-needs-nothing.wasm --async f --quiet | wasi-uplift inspect -
;; exit code: 3
;; stdout:
;;   standard input: component, N bytes
;;
;;   exports
;;     f  stays, under the same name
;;
;;   engine: component-model-async
;;
;;   It runs on a host that ships only WASI 0.3 as it is.
