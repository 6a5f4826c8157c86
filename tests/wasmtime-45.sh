#!/usr/bin/env bash
# Runs cases and servers on Wasmtime 45, which ships the snapshot 0.3.0-rc-2026-03-15, and nothing
# else of WASI 0.3. Its host is built first, which takes as long as any build of Wasmtime.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --locked --manifest-path tests/hosts/wasmtime-45/Cargo.toml \
  --target-dir "$target/wasmtime-45"
export P3_HOST=$target/wasmtime-45/debug/wasmtime-45-host
export P3_HOST_TARGET=0.3.0-rc-2026-03-15

# It has one manner, and what two components are is nothing that a host knows of.
tests/run.sh --test suites cases:: -- --skip component --skip _bytewise --skip _late --skip _snapshot
