//! `wasi:cli/stdout`.

use crate::Adapter;
use crate::abi::{self, Global};
use crate::bindings::exports::wasi::cli0_2_12::stdout::{Guest, OutputStream};
use crate::io::output::Standard;

/// Every handle writes to the same stream, and keeps the order of writes.
static STDOUT: Global<Standard> = Global::new(Standard::new(abi::stdout));

impl Guest for Adapter {
    fn get_stdout() -> OutputStream {
        STDOUT.handle()
    }
}
