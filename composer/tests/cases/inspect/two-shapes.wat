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
