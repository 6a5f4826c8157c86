;; The export is a function that the host gives, whose type can't be changed.
;; RUN: compose % --async again
;; RUN: inspect % --async again

(component
  (import "f" (func $f))
  (export "again" (func $f))
)

;; $ wasi-uplift compose async-of-host-function.wasm --async again
;; exit code: 1
;; stderr:
;;   error: `async-of-host-function.wasm` was not composed:
;;     the function `again` has to be `async`, because it may wait or is to be made so, and the function `f` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart

;; $ wasi-uplift inspect async-of-host-function.wasm --async again
;; exit code: 4
;; stdout:
;;   async-of-host-function.wasm: component, N bytes
;;
;;   imports
;;     f  host, as it is; it is not of WASI 0.2
;;
;;   exports
;;     again  stays, under the same name
;;
;;   It can't run on a host that ships only WASI 0.3.0 and serves `f`: the function `again` has to be `async`, because it may wait or is to be made so, and the function `f` must not be `async`, because its type is given from outside or is to be kept; but the guest passes both through the same place, where they have to have the same type: build it so that they are apart.
