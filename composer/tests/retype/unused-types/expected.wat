(component
  (type $unused (;0;) (func (param "a" u8)))
  (type $unused-async (;1;) (func async (param "b" u8)))
  (type (;2;)
    (instance
      (alias outer 1 $unused (type (;0;)))
      (type (;1;) (func async))
      (export (;0;) "wait" (func (type 1)))
    )
  )
  (import "test:api/api" (instance $api (;0;) (type 2)))
)
