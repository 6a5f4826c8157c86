;; The label of the sockets stands for two shapes; this is the earlier one.
;; RUN: inspect %
;; RUN: inspect % --json

(component
  (import "wasi:sockets/network@0.2.0-rc-2023-11-10" (instance
    (type $e (enum "unknown" "access-denied" "not-supported" "out-of-memory" "timeout"
      "concurrency-conflict" "not-in-progress" "would-block"
      "address-family-not-supported" "address-family-mismatch" "invalid-remote-address"
      "ipv4-only-operation" "ipv6-only-operation" "new-socket-limit" "already-attached"
      "already-bound" "already-connected" "not-bound" "not-connected"
      "address-not-bindable" "address-in-use" "ephemeral-ports-exhausted"
      "remote-unreachable" "already-listening" "not-listening" "connection-refused"
      "connection-reset" "datagram-too-large" "invalid-name" "name-unresolvable"
      "temporary-resolver-failure" "permanent-resolver-failure"))
    (export "error-code" (type (eq $e)))
  ))
  (import "wasi:clocks/monotonic-clock@0.2.3" (instance (export "now" (func (result u64)))))
  (import "other:host/device@1.2.3" (instance (export "read" (func (result u32)))))
)

;; $ wasi-uplift inspect draft-sockets.wasm
;; exit code: 0
;; stdout:
;;   draft-sockets.wasm: component, N bytes
;;
;;   imports
;;     wasi:sockets/network@0.2.0-rc-2023-11-10 (draft shape)  adapter
;;     wasi:clocks/monotonic-clock@0.2.3                       adapter
;;     other:host/device@1.2.3                                 host, as it is; it is not of WASI 0.2
;;
;;   the result imports
;;     wasi:clocks/monotonic-clock@0.3.0
;;     other:host/device@1.2.3
;;
;;   result: N bytes, N bytes added; one component with the adapter
;;
;;   Once composed, it runs on a host that ships only WASI 0.3.0 and serves `other:host/device@1.2.3`.

;; $ wasi-uplift inspect draft-sockets.wasm --json
;; exit code: 0
;; stdout:
;;   {
;;     "differences": [],
;;     "engine": [],
;;     "exports": [],
;;     "guest": "draft-sockets.wasm",
;;     "host": [
;;       "other:host/device@1.2.3"
;;     ],
;;     "imports": [
;;       {
;;         "by": "wasi:sockets/network@0.2.0-rc-2023-11-10-draft",
;;         "fate": "adapter",
;;         "functions": [],
;;         "interface": "wasi:sockets/network",
;;         "name": "wasi:sockets/network@0.2.0-rc-2023-11-10",
;;         "shape": "draft",
;;         "version": "0.2.0-rc-2023-11-10",
;;         "waiting": []
;;       },
;;       {
;;         "by": "wasi:clocks/monotonic-clock@0.2.12",
;;         "fate": "adapter",
;;         "functions": [
;;           "now"
;;         ],
;;         "interface": "wasi:clocks/monotonic-clock",
;;         "name": "wasi:clocks/monotonic-clock@0.2.3",
;;         "version": "0.2.3",
;;         "waiting": []
;;       },
;;       {
;;         "fate": "host",
;;         "functions": [
;;           "read"
;;         ],
;;         "interface": "other:host/device",
;;         "name": "other:host/device@1.2.3",
;;         "version": "1.2.3"
;;       }
;;     ],
;;     "kind": "component",
;;     "result": {
;;       "added": N,
;;       "cannot-wait": [],
;;       "exports": [],
;;       "front": false,
;;       "imports": [
;;         "wasi:clocks/monotonic-clock@0.3.0",
;;         "other:host/device@1.2.3"
;;       ],
;;       "link": "fused",
;;       "not-fused": null,
;;       "size": N
;;     },
;;     "schema": 1,
;;     "size": N,
;;     "target": "0.3.0",
;;     "verdict": "composes"
;;   }
