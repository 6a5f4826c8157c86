//! The host as a program: its command line and its exit codes.

use crate::{State, cli, link, run};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasmtime::component::Component;
use wasmtime::error::Context as _;
use wasmtime::{Result, bail};

const USAGE: &str = "usage: sockets-only-host COMPONENT.wasm [--env K=V]... [-- ARGS...]";

/// The exit code when a component can't be started.
const NOT_RUN: u8 = 125;

/// The exit code when it trapped.
const TRAPPED: u8 = 134;

/// Runs the component that the command line names, once `load` has compiled it, and returns the
/// exit code of the host.
pub fn main(load: impl FnOnce(&Path) -> Result<Component>) -> ExitCode {
    let mut state = State::new();
    let command = match command_line(&mut state, std::env::args().skip(1)) {
        Ok(path) => load(&path)
            .with_context(|| format!("loading {}", path.display()))
            .and_then(|component| link(&component)),
        Err(error) => Err(error.context(USAGE)),
    };
    let prepared = command.and_then(|command| {
        let runtime = tokio::runtime::Runtime::new()?;
        Ok((command, runtime))
    });
    let (command, runtime) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::from(NOT_RUN);
        }
    };
    let outcome = runtime.block_on(run(&command, state));
    // A thread may still wait for stdin, which nobody is going to read.
    runtime.shutdown_background();
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(())) => ExitCode::FAILURE,
        Err(error) => match error.downcast_ref() {
            Some(cli::Exit(code)) => ExitCode::from(*code),
            None => {
                eprintln!("trapped: {error:#}");
                ExitCode::from(TRAPPED)
            }
        },
    }
}

/// Parses the command line into `state`, and returns the component's path.
fn command_line(state: &mut State, mut words: impl Iterator<Item = String>) -> Result<PathBuf> {
    let mut path = None;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--env" => {
                let value = words.next().unwrap_or_default();
                let (name, value) = value.split_once('=').context("--env takes K=V")?;
                state.environment.push((name.into(), value.into()));
            }
            "--" => break,
            _ if word.starts_with('-') => bail!("unknown option {word}"),
            _ if path.is_some() => bail!("unexpected word {word}: arguments come after --"),
            _ => path = Some(PathBuf::from(word)),
        }
    }
    let path = path.context("no component is given")?;
    // By convention the program's own name comes first.
    let name = Path::new(&path).file_name().unwrap_or_default();
    state.arguments.push(name.to_string_lossy().into_owned());
    state.arguments.extend(words);
    Ok(path)
}
