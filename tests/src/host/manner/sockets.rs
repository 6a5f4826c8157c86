//! Sockets, and the names of hosts.

use super::Manner;
use super::stream::{self, Store};
use super::turns::Turns;
use crate::State;
use wasmtime::component::{Access, Accessor, Linker, Resource, StreamReader};
use wasmtime::{AsContextMut as _, Result};
use wasmtime_wasi::p3::bindings::sockets::ip_name_lookup;
use wasmtime_wasi::p3::bindings::sockets::types::{
    ErrorCode, HostTcpSocketWithStore, HostUdpSocketWithStore, IpSocketAddress,
};
use wasmtime_wasi::sockets::{TcpSocket, UdpSocket, WasiSockets, WasiSocketsView as _};

/// The failure of a connection.
const RESET: ErrorCode = ErrorCode::ConnectionReset;

pub fn add_to_linker(manner: &Manner, linker: &mut Linker<State>) -> Result<()> {
    let mut types = linker.instance("wasi:sockets/types@0.3.0")?;
    let own = manner.clone();
    types.func_wrap(
        "[method]tcp-socket.send",
        move |store: Store<'_>, (socket, items): (Resource<TcpSocket>, StreamReader<u8>)| {
            let taken = stream::taken(&own, store, items, RESET, |store, items| {
                HostTcpSocketWithStore::send(access(store), socket, items)
            });
            Ok((taken?,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[method]tcp-socket.receive",
        move |store: Store<'_>, (socket,): (Resource<TcpSocket>,)| {
            let given = stream::given(&own, store, RESET, |store| {
                HostTcpSocketWithStore::receive(access(store), socket)
            });
            Ok((given?,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap_async(
        "[method]tcp-socket.listen",
        move |mut store: Store<'_>, (socket,): (Resource<TcpSocket>,)| {
            let own = own.clone();
            Box::new(async move {
                if own.fails() {
                    return Ok((Err(ErrorCode::AddressInUse),));
                }
                let access = access(store.as_context_mut());
                let listening = HostTcpSocketWithStore::listen(access, socket);
                Ok((match listening.await {
                    Ok(connections) => Ok(stream::pass_on(&own.of_few(), store, connections)?.0),
                    Err(error) => Err(error.downcast()?),
                },))
            })
        },
    )?;
    slow! {
        manner, types, WasiSockets, State::sockets, ErrorCode::Timeout;
        "[method]tcp-socket.connect" => HostTcpSocketWithStore::connect(
            socket: Resource<TcpSocket>, address: IpSocketAddress);
        "[method]udp-socket.send" => HostUdpSocketWithStore::send(
            socket: Resource<UdpSocket>, data: Vec<u8>, address: Option<IpSocketAddress>);
        "[method]udp-socket.receive" => HostUdpSocketWithStore::receive(socket: Resource<UdpSocket>);
    }
    let own = manner.clone();
    linker
        .instance("wasi:sockets/ip-name-lookup@0.3.0")?
        .func_wrap_concurrent(
            "resolve-addresses",
            move |store: &Accessor<State>, (name,): (String,)| {
                let own = own.clone();
                Box::pin(async move {
                    Turns(own.next_turns()).await;
                    if own.fails() {
                        let failure = ip_name_lookup::ErrorCode::TemporaryResolverFailure;
                        return Ok((Err(failure),));
                    }
                    let store = store.with_getter::<WasiSockets>(State::sockets);
                    let answer =
                        <WasiSockets as ip_name_lookup::HostWithStore<State>>::resolve_addresses(
                            &store, name,
                        );
                    Ok((answer.await?,))
                })
            },
        )
}

fn access(store: Store<'_>) -> Access<'_, State, WasiSockets> {
    Access::<_, WasiSockets>::new(store, State::sockets)
}
