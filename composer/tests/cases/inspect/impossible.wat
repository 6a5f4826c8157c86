;; Some of it can be served, and some can't.
;; RUN: inspect %
;; RUN: inspect % --json

(component
  (import "wasi:cli/nonsense@0.2.0" (instance (export "do" (func))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance (export "now" (func (result u64)))))
  (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result f64)))))
  (import "wasi:io/poll@0.4.0" (instance (export "pollable" (type (sub resource)))))
  (import "other:host/host@1.0.0" (instance (export "do" (func $do))))
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run (result u32) (canon lift (core func $i "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
)

;; $ wasi-uplift inspect impossible.wasm
;; exit code: 4
;; stdout:
;;   impossible.wasm: component, N bytes
;;
;;   imports
;;     wasi:cli/nonsense@0.2.0            impossible: WASI 0.2 has no such interface; join the guest with a component that serves it first, for example with `wac plug`, or build it without
;;     wasi:clocks/monotonic-clock@0.2.0  adapter
;;     wasi:random/random@0.2.0           impossible: its types are not those that WASI 0.2 gives it: `get-random-u64` is func() -> f64, and should be func() -> u64
;;     wasi:io/poll@0.4.0                 impossible: the versions of this interface that can be served are 0.2.0 and later 0.2.x, 0.2.0-rc-2023-11-10 and 0.2.0-rc-2023-12-05; build the guest for one of these
;;     other:host/host@1.0.0              host, as it is; it is not of WASI 0.2
;;
;;   exports
;;     wasi:cli/run@0.2.0  impossible: its types are not those that WASI 0.2 gives it: `run` is func() -> u32, and should be func() -> result<_, _>
;;
;;   It can't run on a host that ships only WASI 0.3.0 and serves `other:host/host@1.0.0`: see above.

;; $ wasi-uplift inspect impossible.wasm --json
;; exit code: 4
;; stdout:
;;   {
;;     "differences": [],
;;     "engine": [],
;;     "exports": [
;;       {
;;         "fate": "impossible",
;;         "functions": [
;;           "run"
;;         ],
;;         "interface": "wasi:cli/run",
;;         "name": "wasi:cli/run@0.2.0",
;;         "reason": "its types are not those that WASI 0.2 gives it: `run` is func() -> u32, and should be func() -> result<_, _>",
;;         "version": "0.2.0"
;;       }
;;     ],
;;     "guest": "impossible.wasm",
;;     "host": [
;;       "other:host/host@1.0.0"
;;     ],
;;     "imports": [
;;       {
;;         "fate": "impossible",
;;         "functions": [
;;           "do"
;;         ],
;;         "interface": "wasi:cli/nonsense",
;;         "name": "wasi:cli/nonsense@0.2.0",
;;         "reason": "WASI 0.2 has no such interface; join the guest with a component that serves it first, for example with `wac plug`, or build it without",
;;         "version": "0.2.0"
;;       },
;;       {
;;         "by": "wasi:clocks/monotonic-clock@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "now"
;;         ],
;;         "interface": "wasi:clocks/monotonic-clock",
;;         "name": "wasi:clocks/monotonic-clock@0.2.0",
;;         "version": "0.2.0",
;;         "waiting": []
;;       },
;;       {
;;         "fate": "impossible",
;;         "functions": [
;;           "get-random-u64"
;;         ],
;;         "interface": "wasi:random/random",
;;         "name": "wasi:random/random@0.2.0",
;;         "reason": "its types are not those that WASI 0.2 gives it: `get-random-u64` is func() -> f64, and should be func() -> u64",
;;         "version": "0.2.0"
;;       },
;;       {
;;         "fate": "impossible",
;;         "functions": [],
;;         "interface": "wasi:io/poll",
;;         "name": "wasi:io/poll@0.4.0",
;;         "reason": "the versions of this interface that can be served are 0.2.0 and later 0.2.x, 0.2.0-rc-2023-11-10 and 0.2.0-rc-2023-12-05; build the guest for one of these",
;;         "version": "0.4.0"
;;       },
;;       {
;;         "fate": "host",
;;         "functions": [
;;           "do"
;;         ],
;;         "interface": "other:host/host",
;;         "name": "other:host/host@1.0.0",
;;         "version": "1.0.0"
;;       }
;;     ],
;;     "kind": "component",
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "impossible"
;;   }
