(component
  (type (;0;)
    (instance
      (type (;0;) (func (result u64)))
      (type (;1;) (func async (result u64)))
      (export (;0;) "now" (func (type 0)))
      (export (;1;) "wait" (func (type 1)))
      (export (;2;) "later" (func (type 0)))
    )
  )
  (import "test:api/api" (instance $api (;0;) (type 0)))
)
