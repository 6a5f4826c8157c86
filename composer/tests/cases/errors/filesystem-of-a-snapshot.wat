;; The target's filesystem has other types than the released one.
;; RUN: compose % --target 0.3.0-rc-2026-02-09
;; RUN: inspect % --target 0.3.0-rc-2026-02-09

(component
  (import "wasi:filesystem/types@0.2.0" (instance
    (export "descriptor" (type $descriptor (sub resource)))
    (export "[method]descriptor.is-same-object" (func
      (param "self" (borrow $descriptor)) (param "other" (borrow $descriptor)) (result bool)))
  ))
)

;; $ wasi-uplift compose filesystem-of-a-snapshot.wasm --target 0.3.0-rc-2026-02-09
;; exit code: 1
;; stderr:
;;   error: `filesystem-of-a-snapshot.wasm` was not composed:
;;     the import `wasi:filesystem/types@0.2.0` can't be served: this version of wasi-uplift can't serve it with WASI 0.3.0-rc-2026-02-09; compose for 0.3.0, which every 0.3.x host has, or leave its package out

;; $ wasi-uplift inspect filesystem-of-a-snapshot.wasm --target 0.3.0-rc-2026-02-09
;; exit code: 4
;; stdout:
;;   filesystem-of-a-snapshot.wasm: component, N bytes
;;
;;   imports
;;     wasi:filesystem/types@0.2.0  impossible: this version of wasi-uplift can't serve it with WASI 0.3.0-rc-2026-02-09; compose for 0.3.0, which every 0.3.x host has, or leave its package out
;;
;;   It can't run on a host that ships only WASI 0.3.0-rc-2026-02-09: see above.
