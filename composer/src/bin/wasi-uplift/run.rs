//! `wasi-uplift run`

use crate::embedded::{self, Access, State};
use crate::messages::Messages;
use crate::parts::Parts;
use crate::{Linking, files};
use anyhow::{Context, Result};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use wasmtime::{Engine, Store};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p3::bindings::CommandPre;

/// The exit code if the guest could not be started.
const NOT_RUN: u8 = 125;

/// The exit code if the guest trapped: what a shell says of a process that aborted.
const TRAPPED: u8 = 134;

/// Composes a command and runs it on a host that has nothing of WASI but 0.3.
///
/// A component that needs nothing of WASI 0.2 is run as it is.
#[derive(Args)]
#[command(after_help = "\
Exit codes: that of the guest, 134 if it trapped, 125 if it could not be composed or started, 2 if \
the command line is wrong.")]
pub struct Run {
    /// The component, in binary form, a core module that imports `wasi_snapshot_preview1`, or a
    /// `.wac` file.
    guest: PathBuf,

    #[command(flatten)]
    parts: Parts,

    #[command(flatten)]
    access: Access,

    #[command(flatten)]
    linking: Linking,

    /// The guest's arguments. What comes after the first is the guest's, too; if that begins with
    /// `-`, put `--` before it.
    #[arg(trailing_var_arg = true)]
    arguments: Vec<String>,
}

impl Run {
    pub fn run(&self, messages: &Messages) -> ExitCode {
        let prepared = self.prepare(messages);
        let (store, command) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                messages.error(&error);
                return ExitCode::from(NOT_RUN);
            }
        };
        let runtime = match tokio::runtime::Runtime::new() {
            Ok(runtime) => runtime,
            Err(error) => {
                messages.error(&error.into());
                return ExitCode::from(NOT_RUN);
            }
        };
        let outcome = runtime.block_on(execute(store, command));
        // What still waits for standard input is not waited for.
        runtime.shutdown_background();
        match outcome {
            Ok(Ok(())) => ExitCode::SUCCESS,
            Ok(Err(())) => ExitCode::FAILURE,
            Err(error) => match error.downcast_ref() {
                // Like a process: only the low byte of the status is kept.
                Some(I32Exit(code)) => ExitCode::from(*code as u8),
                None => {
                    let name = files::name(&self.guest);
                    messages
                        .error(&anyhow::Error::from(error).context(format!("`{name}` trapped")));
                    ExitCode::from(TRAPPED)
                }
            },
        }
    }

    fn prepare(&self, messages: &Messages) -> Result<(Store<State>, CommandPre<State>)> {
        let engine = Engine::default();
        let composed = embedded::compose(&self.guest, &self.parts, &self.linking, messages)?;
        let instance = embedded::load(&self.guest, &composed, &engine)?;
        let command = CommandPre::new(instance).map_err(anyhow::Error::from);
        let name = files::name(&self.guest);
        let command = command.with_context(|| format!("`{name}` can't be run here"))?;
        let mut context = self.access.context()?;
        context.inherit_stdio();
        // By convention the program's own name comes first.
        let name = self.guest.file_name().unwrap_or_default();
        context.arg(name.to_string_lossy()).args(&self.arguments);
        Ok((self.access.store(&engine, context.build()), command))
    }
}

async fn execute(
    mut store: Store<State>,
    command: CommandPre<State>,
) -> wasmtime::Result<Result<(), ()>> {
    let command = command.instantiate_async(&mut store).await?;
    store
        .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
        .await?
}
