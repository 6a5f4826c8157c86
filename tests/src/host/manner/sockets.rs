//! Sockets, and the names of hosts.

use super::turns::Turns;
use super::{Manner, stream};
use crate::State;
use wasmtime::component::{Access, Accessor, Linker, Resource, StreamReader};
use wasmtime::{AsContextMut as _, Result, StoreContextMut};
use wasmtime_wasi::p3::bindings::sockets::ip_name_lookup;
use wasmtime_wasi::p3::bindings::sockets::types::{
    ErrorCode, HostTcpSocketWithStore, HostUdpSocketWithStore, IpSocketAddress,
};
use wasmtime_wasi::sockets::{TcpSocket, UdpSocket, WasiSockets, WasiSocketsView as _};

pub fn add_to_linker(manner: &Manner, linker: &mut Linker<State>) -> Result<()> {
    let mut types = linker.instance("wasi:sockets/types@0.3.0")?;
    let own = manner.clone();
    types.func_wrap(
        "[method]tcp-socket.send",
        move |mut store: StoreContextMut<'_, State>,
              (socket, items): (Resource<TcpSocket>, StreamReader<u8>)| {
            let (mut items, end) = stream::pass_on(&own, &mut store, items)?;
            if own.fails() {
                items.close(&mut store)?;
                return Ok((stream::failure_of(store, ErrorCode::ConnectionReset)?,));
            }
            let access = Access::<_, WasiSockets>::new(store.as_context_mut(), State::sockets);
            let result =
                <WasiSockets as HostTcpSocketWithStore<State>>::send(access, socket, items)?;
            let result = stream::result(&own, &mut store, result, end, ErrorCode::ConnectionReset)?;
            Ok((result,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[method]tcp-socket.receive",
        move |mut store: StoreContextMut<'_, State>, (socket,): (Resource<TcpSocket>,)| {
            if own.fails() {
                return Ok((stream::failed(store, ErrorCode::ConnectionReset)?,));
            }
            let access = Access::<_, WasiSockets>::new(store.as_context_mut(), State::sockets);
            let (items, result) =
                <WasiSockets as HostTcpSocketWithStore<State>>::receive(access, socket)?;
            let (items, end) = stream::pass_on(&own, &mut store, items)?;
            let result = stream::result(&own, &mut store, result, end, ErrorCode::ConnectionReset)?;
            Ok(((items, result),))
        },
    )?;
    let own = manner.clone();
    types.func_wrap_async(
        "[method]tcp-socket.listen",
        move |mut store: StoreContextMut<'_, State>, (socket,): (Resource<TcpSocket>,)| {
            let own = own.clone();
            Box::new(async move {
                if own.fails() {
                    return Ok((Err(ErrorCode::AddressInUse),));
                }
                let access = Access::<_, WasiSockets>::new(store.as_context_mut(), State::sockets);
                let listening =
                    <WasiSockets as HostTcpSocketWithStore<State>>::listen(access, socket);
                Ok((match listening.await {
                    Ok(connections) => Ok(stream::pass_on(&own, store, connections)?.0),
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
