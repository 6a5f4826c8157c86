;; The first bytes of a component, but too few of them to say so.
;; RUN: compose %

(module binary "\00as")
