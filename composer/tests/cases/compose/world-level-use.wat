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
;; stdout:
;;   world-level-use.wasm: component, N bytes
;;
;;   imports
;;     wasi:clocks/wall-clock@0.2.0  adapter
;;     datetime                      host, as it is; it is not of WASI 0.2
;;     show                          host, as it is; it is not of WASI 0.2
;;
;;   the result imports
;;     wasi:clocks/system-clock@0.3.0
;;     datetime
;;     show
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;
;;   known differences
;;     a wall clock before 1970: 1970
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `show`.

;; $ wasi-uplift compose world-level-use.wasm | wasi-uplift inspect -
;; exit code: 3
;; stdout:
;;   standard input: component, N bytes
;;
;;   imports
;;     wasi:clocks/system-clock@0.3.0  host; it is WASI 0.3 already
;;     datetime                        host, as it is; it is not of WASI 0.2
;;     show                            host, as it is; it is not of WASI 0.2
;;
;;   It runs on a host that ships only WASI 0.3 and serves `show` as it is.
