//! Prints which of the three standard streams is a terminal.

use guests::cli::{
    terminal_stderr::get_terminal_stderr, terminal_stdin::get_terminal_stdin,
    terminal_stdout::get_terminal_stdout,
};
use guests::out;

guests::command!(run);

fn run() -> Result<(), ()> {
    out!("stdin {}", get_terminal_stdin().is_some());
    out!("stdout {}", get_terminal_stdout().is_some());
    out!("stderr {}", get_terminal_stderr().is_some());
    Ok(())
}
