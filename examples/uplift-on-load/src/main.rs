//! A host that ships only WASI 0.3 and uplifts the components that it loads, so that its users
//! don't have to know which version of WASI a component was built for.
//!
//!     cargo run --package uplift-on-load -- COMPONENT

use std::error::Error;
use std::process::ExitCode;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p3::bindings::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

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

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name a component")?;
    let engine = Engine::default();
    let component = load(&engine, &std::fs::read(path)?)?;
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(match runtime.block_on(run(&engine, &component))? {
        Ok(()) => ExitCode::SUCCESS,
        Err(()) => ExitCode::FAILURE,
    })
}

/// Uplifts and compiles a component. One that imports nothing of WASI 0.2 stays as it is.
fn load(engine: &Engine, bytes: &[u8]) -> Result<Component, Box<dyn Error>> {
    // Without the feature the host doesn't uplift, for `size.sh` to compare with.
    #[cfg(feature = "uplift")]
    let bytes = &wasi_uplift::compose(bytes, &wasi_uplift::Options::default())?.bytes;
    Ok(Component::new(engine, bytes)?)
}

async fn run(engine: &Engine, component: &Component) -> wasmtime::Result<Result<(), ()>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    let state = State {
        context: WasiCtxBuilder::new().inherit_stdio().build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(engine, state);
    let command = Command::instantiate_async(&mut store, component, &linker).await?;
    store
        .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
        .await?
}
