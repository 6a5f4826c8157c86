#!/usr/bin/env bash
# Builds the adapter and puts it where the composer embeds it.
#
#   adapter/build.sh           builds, and replaces the committed artefact
#   adapter/build.sh --check   builds, and fails if the committed artefact is another
set -euo pipefail
cd "$(dirname "$0")"

artefact=../composer/artefact/adapter.wasm
rustup target add wasm32-unknown-unknown >/dev/null 2>&1 || true
cargo build --release --locked --target-dir target
built=target/wasm32-unknown-unknown/release/wasi_uplift_adapter.wasm

if [ "${1:-}" = --check ]; then
  if ! cmp "$built" "$artefact"; then
    echo "error: the committed adapter is not what its source builds: run adapter/build.sh" >&2
    exit 1
  fi
  echo "the committed adapter is what its source builds"
else
  mkdir -p "$(dirname "$artefact")"
  cp "$built" "$artefact"
  chmod 644 "$artefact"
fi
