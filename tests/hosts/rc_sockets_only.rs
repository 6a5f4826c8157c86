//! The host of `examples/sockets-only-host`, which shares compiled components with the others.

use sockets_only_host::program;
use std::fs;
use std::process::ExitCode;
use wasi_uplift_tests::host;

fn main() -> ExitCode {
    program::main(|path| host::compiled(&host::engine(), &fs::read(path)?))
}
