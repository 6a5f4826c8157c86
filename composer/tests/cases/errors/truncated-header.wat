;; A file that ends after its magic number.
;; RUN: compose %

(module binary "\00asm")

;; $ wasi-uplift compose truncated-header.wasm
;; exit code: 1
;; stderr:
;;   error: `truncated-header.wasm` was not composed:
;;     the input ends in the middle of a section: it is cut off or damaged, get the whole file and try again
