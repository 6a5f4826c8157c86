//! `wasi:cli/terminal-stderr`.

use super::terminal_output;
use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::terminal_stderr::{Guest, TerminalOutput};
use crate::bindings::wasi::cli0_3_0::terminal_stderr as p3;

impl Guest for Adapter {
    fn get_terminal_stderr() -> Option<TerminalOutput> {
        let terminal = p3::get_terminal_stderr()?;
        Some(TerminalOutput::new(terminal_output::TerminalOutput(
            terminal,
        )))
    }
}
