;; A record whose parts have names stands for more than itself.
;; RUN: compose %

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
    (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type (eq $datetime')))
  ))
  (alias export $clock "datetime" (type $datetime))
  (import "wasi:filesystem/types@0.2.0" (instance $files
    (alias outer 1 $datetime (type $outer-datetime))
    (export "datetime" (type $datetime (eq $outer-datetime)))
    (type $type' (enum "unknown" "block-device" "character-device" "directory" "fifo"
      "symbolic-link" "regular-file" "socket"))
    (export "descriptor-type" (type $type (eq $type')))
    (type $time (option $datetime))
    (type $stat' (record
      (field "type" $type)
      (field "link-count" u64)
      (field "size" u64)
      (field "data-access-timestamp" $time)
      (field "data-modification-timestamp" $time)
      (field "status-change-timestamp" $time)))
    (export "descriptor-stat" (type (eq $stat')))
  ))
  (alias export $files "descriptor-stat" (type $stat))
  (import "other:host/index" (instance
    (alias outer 1 $stat (type $outer-stat))
    (export "descriptor-stat" (type $stat (eq $outer-stat)))
    (export "look-up" (func (result $stat)))
  ))
)

;; $ wasi-uplift compose host-import-with-record.wasm
;; exit code: 0
;; stdout: a component
