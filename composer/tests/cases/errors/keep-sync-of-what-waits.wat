;; RUN: compose % --keep-sync other:api/poll
;; RUN: inspect % --keep-sync other:api/poll

(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (alias export $poll "poll" (func $wait))
  (instance $passed-on
    (export "pollable" (type $pollable))
    (export "poll" (func $wait))
  )
  (export "other:api/poll" (instance $passed-on))
)
