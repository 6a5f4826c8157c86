//! `wasi:cli/stdout`.

use super::standard::Standard;
use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::stdout::{Guest, OutputStream};
use crate::canon::Global;
use crate::p3;

/// Every handle writes to the same stream, and keeps the order of writes.
static STDOUT: Global<Standard> = Global::new(Standard::new(p3::cli::stdout));

impl Guest for Adapter {
    fn get_stdout() -> OutputStream {
        STDOUT.handle()
    }
}
