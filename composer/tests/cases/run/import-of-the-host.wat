;; A command that needs an import that this host hasn't got.
;; RUN: run %

(component
  (import "my:own/thing" (instance (export "f" (func))))
)

;; $ wasi-uplift run import-of-the-host.wasm
;; exit code: 125
;; stderr:
;;   error: `import-of-the-host.wasm` can't be run here:
;;     component imports instance `my:own/thing`, but a matching implementation was not found in the linker:
;;     instance export `f` has the wrong type:
;;     function implementation is missing
