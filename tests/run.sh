#!/usr/bin/env bash
# Runs all tests. Takes what `cargo test` takes, for example a part of a test's name.
set -euo pipefail
cd "$(dirname "$0")/.."

# The tests run what is embedded, which has to be made of the adapter's sources as they are.
adapter/build.sh --fresh
rustup target add wasm32-wasip2 wasm32-unknown-unknown
# Many tests wait for timers and for the network most of the time.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$(($(getconf _NPROCESSORS_ONLN) * 2))}
cargo test --workspace --locked "$@"
[ $# -gt 0 ] || tests/javascript.sh
