#!/usr/bin/env bash
# Runs the commands in the fenced `sh` blocks of the documents, as they are written there.
#
# A command of the repository's own has to be a line of `.ci/run`, which runs it. One of
# `wasi-uplift` is run here, in a folder with a guest. For all others there is a stand-in below.
set -euo pipefail
cd "$(dirname "$0")/.."

documents=$(git ls-files --cached --others --exclude-standard README.md '*/README.md')
target=${CARGO_TARGET_DIR:-$PWD/target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "${WASI_UPLIFT:-$target/debug/wasi-uplift}" "$work/bin/wasi-uplift"
guest() { find "$target/debug/build" -path "*/out/guests/$1.wasm" -print -quit; }
cp "$(guest http-stable-server)" "$work/server.wasm"

# The lines of `.ci/run`. They don't come through a pipe: `grep` stops reading where it finds one, and
# whoever still writes would fail.
ci=$(sed 's/ 2>&1 | tee .*//' .ci/run)

# Returns successfully if `.ci/run` runs a command.
is_in_ci() {
  grep --quiet --line-regexp --fixed-strings -- "$1" <<<"$ci"
}

# Returns successfully if something else does the work of a command that takes too long, or needs a
# program that is not here.
has_stand_in() {
  case $1 in
    # `adapter/build.sh --check` builds the same, and replaces nothing.
    "adapter/build.sh") ;;
    # `cargo package` builds the same program, and the tests run it.
    "cargo install --path composer"*) ;;
    # The cases `guests/app.wat` and `join/document.wac` do so with components that they make of text.
    "wasi-uplift compose app."*) ;;
    # The suite `by_hand` composes by the same file, with the library that `wac` is made of.
    "wac compose "*) ;;
    # `.ci/run` runs a part of the benchmark in a debug build.
    "cargo bench "*) ;;
    # The tests build the example, and Wasmtime would have to be optimised for it.
    "cargo run --release --package wasi-uplift --no-default-features --example speed") ;;
    # `tests/run.sh` makes as many as there is time for.
    "GUESTS="* | "ROUNDS="*) ;;
    # They go on until they are stopped. `.ci/run` lints what they run.
    "cd composer && RUSTC_BOOTSTRAP=1 cargo fuzz "*) ;;
    "cargo run --manifest-path composer/fuzz/Cargo.toml "*) ;;
    # The library and its tests, built ten times.
    "tests/mutants.sh" | "tests/mutate.py "*) ;;
    # A build of another release of Wasmtime.
    "tests/wasmtime-45.sh") ;;
    # `.ci/run` runs a part of it.
    "tests/jco.sh") ;;
    # `tests/javascript.sh` runs them, as a part of `tests/run.sh`.
    "composer/js/build.sh" | "examples/playground/build.sh") ;;
    # Three optimised builds of Wasmtime.
    "examples/uplift-on-load/size.sh") ;;
    *) return 1 ;;
  esac
}

# Starts a server, and waits until it answers.
serves() {
  local address=${1##*--addr } server
  [ "$address" != "$1" ] || address=127.0.0.1:8080
  (cd "$work" && cp server.wasm guest.wasm && exec env PATH="$work/bin:$PATH" $1) &
  server=$!
  until curl --silent --fail --output /dev/null "http://${address%% *}/hello"; do
    kill -0 "$server"
    sleep 0.1
  done
  kill "$server"
  wait "$server" || true
}

# Prints the commands of a document, each on a line.
commands() {
  awk '/^ *```sh$/ { on = 1; next } /^ *```/ { on = 0 } on && !/^ *(#|$)/' "$1" |
    sed -e ':a' -e '/\\$/N; s/ *\\\n */ /; ta' -e 's/^ *//' -e 's/ *#.*//'
}

count=0
for document in $documents; do
  while read -r command; do
    count=$((count + 1))
    echo "$document: $command"
    if is_in_ci "$command" || has_stand_in "$command"; then
      continue
    fi
    case $command in
      "wasi-uplift serve "*) serves "$command" ;;
      "wasi-uplift "*)
        cp "$(guest clocks)" "$work/guest.wasm"
        (cd "$work" && PATH="$work/bin:$PATH" bash -euo pipefail -c "$command") </dev/null >"$work/output"
        ;;
      *)
        echo "error: neither this nor .ci/run runs the command" >&2
        exit 1
        ;;
    esac
  done < <(commands "$document")
done
[ "$count" -gt 0 ]
echo "$count commands of the documents work"
