#!/usr/bin/env bash
# Builds the adapter and puts it where the composer embeds it.
#
#   adapter/build.sh           builds, replaces the committed artefact, and records what it is made of
#   adapter/build.sh --check   builds, and fails if the committed artefact is another
#   adapter/build.sh --fresh   builds nothing, and fails if the committed artefact is made of other
#                              sources than these; takes no time, so that any test can ask first
#
# The bytes depend on the sources, on the flags in .cargo/config.toml and Cargo.toml, and on the
# compiler. They don't depend on the machine, on where the sources are, or on what is set around
# this script. What they were made of is recorded in artefact.txt.
set -euo pipefail
cd "$(dirname "$0")"

artefact=../composer/artefact/adapter.wasm
record=artefact.txt

fail() {
  echo "error: $1" >&2
  exit 1
}

hash() {
  sha256sum | cut -d ' ' -f 1
}

sources() {
  find src build ../wit Cargo.toml Cargo.lock .cargo -type f | LC_ALL=C sort | xargs sha256sum | hash
}

compiler() {
  rustc --version --verbose | sed -n 's/^release: //p; s/^commit-hash: //p; s/^LLVM version: /LLVM /p' | paste -s -d ' '
}

recorded() {
  sed -n "s/^$1: //p" "$record"
}

check_fresh() {
  [ "$(recorded sources)" = "$(sources)" ] ||
    fail "the committed adapter was built from other sources than these: run adapter/build.sh"
  [ "$(recorded artefact)" = "$(hash <"$artefact")" ] ||
    fail "the committed adapter is not the one that adapter/$record tells of: run adapter/build.sh"
}

if [ "${1:-}" = --fresh ]; then
  check_fresh
  exit
fi

# Nothing but the files here says how it is built.
for name in $(compgen -e); do
  case $name in
    RUSTFLAGS | RUSTC | RUSTC_* | CARGO_ENCODED_RUSTFLAGS | CARGO_INCREMENTAL) unset "$name" ;;
    CARGO_BUILD_* | CARGO_PROFILE_* | CARGO_TARGET_*_RUSTFLAGS) unset "$name" ;;
  esac
done

rustup target add wasm32-unknown-unknown >/dev/null 2>&1 || true
if [ "${1:-}" = --check ]; then
  check_fresh
  [ "$(recorded compiler)" = "$(compiler)" ] ||
    fail "the committed adapter was built with rustc $(recorded compiler), and this is rustc $(compiler): other compilers make other bytes of the same sources"
fi

cargo build --release --locked --target-dir target
built=target/wasm32-unknown-unknown/release/adapter.wasm

if [ "${1:-}" = --check ]; then
  cmp "$built" "$artefact" ||
    fail "the same sources and the same compiler make other bytes here: something that this script doesn't know of has a part in them"
  echo "the committed adapter is what its source builds"
else
  mkdir -p "$(dirname "$artefact")"
  cp "$built" "$artefact"
  chmod 644 "$artefact"
  {
    echo "What the committed adapter is made of. Written by build.sh."
    echo "sources: $(sources)"
    echo "compiler: $(compiler)"
    echo "artefact: $(hash <"$artefact")"
  } >"$record"
fi
