;; A world uses a value type of WASI 0.2: it needs nobody to serve it.
;; RUN: inspect %
;; RUN: compose % | inspect -

(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
     (type $d (record (field "seconds" u64) (field "nanoseconds" u32)))
     (export "datetime" (type $dt (eq $d)))
     (export "now" (func (result $dt)))))
  (alias export $clock "datetime" (type $datetime))
  (import "datetime" (type $dt (eq $datetime)))
  (import "show" (func (param "d" $dt))))

;; $ wasi-uplift inspect world-level-use.wasm
;; exit code: 0

;; $ wasi-uplift compose world-level-use.wasm | wasi-uplift inspect -
;; exit code: 3
