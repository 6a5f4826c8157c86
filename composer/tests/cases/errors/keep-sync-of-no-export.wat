;; `--keep-sync` names an export that the guest hasn't got.
;; RUN: compose % --keep-sync g
;; RUN: inspect % --keep-sync g

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "f" (func $f))
)

;; $ wasi-uplift compose keep-sync-of-no-export.wasm --keep-sync g
;; exit code: 1
;; stderr:
;;   error: `keep-sync-of-no-export.wasm` was not composed: the guest has no export `g`: it exports f

;; $ wasi-uplift inspect keep-sync-of-no-export.wasm --keep-sync g
;; exit code: 1
;; stderr:
;;   error: `keep-sync-of-no-export.wasm` was not inspected: the guest has no export `g`: it exports f
