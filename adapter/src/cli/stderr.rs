//! `wasi:cli/stderr`.

use crate::Adapter;
use crate::abi::{self, Global};
use crate::bindings::exports::wasi::cli0_2_12::stderr::{Guest, OutputStream};
use crate::io::output::Standard;

/// Every handle writes to the same stream, and keeps the order of writes.
static STDERR: Global<Standard> = Global::new(Standard::new(abi::stderr));

impl Guest for Adapter {
    fn get_stderr() -> OutputStream {
        STDERR.handle()
    }
}
