//! The reference: a host that ships WASI 0.2 and nothing else.
//!
//! What a guest does here, as it is, is what it has to do on the 0.3-only host
//! once uplifted.

mod common;

use std::process::ExitCode;
use wasi_uplift_tests::State;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p2::bindings::{CommandPre, LinkOptions};

fn main() -> ExitCode {
    common::main(run)
}

async fn run(engine: Engine, component: Component, state: State) -> Result<Result<(), ()>> {
    // `network-error-code` is the one unstable function that this host has.
    let mut unstable = LinkOptions::default();
    unstable.network_error_code(true);

    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_with_options_async(&mut linker, &unstable)?;
    let command = common::linked(linker.instantiate_pre(&component).and_then(CommandPre::new))?;

    let mut store = Store::new(&engine, state);
    let command = command.instantiate_async(&mut store).await?;
    command.wasi_cli_run().call_run(&mut store).await
}
