;; A file that ends in the middle of a section, which has 16 bytes by its header.
;; RUN: compose %

(component binary
  "\00asm\0d\00\01\00"
  "\0a\10\01\00")
