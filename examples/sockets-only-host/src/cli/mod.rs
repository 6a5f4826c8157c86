//! `wasi:cli`: the environment, exit and terminals, which need no stream.

pub mod stdin;
pub mod stdout;

use crate::State;
use crate::bindings::wasi::cli::types::{self, ErrorCode};
use crate::bindings::wasi::cli::{
    environment, exit, terminal_input, terminal_output, terminal_stderr, terminal_stdin,
    terminal_stdout,
};
use std::{fmt, io};
use terminal_input::TerminalInput;
use terminal_output::TerminalOutput;
use wasmtime::component::Resource;
use wasmtime::{Result, bail};

impl environment::Host for State {
    fn get_environment(&mut self) -> Result<Vec<(String, String)>> {
        Ok(self.environment.clone())
    }

    fn get_arguments(&mut self) -> Result<Vec<String>> {
        Ok(self.arguments.clone())
    }

    fn get_initial_cwd(&mut self) -> Result<Option<String>> {
        // No directory without files.
        Ok(None)
    }
}

/// The end of a guest that called `exit`, with this exit code. It is an error, as
/// only an error ends a guest in the middle of a call.
#[derive(Clone, Copy, Debug)]
pub struct Exit(pub u8);

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the guest has ended with exit code {}", self.0)
    }
}

impl std::error::Error for Exit {}

impl exit::Host for State {
    fn exit(&mut self, status: Result<(), ()>) -> Result<()> {
        Err(Exit(status.is_err().into()).into())
    }

    fn exit_with_code(&mut self, status_code: u8) -> Result<()> {
        Err(Exit(status_code).into())
    }
}

impl types::Host for State {}

/// Returns the error code of WASI for an error of the standard streams.
fn error_code(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::BrokenPipe => ErrorCode::Pipe,
        _ => ErrorCode::Io,
    }
}

// No standard stream is called a terminal, so there never is a resource to drop.

impl terminal_input::Host for State {}

impl terminal_input::HostTerminalInput for State {
    fn drop(&mut self, _: Resource<TerminalInput>) -> Result<()> {
        bail!("there are no terminals")
    }
}

impl terminal_output::Host for State {}

impl terminal_output::HostTerminalOutput for State {
    fn drop(&mut self, _: Resource<TerminalOutput>) -> Result<()> {
        bail!("there are no terminals")
    }
}

impl terminal_stdin::Host for State {
    fn get_terminal_stdin(&mut self) -> Result<Option<Resource<TerminalInput>>> {
        Ok(None)
    }
}

impl terminal_stdout::Host for State {
    fn get_terminal_stdout(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        Ok(None)
    }
}

impl terminal_stderr::Host for State {
    fn get_terminal_stderr(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        Ok(None)
    }
}
