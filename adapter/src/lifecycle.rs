//! `wasi-uplift:adapter/lifecycle`, which the composer's front components call.

use crate::Adapter;
use crate::bindings::exports::wasi_uplift::adapter::lifecycle::Guest;
use crate::canon::Task;
use crate::cli::standard;

impl Guest for Adapter {
    fn drain(task: Task<'_>) {
        standard::drain(task);
    }
}
