//! The hosts on Wasmtime: one ships only WASI 0.2, the other only WASI 0.3.
//!
//! They share their command line, their exit codes, and the real stdio of the process.

mod command_line;
mod compiled;
mod manner;
mod server;
mod snapshot;
mod state;

pub use compiled::{compiled, engine};
pub use manner::Manner;
pub use state::{Left, State};

use crate::{NOT_RUN, TRAPPED, TRAPPED_PREFIX};
use command_line::{Action, Invocation};
use std::fmt;
use std::process::ExitCode;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::{p2, p3};
use wasmtime_wasi_http::handler::ProxyPre;

/// The version of WASI that a host ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasi {
    /// WASI 0.2, as the reference for what a guest does.
    V0_2,
    /// WASI 0.3: a component that imports anything of WASI 0.2 does not even instantiate.
    V0_3,
}

/// Runs or serves the component that the command line names, and returns the exit code of the host.
pub fn main(wasi: Wasi) -> ExitCode {
    program(|component, invocation| execute(wasi, component, invocation))
}

/// The same for a host that ships the snapshot `0.3.0-rc-2026-02-09` of WASI 0.3.
pub fn snapshot_main() -> ExitCode {
    program(snapshot::execute)
}

fn program(execute: impl FnOnce(&Component, Invocation) -> Result<Result<(), ()>>) -> ExitCode {
    let invocation = match command_line::parse(std::env::args().skip(1)) {
        Ok(invocation) => invocation,
        Err(error) => {
            eprintln!("{error:#}\n{}", command_line::USAGE);
            return ExitCode::from(NOT_RUN);
        }
    };
    let component = std::fs::read(&invocation.component).map_err(Into::into);
    let component = component.and_then(|component| compiled(&engine(), &component));
    let component = component.map_err(|error| error.context(NotRun));
    match component.and_then(|component| execute(&component, invocation)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(())) => ExitCode::FAILURE,
        Err(error) => match error.downcast_ref() {
            // Like a process: only the low byte of the status is kept.
            Some(I32Exit(code)) => ExitCode::from(*code as u8),
            None if error.is::<NotRun>() => {
                eprintln!("{error:#}");
                ExitCode::from(NOT_RUN)
            }
            None => {
                eprintln!("{TRAPPED_PREFIX}{error:#}");
                ExitCode::from(TRAPPED)
            }
        },
    }
}

/// Marks an error of linking, as opposed to a trap of the guest.
#[derive(Debug)]
struct NotRun;

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this host can't run the component")
    }
}

fn execute(wasi: Wasi, component: &Component, invocation: Invocation) -> Result<Result<(), ()>> {
    let engine = component.engine();
    let mut linker = linker(wasi, engine).map_err(|error| error.context(NotRun))?;
    if let Some(manner) = invocation.manner {
        manner.add_to_linker(&mut linker)?;
    }
    let runtime = tokio::runtime::Runtime::new()?;
    match invocation.action {
        Action::Run(state) => {
            let store = Store::new(engine, *state);
            runtime.block_on(run(wasi, &linker, component, store))
        }
        Action::Serve(serving) => {
            let pre = proxy(wasi, &linker, component).map_err(|error| error.context(NotRun))?;
            match runtime.block_on(server::serve(engine.clone(), pre, serving))? {}
        }
    }
}

/// Returns a linker with all that a host of this version ships.
pub fn linker(wasi: Wasi, engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    match wasi {
        Wasi::V0_2 => {
            // `network-error-code` is the one unstable function that Wasmtime implements.
            let mut unstable = p2::bindings::LinkOptions::default();
            unstable.network_error_code(true);
            p2::add_to_linker_with_options_async(&mut linker, &unstable)?;
            wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        }
        Wasi::V0_3 => {
            p3::add_to_linker(&mut linker)?;
            wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        }
    }
    Ok(linker)
}

/// Calls `run` of a command.
pub async fn run(
    wasi: Wasi,
    linker: &Linker<State>,
    component: &Component,
    mut store: Store<State>,
) -> Result<Result<(), ()>> {
    let pre = linker.instantiate_pre(component);
    match wasi {
        Wasi::V0_2 => {
            let command = pre.and_then(p2::bindings::CommandPre::new);
            let command = command.map_err(|error| error.context(NotRun))?;
            let command = command.instantiate_async(&mut store).await?;
            command.wasi_cli_run().call_run(&mut store).await
        }
        Wasi::V0_3 => {
            let command = pre.and_then(p3::bindings::CommandPre::new);
            let command = command.map_err(|error| error.context(NotRun))?;
            let command = command.instantiate_async(&mut store).await?;
            store
                .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
                .await?
        }
    }
}

/// Prepares a server for instantiation.
fn proxy(wasi: Wasi, linker: &Linker<State>, component: &Component) -> Result<ProxyPre<State>> {
    let pre = linker.instantiate_pre(component)?;
    Ok(match wasi {
        Wasi::V0_2 => ProxyPre::P2(wasmtime_wasi_http::p2::bindings::ProxyPre::new(pre)?),
        Wasi::V0_3 => ProxyPre::P3(wasmtime_wasi_http::p3::bindings::ServicePre::new(pre)?),
    })
}
