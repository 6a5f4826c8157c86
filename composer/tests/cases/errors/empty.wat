;; An empty file.
;; RUN: compose %

(module binary "")

;; $ wasi-uplift compose empty.wasm
;; exit code: 1
;; stderr:
;;   error: `empty.wasm` was not composed:
;;     the input is empty, where a WebAssembly component in binary form is needed: check that the step that makes it has succeeded
