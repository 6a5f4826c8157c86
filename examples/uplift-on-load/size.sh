#!/usr/bin/env bash
# Prints by how much the library makes this host larger: optimised, without symbols.
set -euo pipefail
cd "$(dirname "$0")"

target=$(mktemp -d)
trap 'rm -rf "$target"' EXIT

size() {
  cargo build --quiet --release --package uplift-on-load --target-dir "$target" \
    --config profile.release.strip=true "$@"
  stat --format %s "$target/release/uplift-on-load"
}

without=$(size --no-default-features)
with=$(size)
small=$(size --config 'profile.release.package.wasi-uplift.opt-level="s"' \
  --config 'profile.release.package.wasm-metadata.opt-level="s"' \
  --config 'profile.release.package.wit-component.opt-level="s"' \
  --config 'profile.release.package.wit-parser.opt-level="s"')
echo "without the library           $without bytes"
echo "with it                       $((with - without)) more"
echo "with its packages made small  $((small - without)) more"
