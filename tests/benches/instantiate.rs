//! The time that it takes to instantiate a compiled component.

use std::path::Path;
use std::time::Instant;
use wasi_uplift_tests::State;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtx;

const TIMES: u32 = 500;

/// Returns the nanoseconds that one instantiation takes.
pub fn measure(component: &Path, is_native: bool) -> f64 {
    let engine = Engine::default();
    let component = Component::from_file(&engine, component).expect("the component is valid");
    let mut linker = Linker::<State>::new(&engine);
    let linked = match is_native {
        true => wasmtime_wasi::p2::add_to_linker_async(&mut linker),
        false => wasmtime_wasi::p3::add_to_linker(&mut linker),
    };
    linked.expect("the host is complete");
    let component = linker.instantiate_pre(&component);
    let component = component.expect("the host has what it imports");
    let runtime = tokio::runtime::Runtime::new().expect("starting a runtime");
    runtime.block_on(async {
        let start = Instant::now();
        for _ in 0..TIMES {
            let state = State::new(WasiCtx::builder().build());
            let mut store = Store::new(&engine, state);
            let instance = component.instantiate_async(&mut store).await;
            instance.expect("nothing runs that could fail");
        }
        start.elapsed().as_nanos() as f64 / f64::from(TIMES)
    })
}
