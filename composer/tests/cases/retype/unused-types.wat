;; Function types that nobody uses stay as they are, whatever they are.
;; RUN: retype % --wat

(component
  (type $unused (func (param "a" u8)))
  (type $unused-async (func async (param "b" u8)))
  (import "wasi:cli/exit@0.2.0" (instance $api
    (alias outer 1 $unused (type $also-unused))
    (export "exit" (func (param "status" (result))))
  ))
)

;; $ wasi-uplift retype unused-types.wasm --wat
;; exit code: 0
;; stdout:
;;   (component
;;     (type $unused (;0;) (func (param "a" u8)))
;;     (type $unused-async (;1;) (func async (param "b" u8)))
;;     (type (;2;)
;;       (instance
;;         (alias outer 1 $unused (type (;0;)))
;;         (type (;1;) (result))
;;         (type (;2;) (func async (param "status" 1)))
;;         (export (;0;) "exit" (func (type 2)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $api (;0;) (type 2)))
;;   )
