;; Types of core modules are counted on their own, also inside of other types.
;; waits: test:api/api#wait
(component $named
  (type $shared (func))
  (core type $core (func (param i32)))
  (import "test:api/api" (instance $api
    (core type $inner (func (result i32)))
    (core type $module (module
      (alias outer $named $core (type $mine))
      (import "" "f" (func (type $mine)))
    ))
    (alias outer $named $shared (type $shared))
    (export "module" (core module (type $module)))
    (export "wait" (func (type $shared)))
    (export "now" (func (type $shared)))
  ))
  (component
    (import "holder" (component
      (core type $inner (func (result i32)))
      (alias outer $named $shared (type $shared))
      (import "now" (func (type $shared)))
      (export "later" (func (type $shared)))
    ))
  )
)
