//! A host that ships the snapshot `0.3.0-rc-2026-02-09` of WASI 0.3 and nothing else.

use std::process::ExitCode;
use wasi_uplift_tests::host;

fn main() -> ExitCode {
    host::snapshot_main()
}
