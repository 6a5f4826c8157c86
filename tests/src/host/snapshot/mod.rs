//! A host that ships the snapshot `0.3.0-rc-2026-02-09`, all of it, and nothing else.
//!
//! Sockets, and what a command needs besides, are those of `examples/sockets-only-host`. Files and
//! HTTP are Wasmtime's own: its functions of WASI 0.3.0, registered under the snapshot's names, with
//! the snapshot's types where those differ.

mod filesystem;
mod http;
mod server;

use super::command_line::{Action, Invocation};
use super::{NotRun, State};
use sockets_only_host::State as Base;
use sockets_only_host::bindings::CommandPre;
use sockets_only_host::cli::Exit;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store, bail};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::cli::WasiCliView as _;
use wasmtime_wasi::p3::bindings::cli::environment::Host as _;

/// The version of all that this host ships.
const VERSION: &str = "0.3.0-rc-2026-02-09";

/// The data of a store.
pub struct Data {
    /// What files and HTTP need.
    state: State,
    /// What everything else needs.
    base: Base,
}

impl Data {
    fn new(mut state: State) -> Result<Self> {
        let mut base = Base::new();
        let mut cli = state.cli();
        base.arguments = cli.get_arguments()?;
        base.environment = cli.get_environment()?;
        Ok(Self { state, base })
    }
}

/// Returns a linker with all that this host ships.
fn linker(engine: &Engine) -> Result<Linker<Data>> {
    let mut linker = Linker::<Data>::new(engine);
    sockets_only_host::add_to_linker(&mut linker, |data| &mut data.base)?;
    filesystem::add_to_linker(&mut linker)?;
    http::add_to_linker(&mut linker)?;
    Ok(linker)
}

/// Runs or serves a component.
pub fn execute(component: &Component, invocation: Invocation) -> Result<Result<(), ()>> {
    if invocation.manner.is_some() {
        bail!("this host has one manner");
    }
    let runtime = tokio::runtime::Runtime::new()?;
    match invocation.action {
        Action::Run(state) => {
            let ended = runtime.block_on(run(component, *state));
            // A thread may still wait for stdin, which nobody is going to read.
            runtime.shutdown_background();
            ended
        }
        Action::Serve(serving) => match runtime.block_on(server::serve(component, serving))? {},
    }
}

/// Calls `run` of a command.
async fn run(component: &Component, state: State) -> Result<Result<(), ()>> {
    let engine = component.engine();
    let linked = linker(engine).and_then(|linker| linker.instantiate_pre(component));
    let command = linked.and_then(CommandPre::new);
    let command = command.map_err(|error| error.context(NotRun))?;
    let mut store = Store::new(engine, Data::new(state)?);
    let command = command.instantiate_async(&mut store).await?;
    let ended = store
        .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
        .await;
    ended.flatten().map_err(|error| match error.downcast_ref() {
        Some(Exit(code)) => I32Exit((*code).into()).into(),
        None => error,
    })
}

/// The name of an interface in the snapshot.
fn interface(path: &str) -> String {
    format!("{path}@{VERSION}")
}
