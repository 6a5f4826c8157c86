#!/usr/bin/env bash
# Puts the page together, as static files. Takes the folder for them; there is one in the target
# directory otherwise.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=${1:-${CARGO_TARGET_DIR:-$PWD/target}/playground}
[ -e composer/js/wasi-uplift.wasm ] || composer/js/build.sh
mkdir -p "$folder/wasi-uplift"
cp examples/playground/*.{html,css,js} "$folder"
cp composer/js/{web.js,composer.js,preview1.js,wasi-uplift.wasm} "$folder/wasi-uplift"
echo "$folder"
