#!/usr/bin/env bash
# Checks the tests: each patch in `mutants/` takes something away that guests rely on, and some test
# has to fail. Prints those that no test notices. Takes the names of patches; without any, it takes all.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -z "$(git status --porcelain composer/src)" ] || { echo "composer/src has changes" >&2; exit 1; }
trap 'git checkout --quiet composer/src' EXIT
log=$(mktemp)

# The first are quicker, and notice most.
notices() {
  cargo test --quiet --workspace --lib --no-run
  ! cargo test --workspace --lib --test cases >"$log" 2>&1 ||
    ! cargo test --workspace --test suites -- \
      cases exports leaving parts compositions imports >"$log" 2>&1
}

[ $# -gt 0 ] || set -- tests/mutants/*.patch
survivors=0
for mutant; do
  name=$(basename "$mutant" .patch)
  git apply "tests/mutants/$name.patch"
  if notices; then
    echo "$name: $(grep --max-count 1 --only-matching --extended-regexp \
      '^test .* FAILED|^.* panicked at .*' "$log" || echo noticed)"
  else
    echo "$name: survives"
    survivors=$((survivors + 1))
  fi
  git checkout --quiet composer/src
done
exit "$((survivors > 0))"
