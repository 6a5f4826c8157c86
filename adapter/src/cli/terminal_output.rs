//! `wasi:cli/terminal-output`.

use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::terminal_output::{Guest, GuestTerminalOutput};
use crate::bindings::wasi::cli0_3_0::terminal_output as p3;

/// A `terminal-output`, of which there is nothing to know but that it exists.
pub struct TerminalOutput(
    #[expect(dead_code, reason = "kept for its drop")] pub p3::TerminalOutput,
);

impl Guest for Adapter {
    type TerminalOutput = TerminalOutput;
}

impl GuestTerminalOutput for TerminalOutput {}
