;; An empty file.
;; RUN: compose %

(module binary "")
