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
