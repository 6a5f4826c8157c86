#!/usr/bin/env bash
# Builds a WASI 0.2 command, uplifts it, and runs the result on a host that ships only WASI 0.3.
set -euo pipefail
cd "$(dirname "$0")/../.."

rustup target add wasm32-wasip2
target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --release --target wasm32-wasip2 --target-dir "$target/guests" \
  --manifest-path examples/legacy-guest/Cargo.toml
guest=$target/guests/wasm32-wasip2/release/legacy_guest.wasm
uplifted=$target/legacy_guest.uplifted.wasm
uplift=${WASI_UPLIFT:-cargo run --quiet --package wasi-uplift --}

$uplift compose "$guest" --output "$uplifted"

echo "--- the imports of the result:"
$uplift compose "$guest" --wat | grep -o '^  (import "[^"]*"'
echo "--- the result on the host without WASI 0.2:"
(echo "one line"; sleep 0.3; echo "and another, a little later") | $uplift run "$uplifted"
