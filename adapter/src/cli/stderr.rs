//! `wasi:cli/stderr`.

use super::standard::Standard;
use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::stderr::{Guest, OutputStream};
use crate::canon::Global;
use crate::p3;

/// Every handle writes to the same stream, and keeps the order of writes.
static STDERR: Global<Standard> = Global::new(Standard::new(p3::cli::stderr));

impl Guest for Adapter {
    fn get_stderr() -> OutputStream {
        STDERR.handle()
    }
}
