;; A guest with functions that are `async` of themselves. They stay so. What calls them doesn't
;; change: the guest knows how to. Only what can get to `wait` does.
;; RUN: retype % --wat

(component
  (type $shared (func async))
  (import "wasi:cli/exit@0.2.0" (instance $api (export "exit" (func (param "status" (result))))))
  (import "other:host/host" (instance $host
    (alias outer 1 $shared (type $shared))
    (export "sleep" (func (type $shared)))
  ))
  (component $sleeper
    (import "sleep" (func $sleep async))
    (core module $m
      (import "" "sleep" (func $sleep (result i32)))
      (func (export "start") (result i32) call $sleep)
      (func (export "sleep") (drop (call $sleep)))
    )
    (core func $sleep (canon lower (func $sleep) async))
    (core instance $i (instantiate $m
      (with "" (instance (export "sleep" (func $sleep))))
    ))
    (func (export "start") (result u32) (canon lift (core func $i "start")))
    (func (export "sleep") async (canon lift (core func $i "sleep")))
  )
  (component $waiter
    (import "wait" (func $wait (param "status" (result))))
    (core module $m
      (import "" "wait" (func $wait (param i32)))
      (func (export "wait") (call $wait (i32.const 0)))
    )
    (core func $wait (canon lower (func $wait)))
    (core instance $i (instantiate $m
      (with "" (instance (export "wait" (func $wait))))
    ))
    (func (export "wait") (canon lift (core func $i "wait")))
    (func (export "wait-async") async (canon lift (core func $i "wait")))
  )
  (alias export $host "sleep" (func $sleep))
  (alias export $api "exit" (func $wait))
  (instance $sleeper (instantiate $sleeper (with "sleep" (func $sleep))))
  (instance $waiter (instantiate $waiter (with "wait" (func $wait))))
  (export "start" (func $sleeper "start"))
  (export "sleep" (func $sleeper "sleep"))
  (export "wait" (func $waiter "wait"))
  (export "wait-async" (func $waiter "wait-async"))
)
