;; An ELF file.
;; RUN: compose %
;; RUN: inspect %

(module binary "\7fELF\02\01\01")
