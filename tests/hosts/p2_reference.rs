//! A host that ships WASI 0.2 and nothing else: the reference for what a guest does.

use std::process::ExitCode;
use wasi_uplift_tests::host::{self, Wasi};

fn main() -> ExitCode {
    host::main(Wasi::V0_2)
}
