(component
  (type (;0;)
    (instance
      (type (;0;) (func async (param "id" u32)))
      (export (;0;) "wait" (func (type 0)))
      (export (;1;) "block" (func (type 0)))
    )
  )
  (import "test:api/api" (instance $api (;0;) (type 0)))
)
