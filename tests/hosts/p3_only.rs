//! A host that ships WASI 0.3 and nothing else.

use std::process::ExitCode;
use wasi_uplift_tests::host::{self, Wasi};

fn main() -> ExitCode {
    host::main(Wasi::V0_3)
}
