#!/usr/bin/env bash
# Builds a WASI 0.2 command, and joins it with the adapter by hand. Needs `wac` (cargo install
# wac-cli). `wasi-uplift compose` does the same in one go, and makes less of it.
set -euo pipefail
cd "$(dirname "$0")/../.."

rustup target add wasm32-wasip2
cargo build --quiet --release --target wasm32-wasip2 --target-dir target/guests \
  --manifest-path examples/legacy-guest/Cargo.toml
guest=target/guests/wasm32-wasip2/release/legacy_guest.wasm
uplift() { cargo run --quiet --package wasi-uplift -- "$@"; }

parts=target/wac-by-hand
mkdir -p "$parts"
uplift adapter --output "$parts/adapter.wasm"
uplift adapter --front --output "$parts/front.wasm"
uplift retype "$guest" --output "$parts/guest.wasm"
wac compose examples/wac-by-hand/compose.wac --output "$parts/composed.wasm" \
  --dep "uplift:adapter=$parts/adapter.wasm" \
  --dep "uplift:front=$parts/front.wasm" \
  --dep "example:guest=$parts/guest.wasm"

echo "--- how much it is, and how much \`compose\` makes of it:"
wc -c <"$parts/composed.wasm"
uplift compose "$guest" | wc -c
echo "--- the result, which needs nothing of WASI 0.2:"
(echo "one line"; sleep 0.3; echo "and another, a little later") | uplift run "$parts/composed.wasm"
