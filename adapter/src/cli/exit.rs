//! `wasi:cli/exit`.

use super::standard::drain;
use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::exit::Guest;
use crate::bindings::wasi::cli0_3_0::exit as p3;
use crate::canon::Task;

impl Guest for Adapter {
    fn exit(status: Result<(), ()>, task: Task<'_>) {
        drain(task);
        p3::exit(status);
    }

    fn exit_with_code(status_code: u8, task: Task<'_>) {
        drain(task);
        p3::exit_with_code(status_code);
    }
}
