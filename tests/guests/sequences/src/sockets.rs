//! `wasi:sockets`.

use crate::operation::Operation;
use crate::show::Show;
use crate::table::Resource;
use crate::wait;
use crate::wasi::sockets::instance_network::instance_network;
use crate::wasi::sockets::ip_name_lookup::{ResolveAddressStream, resolve_addresses};
use crate::wasi::sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
};
use crate::wasi::sockets::tcp::TcpSocket;
use crate::wasi::sockets::tcp_create_socket::create_tcp_socket;
use crate::wasi::sockets::udp::{
    IncomingDatagram, IncomingDatagramStream, OutgoingDatagram, OutgoingDatagramStream, UdpSocket,
};
use crate::wasi::sockets::udp_create_socket::create_udp_socket;
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Makes an operation, if it is one of these.
pub fn call(o: &Operation) -> Option<String> {
    of_tcp(o).or_else(|| of_udp(o)).or_else(|| of_lookup(o))
}

fn of_tcp(o: &Operation) -> Option<String> {
    if let Some(name) = o.name.strip_prefix("tcp-") {
        let socket = o.parent::<TcpSocket>()?;
        let s = &socket;
        return match name {
            "start-bind" => o.show(s.start_bind(&instance_network(), address(o)?)),
            "finish-bind" => o.show(s.finish_bind()),
            "start-connect" => o.show(s.start_connect(&instance_network(), address(o)?)),
            "finish-connect" => o.show(insist(|| s.finish_connect(), || s.subscribe())),
            "connect" => {
                let started = s.start_connect(&instance_network(), address(o)?);
                let finished =
                    started.and_then(|()| insist(|| s.finish_connect(), || s.subscribe()));
                o.show(finished)
            }
            "start-listen" => o.show(s.start_listen()),
            "finish-listen" => o.show(s.finish_listen()),
            "accept" => {
                let accepted = insist(|| s.accept(), || s.subscribe());
                o.show(accepted.map(|(socket, input, output)| {
                    // Its streams are not the listener's.
                    let parent = o.keep_parent(socket);
                    o.keep_under(input, parent.clone());
                    o.keep_under(output, parent);
                }))
            }
            "local-address" => o.show(s.local_address()),
            "remote-address" => o.show(s.remote_address()),
            "is-listening" => o.show(s.is_listening()),
            "address-family" => o.show(s.address_family()),
            "set-listen-backlog-size" => o.show(s.set_listen_backlog_size(o.arg())),
            "keep-alive-enabled" => o.show(s.keep_alive_enabled()),
            "set-keep-alive-enabled" => o.show(s.set_keep_alive_enabled(o.arg())),
            "keep-alive-idle-time" => o.show(s.keep_alive_idle_time()),
            "set-keep-alive-idle-time" => o.show(s.set_keep_alive_idle_time(o.arg())),
            "keep-alive-interval" => o.show(s.keep_alive_interval()),
            "set-keep-alive-interval" => o.show(s.set_keep_alive_interval(o.arg())),
            "keep-alive-count" => o.show(s.keep_alive_count()),
            "set-keep-alive-count" => o.show(s.set_keep_alive_count(o.arg())),
            "hop-limit" => o.show(s.hop_limit()),
            "set-hop-limit" => o.show(s.set_hop_limit(o.arg())),
            "receive-buffer-size" => o.show(s.receive_buffer_size()),
            "set-receive-buffer-size" => o.show(s.set_receive_buffer_size(o.arg())),
            "send-buffer-size" => o.show(s.send_buffer_size()),
            "set-send-buffer-size" => o.show(s.set_send_buffer_size(o.arg())),
            "subscribe" => o.show(s.subscribe()),
            "shutdown" => o.show(s.shutdown(o.arg())),
            _ => None,
        };
    }
    match o.name {
        "create-tcp-socket" => o.show(create_tcp_socket(o.arg())),
        "drop-tcp" => o.drop::<TcpSocket>(),
        _ => None,
    }
}

