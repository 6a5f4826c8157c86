//! `wasi:cli/terminal-stdin`.

use super::terminal_input;
use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::terminal_stdin::{Guest, TerminalInput};
use crate::bindings::wasi::cli0_3_0::terminal_stdin as p3;

impl Guest for Adapter {
    fn get_terminal_stdin() -> Option<TerminalInput> {
        let terminal = p3::get_terminal_stdin()?;
        Some(TerminalInput::new(terminal_input::TerminalInput(terminal)))
    }
}
