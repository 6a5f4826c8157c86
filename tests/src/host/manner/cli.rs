//! The standard streams.

use super::Manner;
use super::stream::{self, Store};
use crate::State;
use wasmtime::Result;
use wasmtime::component::{Access, Linker, StreamReader};
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::p3::bindings::cli::types::ErrorCode;
use wasmtime_wasi::p3::bindings::cli::{stderr, stdin, stdout};

pub fn add_to_linker(manner: &Manner, linker: &mut Linker<State>) -> Result<()> {
    let own = manner.clone();
    let mut interface = linker.instance("wasi:cli/stdin@0.3.0")?;
    interface.func_wrap("read-via-stream", move |store: Store<'_>, (): ()| {
        let given = stream::given(&own, store, ErrorCode::Io, |store| {
            stdin::HostWithStore::read_via_stream(access(store))
        });
        Ok((given?,))
    })?;
    let own = manner.clone();
    linker.instance("wasi:cli/stdout@0.3.0")?.func_wrap(
        "write-via-stream",
        move |store: Store<'_>, (items,): (StreamReader<u8>,)| {
            let taken = stream::taken(&own, store, items, ErrorCode::Io, |store, items| {
                stdout::HostWithStore::write_via_stream(access(store), items)
            });
            Ok((taken?,))
        },
    )?;
    let own = manner.clone();
    linker.instance("wasi:cli/stderr@0.3.0")?.func_wrap(
        "write-via-stream",
        move |store: Store<'_>, (items,): (StreamReader<u8>,)| {
            let taken = stream::taken(&own, store, items, ErrorCode::Io, |store, items| {
                stderr::HostWithStore::write_via_stream(access(store), items)
            });
            Ok((taken?,))
        },
    )
}

fn access(store: Store<'_>) -> Access<'_, State, WasiCli> {
    Access::<_, WasiCli>::new(store, State::cli)
}
