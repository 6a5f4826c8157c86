;; `--async` names an export that the guest hasn't got.
;; RUN: compose % --async f
;; RUN: inspect % --async f

(component)

;; $ wasi-uplift compose async-of-no-export.wasm --async f
;; exit code: 1
;; stderr:
;;   error: `async-of-no-export.wasm` was not composed: the guest has no export `f`: it exports nothing

;; $ wasi-uplift inspect async-of-no-export.wasm --async f
;; exit code: 1
;; stderr:
;;   error: `async-of-no-export.wasm` was not inspected: the guest has no export `f`: it exports nothing
