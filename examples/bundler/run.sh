#!/usr/bin/env bash
# Builds a WASI 0.2 command, and an application whose bundle has it for WASI 0.3.
set -euo pipefail
cd "$(dirname "$0")/../.."

rustup target add wasm32-wasip2
target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --quiet --release --target wasm32-wasip2 --target-dir "$target/guests" \
  --manifest-path examples/legacy-guest/Cargo.toml
[ -e composer/js/wasi-uplift.wasm ] || composer/js/build.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp examples/bundler/*.js "$work"
cp "$target/guests/wasm32-wasip2/release/legacy_guest.wasm" "$work/guest.wasm"
# The package is where it is in the repository.
sed "s#file:../../composer/js#file:$PWD/composer/js#" examples/bundler/package.json >"$work/package.json"
cd "$work"
npm install --ignore-scripts --no-audit --no-fund --quiet

npm run --silent build
node dist/app.js
# It needs nothing of WASI 0.2 any more, for which the exit code is 3.
code=0
npx wasi-uplift inspect dist/guest-*.wasm || code=$?
[ "$code" = 3 ]
# An error of the guest is one of the build.
printf 'no component' >guest.wasm
if npm run --silent build 2>errors; then
  echo "error: this should have failed" >&2
  exit 1
fi
grep 'not WebAssembly in binary form' errors
