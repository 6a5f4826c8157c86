;; One export is to be kept as it is, and to become `async`.
;; RUN: compose % --keep-sync f --async f
;; RUN: inspect % --keep-sync f --async f

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "f" (func $f))
)

;; $ wasi-uplift compose both-sync-and-async.wasm --keep-sync f --async f
;; exit code: 1
;; stderr:
;;   error: `both-sync-and-async.wasm` was not composed:
;;     the export `f` is to be kept as it is, and to be made `async`: choose one of the two; name `f` with `--keep-sync` or with `--async`

;; $ wasi-uplift inspect both-sync-and-async.wasm --keep-sync f --async f
;; exit code: 1
;; stderr:
;;   error: `both-sync-and-async.wasm` was not inspected:
;;     the export `f` is to be kept as it is, and to be made `async`: choose one of the two; name `f` with `--keep-sync` or with `--async`
