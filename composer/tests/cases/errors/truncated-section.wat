;; A file that ends in the middle of a section, which has 16 bytes by its header.
;; RUN: compose %

(component binary
  "\00asm\0d\00\01\00"
  "\0a\10\01\00")

;; $ wasi-uplift compose truncated-section.wasm
;; exit code: 1
;; stderr:
;;   error: `truncated-section.wasm` was not composed:
;;     the input ends in the middle of a section: it is cut off or damaged, get the whole file and try again
