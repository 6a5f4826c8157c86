//! `wasi:clocks` of WASI 0.3: waiting.

use crate::canon::Running;
use crate::op::{Started, Subtask};
use crate::raw::clocks_monotonic_clock;

/// `monotonic-clock.wait-until`.
pub fn wait_until(when: u64) -> Started<(), Subtask> {
    let status = clocks_monotonic_clock::wait_until::start(when);
    Subtask::of(Running::without_memory(status))
}
