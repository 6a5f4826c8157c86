(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $datetime')))
    (export "now" (func (result $datetime)))
  ))
  (alias export $clock "datetime" (type $datetime))
  (import "other:host/calendar" (instance
    (alias outer 1 $datetime (type $outer-datetime))
    (export "datetime" (type $datetime (eq $outer-datetime)))
    (export "next-holiday" (func (result $datetime)))
  ))
)
