#!/usr/bin/env python3
"""Checks the tests with every mutant that `cargo mutants` knows of some files.

usage: tests/mutate.py FILE...

The files are of `adapter/src` or `composer/src`, or patterns of their names. A mutant that no test
notices is printed, if `mutants/survivors.txt` doesn't say why that is so. What has to be installed is
cargo-mutants. `mutants.sh` has the mutants that no rule makes.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SURVIVORS = ROOT / "tests/mutants/survivors.txt"
COMMAND = TARGET / "debug/wasi-uplift"

# The most seconds for one of the programs with tests.
LIMIT = 600

# The adapter's lowest layers, on this machine. A mutant's sources are never those of the artefact.
UNITS = "cargo test --locked --manifest-path adapter/tests/Cargo.toml -- --skip the_artefact"
COMPOSER = "cargo test --locked -p wasi-uplift --lib --test cases --test compose"

# The suites that meet most of the adapter, one mode each. The rest is of the same guests.
SUITES = [
    "cases:: --skip component --skip bytewise --skip late --skip inline",
    "sequences::files sequences::tcp sequences::udp sequences::http sequences::cli",
]


def succeeds(command, **variables):
    """Whether a command, whose output nobody reads, ends with success."""
    result = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return result.returncode == 0


def notices(command, folder=ROOT, **variables):
    """Runs tests until one fails. Returns its name, or nothing if all pass."""
    tests = subprocess.Popen(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )

    def end():
        try:
            os.killpg(tests.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    timer = threading.Timer(LIMIT, end)
    timer.start()
    failed = None
    for line in tests.stdout:
        if line.startswith("test ") and line.rstrip().endswith("FAILED"):
            failed = line.split()[1]
            break
    is_over = not timer.is_alive()
    timer.cancel()
    end()
    tests.stdout.close()
    code = tests.wait()
    if failed or is_over:
        return failed or "a test that goes on for ever"
    return f"exit code {code}" if code else None


def mutants(files):
    """The mutants of files, each with the folder that its diff is relative to."""
    for folder, prefix in [(ROOT / "adapter", "adapter/"), (ROOT, "composer/")]:
        inner = [file.removeprefix("adapter/") for file in files if file.startswith(prefix)]
        if not inner:
            continue
        options = [option for file in inner for option in ("--file", file)]
        command = ["cargo", "mutants", "--list", "--json", "--diff", *options]
        listed = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE)
        for mutant in json.loads(listed.stdout):
            yield folder, mutant


def tried(folder, mutant, suites):
    """What notices a mutant, or nothing."""
    patch = subprocess.run(
        ["patch", "--silent", mutant["file"]],
        cwd=folder,
        input=mutant["diff"],
        text=True,
    )
    if patch.returncode != 0:
        sys.exit(f"{mutant['name']} can't be applied")
    build = "cargo build --locked --bin wasi-uplift"
    if folder == ROOT:
        if not succeeds(build):
            return "the compiler"
        found = notices(COMPOSER)
    else:
        if not succeeds(UNITS.replace(" -- ", " --no-run -- ")):
            return "the compiler"
        found = notices(UNITS)
        if not found and not succeeds(f"adapter/build.sh && {build}"):
            return "the compiler"
    variables = {"COMPOSER": str(COMMAND), "CARGO_MANIFEST_DIR": str(ROOT / "tests")}
    for filters in SUITES:
        found = found or notices(f"{suites} {filters}", ROOT / "tests", **variables)
    return found


def name_of(folder, mutant):
    """The mutant's name, without its place in a line: that changes with what is before."""
    replaced = mutant["name"].split(": ", 1)[1]
    return f"{(folder / mutant['file']).relative_to(ROOT)}: {replaced}"


def main():
    files = sys.argv[1:]
    if not files:
        sys.exit(__doc__)
    status = ["git", "status", "--porcelain", "composer", "adapter"]
    if subprocess.run(status, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout:
        sys.exit("composer or adapter has changes")
    lines = SURVIVORS.read_text().splitlines()
    known = {line.removeprefix("* ") for line in lines if line.startswith("* ")}

    command = "cargo test --workspace --test suites --no-run --message-format json"
    messages = subprocess.run(command, shell=True, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    messages = map(json.loads, messages.stdout.splitlines())
    [suites] = [it["executable"] for it in messages if it.get("executable")]

    survivors = 0
    for folder, mutant in mutants(files):
        name = name_of(folder, mutant)
        if name in known:
            continue
        try:
            found = tried(folder, mutant, suites)
        finally:
            subprocess.run(["git", "checkout", "--quiet", "composer", "adapter"], cwd=ROOT)
        print(f"{name}: {found or 'SURVIVES'}", flush=True)
        survivors += not found
    sys.exit(survivors > 0)


main()
