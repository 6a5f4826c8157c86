;; The first bytes of a component, but too few of them to say so.
;; RUN: compose %

(module binary "\00as")

;; $ wasi-uplift compose beginning-of-magic.wasm
;; exit code: 1
;; stderr:
;;   error: `beginning-of-magic.wasm` was not composed:
;;     the input is not WebAssembly in binary form: a component is needed, which begins with the bytes 00 61 73 6d (turn text form into binary form first, for example with `wasm-tools parse`)
