;; A file that ends after its magic number.
;; RUN: compose %

(module binary "\00asm")
