;; The filesystem of the target has other types than the released one, which the result imports.
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
;; exit code: 0
;; stdout: a component

;; $ wasi-uplift inspect filesystem-of-a-snapshot.wasm --target 0.3.0-rc-2026-02-09
;; exit code: 0
;; stdout:
;;   filesystem-of-a-snapshot.wasm: component, N bytes
;;
;;   imports
;;     wasi:filesystem/types@0.2.0  adapter; may wait: [method]descriptor.is-same-object
;;
;;   the result imports
;;     wasi:filesystem/types@0.3.0-rc-2026-02-09
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;   engine: component-model-async
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0-rc-2026-02-09.
