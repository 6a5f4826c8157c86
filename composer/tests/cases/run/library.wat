;; Nothing that could be run.
;; RUN: run %

(component)
