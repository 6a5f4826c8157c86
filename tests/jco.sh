#!/usr/bin/env bash
# Runs tests on jco and Node, fused, but for those that `hosts/jco/differences.txt` lists. Takes parts
# of the tests' names. What it needs comes from npm.
set -euo pipefail
cd "$(dirname "$0")/.."

host=${CARGO_TARGET_DIR:-$PWD/target}/jco
if ! cmp --silent tests/hosts/jco/package-lock.json "$host/installed.json"; then
  rm -rf "$host"
  mkdir -p "$host"
  cp tests/hosts/jco/package{,-lock}.json "$host"
  if ! (cd "$host" && npm ci --ignore-scripts --no-audit --no-fund --quiet); then
    echo "jco could not be installed: npm has to reach its registry" >&2
    exit 1
  fi
  # The shim reads all files into one buffer, so that what a guest gets is a matter of chance. With
  # this, it is what is in the file.
  sed --in-place 's/writer\.write(BUFFER\.subarray(0, bytesRead))/writer.write(new Uint8Array(BUFFER.subarray(0, bytesRead)))/
    s/const start = pos;/const start = pos, BUFFER = Buffer.alloc(CHUNK_BYTES);/' \
    "$host/node_modules/@bytecodealliance/preview3-shim/dist/nodejs/workers/filesystem-worker.bundle.js"
  cp tests/hosts/jco/package-lock.json "$host/installed.json"
fi
cp tests/hosts/jco/{host,host.mjs} "$host"
export P3_HOST=$host/host P3_HOST_TARGET=0.3.0 P3_HOST_LINK=fused P3_HOST_FRONT=

# It has one manner of answering, and is one engine.
skipped=(--skip ::component)
for variant in bytewise late snapshot inline_files; do
  skipped+=(--skip "::fused_$variant")
done
while read -r name; do
  skipped+=(--skip "$name")
done < <(sed -n 's/^    //p' tests/hosts/jco/differences.txt)
all=(cases:: http::languages http::plain sockets::lookup sockets::tcp sockets::udp sockets::walk toolchains)
[ $# -gt 0 ] || set -- "${all[@]}"
tests/run.sh --test suites -- "$@" "${skipped[@]}"
