;; Types of core modules are counted on their own, also inside of other types.
;; RUN: retype % --wat


(component $named
  (type $shared (func (param "status" (result))))
  (core type $core (func (param i32)))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (core type $inner (func (result i32)))
    (alias outer $named $shared (type $shared))
    (export "exit" (func (type $shared)))
  ))
  (component
    (import "test:api/api" (instance
      (core type $inner (func (result i32)))
      (core type $module (module
        (alias outer $named $core (type $mine))
        (import "" "f" (func (type $mine)))
      ))
      (alias outer $named $shared (type $shared))
      (export "module" (core module (type $module)))
      (export "wait" (func (type $shared)))
    ))
    (import "holder" (component
      (core type $inner (func (result i32)))
      (alias outer $named $shared (type $shared))
      (import "now" (func (type $shared)))
      (export "later" (func (type $shared)))
    ))
  )
)
