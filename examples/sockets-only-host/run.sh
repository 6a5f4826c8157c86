#!/usr/bin/env bash
# Uplifts an echo server that was written against the sockets of early November 2023, runs it on the
# host in this folder, which ships nothing of WASI but the snapshot of February 2026, and talks to it.
set -euo pipefail
cd "$(dirname "$0")/../.."

rustup target add wasm32-wasip2
target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --release --target wasm32-wasip2 --target-dir "$target/guests" \
  --manifest-path tests/guests/sockets/Cargo.toml --features draft --example tcp-echo
guest=$target/guests/wasm32-wasip2/release/examples/tcp_echo.wasm
uplifted=$target/tcp_echo.uplifted.wasm
uplift=${WASI_UPLIFT:-cargo run --quiet --package wasi-uplift --no-default-features --features cli --}
if [ -z "${SOCKETS_ONLY_HOST:-}" ]; then
  cargo build --quiet --package sockets-only-host
  SOCKETS_ONLY_HOST=$target/debug/sockets-only-host
fi

$uplift compose "$guest" --target 0.3.0-rc-2026-02-09 --output "$uplifted"

# The server prints its port, and ends after one connection.
coproc server { "$SOCKETS_ONLY_HOST" "$uplifted" -- ipv4 1; }
read -r line <&"${server[0]}"
echo "--- the server prints: $line"
exec 3<>"/dev/tcp/127.0.0.1/${line##* }"
echo "hello from 2026" >&3
read -r answer <&3
echo "--- it sends back: $answer"
exec 3>&-
wait "$server_PID"
