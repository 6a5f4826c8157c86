//! `wasi:cli/terminal-input`.

use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::terminal_input::{Guest, GuestTerminalInput};
use crate::bindings::wasi::cli0_3_0::terminal_input as p3;

/// A `terminal-input`, of which there is nothing to know but that it exists.
pub struct TerminalInput(#[expect(dead_code, reason = "kept for its drop")] pub p3::TerminalInput);

impl Guest for Adapter {
    type TerminalInput = TerminalInput;
}

impl GuestTerminalInput for TerminalInput {}
