;; Types that are exported one by one, of which one has the name of another in it.
;; RUN: compose % --link component -o composed.wasm

(component
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
  (type $address' (record (field "port" u16)))
  (export $address "address" (type $address'))
  (type $peer' (variant (case "known" (list $address)) (case "unknown")))
  (export $peer "peer" (type $peer'))
  (type $peers' (list $peer))
  (export "peers" (type $peers'))
)

;; $ wasi-uplift compose exported-types-of-types.wasm --link component -o composed.wasm
;; exit code: 0
;; writes composed.wasm: a component
