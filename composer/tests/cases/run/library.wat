;; Nothing that could be run.
;; RUN: run %

(component)

;; $ wasi-uplift run library.wasm
;; exit code: 125
;; stderr:
;;   error: `library.wasm` can't be run here: no exported instance named `wasi:cli/run@0.3.0`
