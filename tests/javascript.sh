#!/usr/bin/env bash
# Tests the npm package, and the page that is made of it. Installs Node's packages from npm and, where
# it is missing and `apt-get` can do so, Chromium. Takes what `node --test` takes. The native command
# and the guests are those that the other tests have built. With `build`, what is tested is built, and
# no more.
set -euo pipefail
cd "$(dirname "$0")/.."

# What is tested needn't be small. Nothing of it depends on what else is being built.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
unset RUSTC_WORKSPACE_WRAPPER CLIPPY_ARGS
composer/js/build.sh
[ "${1:-}" != build ] || exit 0

target=${CARGO_TARGET_DIR:-$PWD/target}
place=$target/javascript
mkdir -p "$place"
cp tests/javascript/* "$place"
if ! { (cd "$place" && npm ci --ignore-scripts --no-audit --no-fund --quiet) &&
  npm pack --quiet --ignore-scripts --pack-destination "$place" ./composer/js &&
  (cd "$place" && npm install --no-save --ignore-scripts --no-audit --no-fund --quiet ./wasi-uplift-*.tgz); }; then
  echo "the packages could not be installed: npm has to reach its registry" >&2
  exit 1
fi

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [ -z "$CHROMIUM" ]; then
  apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends chromium || {
    echo "Chromium is missing, and could not be installed: install it, or set CHROMIUM" >&2
    exit 1
  }
  CHROMIUM=$(command -v chromium)
fi
WASI_UPLIFT=${WASI_UPLIFT:-$target/debug/wasi-uplift}
GUESTS=$(dirname "$(find "$target/debug/build" -path '*/out/guests/clocks.wasm' -print -quit)")
PAGE=$(CARGO_TARGET_DIR=$place examples/playground/build.sh)
export CHROMIUM GUESTS PAGE WASI_UPLIFT
cd "$place"
node --test "$@"