fn of_udp(o: &Operation) -> Option<String> {
    if let Some(name) = o.name.strip_prefix("udp-") {
        let socket = o.parent::<UdpSocket>()?;
        let s = &socket;
        return match name {
            "start-bind" => o.show(s.start_bind(&instance_network(), address(o)?)),
            "finish-bind" => o.show(s.finish_bind()),
            "stream" => o.show(s.stream(peer(o)?)),
            "local-address" => o.show(s.local_address()),
            "remote-address" => o.show(s.remote_address()),
            "address-family" => o.show(s.address_family()),
            "unicast-hop-limit" => o.show(s.unicast_hop_limit()),
            "set-unicast-hop-limit" => o.show(s.set_unicast_hop_limit(o.arg())),
            "receive-buffer-size" => o.show(s.receive_buffer_size()),
            "set-receive-buffer-size" => o.show(s.set_receive_buffer_size(o.arg())),
            "send-buffer-size" => o.show(s.send_buffer_size()),
            "set-send-buffer-size" => o.show(s.set_send_buffer_size(o.arg())),
            "subscribe" => o.show(s.subscribe()),
            _ => None,
        };
    }
    match o.name {
        "create-udp-socket" => o.show(create_udp_socket(o.arg())),
        "drop-udp" => o.drop::<UdpSocket>(),
        "receive" => {
            let stream = o.handle::<IncomingDatagramStream>()?;
            o.show(receive(&stream, o.arg()))
        }
        "subscribe-incoming" => {
            let stream = o.parent::<IncomingDatagramStream>()?;
            o.show(stream.subscribe())
        }
        "drop-incoming" => o.drop::<IncomingDatagramStream>(),
        "check-send" => {
            let stream = o.handle::<OutgoingDatagramStream>()?;
            o.show(permit(&stream).map(|permit| permit > 0))
        }
        "send" => {
            let stream = o.handle::<OutgoingDatagramStream>()?;
            let datagrams = datagrams(o)?;
            o.show(permit(&stream).and_then(|_| stream.send(&datagrams)))
        }
        "send-unasked" => {
            let stream = o.handle::<OutgoingDatagramStream>()?;
            o.show(stream.send(&datagrams(o)?))
        }
        "subscribe-outgoing" => {
            let stream = o.parent::<OutgoingDatagramStream>()?;
            o.show(stream.subscribe())
        }
        "drop-outgoing" => o.drop::<OutgoingDatagramStream>(),
        _ => None,
    }
}

fn of_lookup(o: &Operation) -> Option<String> {
    match o.name {
        "resolve-addresses" => {
            let name: String = o.arg();
            o.show(resolve_addresses(&instance_network(), &name))
        }
        "resolve-next-address" => {
            let stream = o.handle::<ResolveAddressStream>()?;
            let next = insist(|| stream.resolve_next_address(), || stream.subscribe());
            o.show(next)
        }
        "subscribe-resolve" => {
            let stream = o.parent::<ResolveAddressStream>()?;
            o.show(stream.subscribe())
        }
        "drop-resolve" => o.drop::<ResolveAddressStream>(),
        _ => None,
    }
}

/// How often a call is repeated. A socket of which the guest has not heard that it listens is ready,
/// and accepting a connection would block all the same.
const REPEATS: usize = 100;

/// Repeats a call as long as it would block, and something happens.
fn insist<T>(
    call: impl Fn() -> Result<T, ErrorCode>,
    subscribe: impl Fn() -> crate::wasi::io::poll::Pollable,
) -> Result<T, ErrorCode> {
    for _ in 0..REPEATS {
        match call() {
            Err(ErrorCode::WouldBlock) if wait::one(&subscribe()) => {}
            result => return result,
        }
    }
    call()
}

/// Receives so many datagrams, or those that come.
fn receive(stream: &IncomingDatagramStream, most: u64) -> Result<Vec<IncomingDatagram>, ErrorCode> {
    let mut received = Vec::new();
    loop {
        let some = stream.receive(most - received.len() as u64)?;
        let is_none = some.is_empty();
        received.extend(some);
        if received.len() as u64 == most || is_none && !wait::one(&stream.subscribe()) {
            return Ok(received);
        }
    }
}

