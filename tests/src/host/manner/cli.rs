//! The standard streams.

use super::{Manner, stream};
use crate::State;
use wasmtime::component::{Access, Linker, StreamReader};
use wasmtime::{AsContextMut as _, Result, StoreContextMut};
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::p3::bindings::cli::types::ErrorCode;
use wasmtime_wasi::p3::bindings::cli::{stderr, stdin, stdout};

pub fn add_to_linker(manner: &Manner, linker: &mut Linker<State>) -> Result<()> {
    let own = manner.clone();
    let mut interface = linker.instance("wasi:cli/stdin@0.3.0")?;
    interface.func_wrap(
        "read-via-stream",
        move |mut store: StoreContextMut<'_, State>, (): ()| {
            if own.fails() {
                return Ok((stream::failed(store, ErrorCode::Io)?,));
            }
            let access = Access::<_, WasiCli>::new(store.as_context_mut(), State::cli);
            let (items, result) =
                <WasiCli as stdin::HostWithStore<State>>::read_via_stream(access)?;
            let (items, end) = stream::pass_on(&own, &mut store, items)?;
            let result = stream::result(&own, &mut store, result, end, ErrorCode::Io)?;
            Ok(((items, result),))
        },
    )?;
    // Both are alike but for their names.
    macro_rules! output {
        ($name:literal, $interface:ident) => {
            let own = manner.clone();
            linker.instance($name)?.func_wrap(
                "write-via-stream",
                move |mut store: StoreContextMut<'_, State>, (items,): (StreamReader<u8>,)| {
                    let (mut items, end) = stream::pass_on(&own, &mut store, items)?;
                    if own.fails() {
                        items.close(&mut store)?;
                        return Ok((stream::failure_of(store, ErrorCode::Io)?,));
                    }
                    let access = Access::<_, WasiCli>::new(store.as_context_mut(), State::cli);
                    let result = <WasiCli as $interface::HostWithStore<State>>::write_via_stream(
                        access, items,
                    )?;
                    Ok((stream::result(
                        &own,
                        &mut store,
                        result,
                        end,
                        ErrorCode::Io,
                    )?,))
                },
            )?;
        };
    }
    output!("wasi:cli/stdout@0.3.0", stdout);
    output!("wasi:cli/stderr@0.3.0", stderr);
    Ok(())
}
