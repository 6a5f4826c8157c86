#!/usr/bin/env bash
# Checks the tests: each patch in `mutants/` takes something away from the composer or from the adapter
# that guests rely on, and some test has to fail. Prints those that no test notices. Takes the names of
# patches; without any, it takes all. The first lines of a patch say what it does, and which of the
# suites have to notice if the composer's own tests don't.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -z "$(git status --porcelain composer adapter)" ] ||
  { echo "composer or adapter has changes" >&2; exit 1; }
trap 'git checkout --quiet composer adapter' EXIT
log=$(mktemp)
command=$(mktemp -d)/wasi-uplift

# The suites stay as they are: only the command that they compose with is built of mutants.
suites=$(cargo test --workspace --test suites --no-run --message-format json 2>/dev/null |
  sed -n 's/.*"executable":"\([^"]*\/suites-[^"]*\)".*/\1/p')
export CARGO_MANIFEST_DIR=$PWD/tests

build() {
  ! grep -q '^diff --git a/adapter' "$1" || adapter/build.sh
  cargo build --workspace --bin wasi-uplift
  cp "${CARGO_TARGET_DIR:-target}/debug/wasi-uplift" "$command"
}

notices() {
  local filters
  if grep -q '^diff --git a/composer' "$1"; then
    cargo test --workspace --lib >"$log" 2>&1 || return 0
  fi
  filters=$(sed -n 's/^tests: //p' "$1")
  # shellcheck disable=SC2086
  ! (cd tests && COMPOSER=$command timeout 120 "$suites" $filters >"$log" 2>&1)
}

# Nothing is noticed where nothing is amiss.
build /dev/null >"$log" 2>&1
(cd tests && COMPOSER=$command "$suites" cases::clocks >"$log" 2>&1) || { cat "$log" >&2; exit 1; }

[ $# -gt 0 ] || set -- tests/mutants/*.patch
survivors=0
for mutant; do
  name=$(basename "$mutant" .patch)
  git apply "tests/mutants/$name.patch"
  (build "tests/mutants/$name.patch") >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  if notices "tests/mutants/$name.patch"; then
    echo "$name: $(grep --max-count 1 --only-matching --extended-regexp \
      '^test .* FAILED|^.* panicked at .*' "$log" || echo 'it goes on for ever')"
  else
    echo "$name: survives"
    survivors=$((survivors + 1))
  fi
  git checkout --quiet composer adapter
done
exit "$((survivors > 0))"