/// Waits for a permit.
fn permit(stream: &OutgoingDatagramStream) -> Result<u64, ErrorCode> {
    loop {
        let permit = stream.check_send()?;
        if permit > 0 || !wait::one(&stream.subscribe()) {
            return Ok(permit);
        }
    }
}

/// Returns the datagrams that the remaining arguments say: for each its data and its peer.
fn datagrams(o: &Operation) -> Option<Vec<OutgoingDatagram>> {
    let mut datagrams = Vec::new();
    while let Some(data) = o.next_arg() {
        datagrams.push(OutgoingDatagram {
            data,
            remote_address: peer(o)?,
        });
    }
    Some(datagrams)
}

/// Returns the address that is the next argument, if it isn't `none`.
fn peer(o: &Operation) -> Option<Option<IpSocketAddress>> {
    match o.word()? {
        "none" => Some(None),
        word => parse_address(word).map(Some),
    }
}

/// Returns the address that is the next argument.
fn address(o: &Operation) -> Option<IpSocketAddress> {
    parse_address(o.word()?)
}

/// Parses an address, or returns that of the socket `tcpN` or `udpN`.
fn parse_address(word: &str) -> Option<IpSocketAddress> {
    if let Some(slot) = word.strip_prefix("tcp") {
        return TcpSocket::get(slot.parse().ok()?)?.local_address().ok();
    }
    if let Some(slot) = word.strip_prefix("udp") {
        return UdpSocket::get(slot.parse().ok()?)?.local_address().ok();
    }
    let address: SocketAddr = word.parse().expect("an address");
    let port = address.port();
    Some(match address.ip() {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            let address = (a, b, c, d);
            IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address })
        }
        IpAddr::V6(ip) => {
            let [a, b, c, d, e, f, g, h] = ip.segments();
            IpSocketAddress::Ipv6(Ipv6SocketAddress {
                port,
                flow_info: 0,
                address: (a, b, c, d, e, f, g, h),
                scope_id: 0,
            })
        }
    })
}

impl Show for ErrorCode {
    fn show(self, _: &Operation) -> String {
        self.name().into()
    }
}

impl Show for IpAddressFamily {
    fn show(self, _: &Operation) -> String {
        format!("{self:?}")
    }
}

impl Show for IpAddress {
    fn show(self, _: &Operation) -> String {
        match self {
            Self::Ipv4((a, b, c, d)) => Ipv4Addr::new(a, b, c, d).to_string(),
            Self::Ipv6((a, b, c, d, e, f, g, h)) => {
                Ipv6Addr::new(a, b, c, d, e, f, g, h).to_string()
            }
        }
    }
}

impl Show for IpSocketAddress {
    fn show(self, o: &Operation) -> String {
        match self {
            Self::Ipv4(v4) => {
                let ip = IpAddress::Ipv4(v4.address).show(o);
                format!("{ip}:{}", port(v4.port))
            }
            Self::Ipv6(v6) => {
                let ip = IpAddress::Ipv6(v6.address).show(o);
                let (flow, scope) = (v6.flow_info, v6.scope_id);
                format!("[{ip}]:{} {flow} {scope}", port(v6.port))
            }
        }
    }
}

impl Show for Vec<IncomingDatagram> {
    fn show(self, o: &Operation) -> String {
        let each = self.into_iter().map(|datagram| {
            let from = datagram.remote_address.show(o);
            format!("{} from {from}", datagram.data.show(o))
        });
        format!("[{}]", each.collect::<Vec<_>>().join(", "))
    }
}

/// Returns a port's name: those that the host chose are numbered in the order in which they are seen.
fn port(port: u16) -> String {
    thread_local!(static SEEN: RefCell<Vec<u16>> = const { RefCell::new(Vec::new()) });
    if port < 1024 {
        return port.to_string();
    }
    SEEN.with_borrow_mut(|seen| {
        let known = seen.iter().position(|known| *known == port);
        let index = known.unwrap_or_else(|| {
            seen.push(port);
            seen.len() - 1
        });
        format!("port-{index}")
    })
}
