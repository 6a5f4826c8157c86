;; Types of core modules are counted on their own, also inside of other types.
;; RUN: retype % --wat


(component $named
  (type $shared (func (param "status" (result))))
  (core type $core (func (param i32)))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (core type (module))
    (alias outer $named $shared (type $shared))
    (export "exit" (func (type $shared)))
  ))
  (component
    (import "test:api/api" (instance
      (core type (module))
      (core type $module (module
        (alias outer $named $core (type $mine))
        (import "" "f" (func (type $mine)))
      ))
      (alias outer $named $shared (type $shared))
      (export "module" (core module (type $module)))
      (export "wait" (func (type $shared)))
    ))
    (import "holder" (component
      (core type (module))
      (alias outer $named $shared (type $shared))
      (import "now" (func (type $shared)))
      (export "later" (func (type $shared)))
    ))
  )
)

;; $ wasi-uplift retype core-types.wasm --wat
;; exit code: 0
;; stdout:
;;   (component $named
;;     (type (;0;) (result))
;;     (type $shared (;1;) (func (param "status" 0)))
;;     (type (;2;) (func async (param "status" 0)))
;;     (core type $core (;0;) (func (param i32)))
;;     (type (;3;)
;;       (instance
;;         (core type (;0;)
;;           (module)
;;         )
;;         (alias outer $named 2 (type (;0;)))
;;         (export (;0;) "exit" (func (type 0)))
;;       )
;;     )
;;     (import "wasi:cli/exit@0.2.0" (instance $exit (;0;) (type 3)))
;;     (component (;0;)
;;       (type (;0;)
;;         (instance
;;           (core type (;0;)
;;             (module)
;;           )
;;           (core type (;1;)
;;             (module
;;               (alias outer $named $core (type (;0;)))
;;               (import "" "f" (func (type 0)))
;;             )
;;           )
;;           (alias outer $named $shared (type (;0;)))
;;           (export (;0;) "module" (core module (type 1)))
;;           (export (;0;) "wait" (func (type 0)))
;;         )
;;       )
;;       (import "test:api/api" (instance (;0;) (type 0)))
;;       (type (;1;)
;;         (component
;;           (core type (;0;)
;;             (module)
;;           )
;;           (alias outer $named $shared (type (;0;)))
;;           (import "now" (func (;0;) (type 0)))
;;           (export (;1;) "later" (func (type 0)))
;;         )
;;       )
;;       (import "holder" (component (;0;) (type 1)))
;;     )
;;   )
