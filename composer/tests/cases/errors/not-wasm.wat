;; An ELF file.
;; RUN: compose %
;; RUN: inspect %

(module binary "\7fELF\02\01\01")

;; $ wasi-uplift compose not-wasm.wasm
;; exit code: 1
;; stderr:
;;   error: `not-wasm.wasm` was not composed:
;;     the input is not WebAssembly in binary form: a component is needed, which begins with the bytes 00 61 73 6d (turn text form into binary form first, for example with `wasm-tools parse`)

;; $ wasi-uplift inspect not-wasm.wasm
;; exit code: 1
;; stderr:
;;   error: `not-wasm.wasm` was not inspected:
;;     the input is not WebAssembly in binary form: a component is needed, which begins with the bytes 00 61 73 6d (turn text form into binary form first, for example with `wasm-tools parse`)
