;; A plug that nothing uses: of another version, with nothing that anybody imports, or used by another
;; of the kind only.
;; RUN: compose app.wasm --plug % -o joined.wasm
;; RUN: compose app.wasm --plug logger.wasm --plug store.wasm --plug sleeps.wasm -o joined.wasm
;; RUN: compose sleeps.wasm --plug logger.wasm --plug store.wasm -o joined.wasm

(component
  (core module $m (func (export "write") (param i32)))
  (core instance $i (instantiate $m))
  (func $write (param "code" u32) (canon lift (core func $i "write")))
  (instance $log (export "write" (func $write)))
  (export "test:log/log@0.2.0" (instance $log))
)
