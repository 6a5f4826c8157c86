//! `wasi-uplift run`

use crate::messages::Messages;
use crate::{Linking, describe, files};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use wasi_uplift::Options;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p3::bindings::CommandPre;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

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
    /// The component, in binary form, or a core module that imports `wasi_snapshot_preview1`.
    guest: PathBuf,

    /// A folder that the guest may use, and what the guest calls it, if that is something else.
    #[arg(long = "dir", value_name = "HOST[::GUEST]")]
    folders: Vec<String>,

    /// An environment variable of the guest; without value, it is that of this process.
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    variables: Vec<String>,

    /// The guest may use the network.
    #[arg(long = "net")]
    network: bool,

    #[command(flatten)]
    linking: Linking,

    /// The guest's arguments.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// What the store keeps for `wasmtime-wasi`.
struct State {
    context: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.table,
        }
    }
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
        let name = files::name(&self.guest);
        let bytes = files::read(&self.guest)?;
        // The engine has 0.3.0, which is what is composed for by default.
        let options = Options::default().link(self.linking.link);
        let composed = wasi_uplift::compose(&bytes, &options)
            .with_context(|| format!("`{name}` was not composed"))?;
        if messages.is_verbose() {
            messages.detail(describe::composed(&name, bytes.len(), &composed));
        }
        let engine = Engine::default();
        let prepare = || {
            let component = Component::new(&engine, &composed.bytes)?;
            let mut linker = Linker::new(&engine);
            wasmtime_wasi::p3::add_to_linker(&mut linker)?;
            linker.instantiate_pre(&component).and_then(CommandPre::new)
        };
        let command = prepare().map_err(anyhow::Error::from);
        let command = command.with_context(|| format!("`{name}` can't be run here"))?;
        let state = State {
            context: self.context()?,
            table: ResourceTable::new(),
        };
        Ok((Store::new(&engine, state), command))
    }

    fn context(&self) -> Result<WasiCtx> {
        let mut context = WasiCtxBuilder::new();
        context.inherit_stdio();
        // By convention the program's own name comes first.
        let name = self.guest.file_name().unwrap_or_default();
        context.arg(name.to_string_lossy()).args(&self.arguments);
        for variable in &self.variables {
            match variable.split_once('=') {
                Some((name, value)) => context.env(name, value),
                None => match std::env::var(variable) {
                    Ok(value) => context.env(variable, value),
                    Err(error) => bail!("the environment variable `{variable}`: {error}"),
                },
            };
        }
        for folder in &self.folders {
            let (host, guest) = folder.split_once("::").unwrap_or((folder, folder));
            context
                .preopened_dir(host, guest, FsPerms::ReadWrite)
                .map_err(anyhow::Error::from)
                .with_context(|| format!("the folder `{host}` was not opened"))?;
        }
        if self.network {
            context.inherit_network().allow_ip_name_lookup(true);
            context.allow_tcp(true).allow_udp(true);
        }
        Ok(context.build())
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
