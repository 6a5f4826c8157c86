//! The reference: a host that ships WASI 0.2 and `wasi:http` of WASI 0.2.

#[path = "http.rs"]
mod http_host;

use http_host::{Host, State};
use std::process::ExitCode;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi_http::handler::ProxyPre;

struct P2;

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}

impl Host for P2 {
    async fn run(
        engine: &Engine,
        component: &Component,
        store: &mut Store<State>,
    ) -> Result<Result<(), ()>> {
        let command = CommandPre::new(linker(engine)?.instantiate_pre(component)?)?;
        let command = command.instantiate_async(&mut *store).await?;
        command.wasi_cli_run().call_run(store).await
    }

    fn proxy(engine: &Engine, component: &Component) -> Result<ProxyPre<State>> {
        let pre = linker(engine)?.instantiate_pre(component)?;
        Ok(ProxyPre::P2(
            wasmtime_wasi_http::p2::bindings::ProxyPre::new(pre)?,
        ))
    }
}

fn main() -> ExitCode {
    http_host::main::<P2>()
}
