#!/usr/bin/env bash
# Builds the command for WebAssembly, which is all that the package has besides what is here.
set -euo pipefail
cd "$(dirname "$0")/../.."

rustup target add wasm32-wasip1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/js
# It is loaded over networks. Guests may nest as deeply as for the native command.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=${CARGO_PROFILE_RELEASE_OPT_LEVEL:-s} \
  CARGO_PROFILE_RELEASE_LTO=${CARGO_PROFILE_RELEASE_LTO:-true} \
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS=${CARGO_PROFILE_RELEASE_CODEGEN_UNITS:-1} \
  CARGO_PROFILE_RELEASE_PANIC=abort CARGO_PROFILE_RELEASE_STRIP=true
export RUSTFLAGS="-C link-arg=-zstack-size=8388608"
cargo build --release --locked --target wasm32-wasip1 \
  --package wasi-uplift --no-default-features --features cli --bin wasi-uplift
cp "$CARGO_TARGET_DIR/wasm32-wasip1/release/wasi-uplift.wasm" LICENSE composer/js/
