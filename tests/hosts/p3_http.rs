//! A host that ships WASI 0.3 and `wasi:http` of WASI 0.3, and nothing else.

#[path = "http.rs"]
mod http_host;

use http_host::{Host, State};
use std::process::ExitCode;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p3::bindings::CommandPre;
use wasmtime_wasi_http::handler::ProxyPre;
use wasmtime_wasi_http::p3::bindings::ServicePre;

struct P3;

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    Ok(linker)
}

impl Host for P3 {
    async fn run(
        engine: &Engine,
        component: &Component,
        store: &mut Store<State>,
    ) -> Result<Result<(), ()>> {
        let command = CommandPre::new(linker(engine)?.instantiate_pre(component)?)?;
        let command = command.instantiate_async(&mut *store).await?;
        store
            .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
            .await?
    }

    fn proxy(engine: &Engine, component: &Component) -> Result<ProxyPre<State>> {
        let pre = linker(engine)?.instantiate_pre(component)?;
        Ok(ProxyPre::P3(ServicePre::new(pre)?))
    }
}

fn main() -> ExitCode {
    http_host::main::<P3>()
}
