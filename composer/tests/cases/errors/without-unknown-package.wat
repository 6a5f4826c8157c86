;; `--without` names no package of WASI 0.2.
;; RUN: compose % --without wasi:clock
;; RUN: inspect % --without wasi:clock

(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
)

;; $ wasi-uplift compose without-unknown-package.wasm --without wasi:clock
;; exit code: 1
;; stderr:
;;   error: `without-unknown-package.wasm` was not composed:
;;     `wasi:clock` is no package of WASI 0.2 that could be left out: wasi:cli, wasi:clocks, wasi:filesystem, wasi:http, wasi:io, wasi:random, wasi:sockets are

;; $ wasi-uplift inspect without-unknown-package.wasm --without wasi:clock
;; exit code: 1
;; stderr:
;;   error: `without-unknown-package.wasm` was not inspected:
;;     `wasi:clock` is no package of WASI 0.2 that could be left out: wasi:cli, wasi:clocks, wasi:filesystem, wasi:http, wasi:io, wasi:random, wasi:sockets are
