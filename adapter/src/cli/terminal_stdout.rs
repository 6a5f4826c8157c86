//! `wasi:cli/terminal-stdout`.

use super::terminal_output;
use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::terminal_stdout::{Guest, TerminalOutput};
use crate::bindings::wasi::cli0_3_0::terminal_stdout as p3;

impl Guest for Adapter {
    fn get_terminal_stdout() -> Option<TerminalOutput> {
        let terminal = p3::get_terminal_stdout()?;
        Some(TerminalOutput::new(terminal_output::TerminalOutput(
            terminal,
        )))
    }
}
