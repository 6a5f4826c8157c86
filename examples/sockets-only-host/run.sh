#!/usr/bin/env bash
# Uplifts an echo server that was written against the sockets of early November 2023, runs it on the
# host in this folder, which ships nothing of WASI but the snapshot of February 2026, and talks to it.
set -euo pipefail
cd "$(dirname "$0")/../.."

rustup target add wasm32-wasip2 wasm32-unknown-unknown
cargo build --quiet --release --target wasm32-wasip2 \
  --target-dir target/guests --manifest-path tests/guests/sockets/Cargo.toml --features draft --example tcp-echo
guest=target/guests/wasm32-wasip2/release/examples/tcp_echo.wasm
uplifted=target/tcp_echo.uplifted.wasm

cargo run --quiet --package wasi-uplift --no-default-features --features cli -- \
  compose "$guest" --target 0.3.0-rc-2026-02-09 --output "$uplifted"
cargo build --quiet --package sockets-only-host

# The server prints its port, and ends after one connection.
coproc server { cargo run --quiet --package sockets-only-host -- "$uplifted" -- ipv4 1; }
read -r said <&"${server[0]}"
port=${said##* }
echo "--- the server says: $said"
exec 3<>"/dev/tcp/127.0.0.1/$port"
echo "hello from 2026" >&3
read -r answer <&3
echo "--- it sent back: $answer"
exec 3>&-
wait "$server_PID"
