#!/usr/bin/env bash
# Builds a WASI 0.2 command, and uplifts it in a step of a Makefile.
set -euo pipefail
cd "$(dirname "$0")/../.."

rustup target add wasm32-wasip2
target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --quiet --release --target wasm32-wasip2 --target-dir "$target/guests" \
  --manifest-path examples/legacy-guest/Cargo.toml
if [ -z "${WASI_UPLIFT:-}" ]; then
  # Without the engine: a pipeline doesn't run the results.
  cargo build --quiet --package wasi-uplift --no-default-features --features cli
  export WASI_UPLIFT=$target/debug/wasi-uplift
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/guests"
cp "$target/guests/wasm32-wasip2/release/legacy_guest.wasm" "$work/guests/"
make="make --no-print-directory --file $PWD/examples/pipeline/Makefile"
cd "$work"

echo "--- before:"
$make check
$make
echo "--- after:"
$make GUESTS=uplifted check
echo "--- a second time there is nothing to do:"
$make --question && echo "everything is there"
echo "--- a file that can't be uplifted:"
printf 'no component' >guests/broken.wasm
if $make check; then
  echo "error: this should have failed" >&2
  exit 1
fi
