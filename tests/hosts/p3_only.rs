//! A host that ships WASI 0.3 and nothing else.
//!
//! Only `wasmtime_wasi::p3` is linked, so a component that still imports
//! anything of WASI 0.2 does not even instantiate here.

mod common;

use std::process::ExitCode;
use wasi_uplift_tests::State;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p3::bindings::CommandPre;

fn main() -> ExitCode {
    common::main(run)
}

async fn run(engine: Engine, component: Component, state: State) -> Result<Result<(), ()>> {
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    let command = common::linked(linker.instantiate_pre(&component).and_then(CommandPre::new))?;

    let mut store = Store::new(&engine, state);
    let command = command.instantiate_async(&mut store).await?;
    store
        .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
        .await?
}
