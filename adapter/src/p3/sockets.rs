//! `wasi:sockets` of WASI 0.3.
//!
//! Everything here is called in its raw form. Most results are an error code or nothing, of which
//! the bindings would make a type that owns memory.

use super::{Code, Completion, Ended, Failure, Sink, Source};
use crate::bindings::wasi::sockets0_3_0::types as bindings;
use crate::canon::{Area, At, Call, Event};
use crate::op::{Future, Lift, Read, Reader, Started, Subtask, Writer};
use crate::raw::{sockets_ip_name_lookup, sockets_types as raw};
use crate::reactor::Waiter;
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::vec::Vec;

pub use bindings::{
    IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
};
pub use raw::Code as ErrorCode;
pub use sockets_ip_name_lookup::Code as LookupErrorCode;

/// The memory of a result, whatever it is of.
type Results = Area<48>;

/// Takes the error of a result, if it is one.
#[inline(never)]
fn check(results: &mut Results, error: usize, detail: At<Option<String>>) -> Result<(), ErrorCode> {
    if results.u8(0) == 0 {
        return Ok(());
    }
    let code = ErrorCode::of_case(results.u8(error));
    if code == ErrorCode::Other {
        drop(results.take_option(detail));
    }
    Err(code)
}

/// [Checks](check) the results of a function.
macro_rules! check {
    ($results:expr, $function:ident) => {
        check($results, $function::ERR, $function::ERR_OTHER)
    };
}

impl From<Area<20>> for Ended {
    /// Takes the value of the future that tells how a connection's stream ended.
    #[inline(never)]
    fn from(mut result: Area<20>) -> Self {
        use raw::tcp_socket_receive::completion;
        if result.u8(0) == 0 {
            return Ended::Closed(None);
        }
        match ErrorCode::of_case(result.u8(completion::ERR)) {
            // The peer is gone, which WASI 0.2 calls closed.
            ErrorCode::ConnectionBroken => Ended::Closed(None),
            code => Ended::Failed(Failure {
                reason: code.name(),
                detail: (code == ErrorCode::Other)
                    .then(|| result.take_option(completion::ERR_OTHER))
                    .flatten(),
                code: Code::Sockets(code),
            }),
        }
    }
}

/// An address as it is passed: the fields of the cases laid over one another.
type Flat = (u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32);

fn flat(address: &IpSocketAddress) -> Flat {
    match *address {
        IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: a }) => {
            let (port, a, b, c, d) = (port.into(), a.0.into(), a.1.into(), a.2.into(), a.3.into());
            (0, port, a, b, c, d, 0, 0, 0, 0, 0, 0)
        }
        IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port,
            flow_info,
            address: a,
            scope_id,
        }) => (
            1,
            port.into(),
            flow_info,
            a.0.into(),
            a.1.into(),
            a.2.into(),
            a.3.into(),
            a.4.into(),
            a.5.into(),
            a.6.into(),
            a.7.into(),
            scope_id,
        ),
    }
}

/// The positions of the parts of an `ip-socket-address` in memory.
mod address {
    use crate::raw::sockets_types::tcp_socket_connect::*;

    const BASE: usize = PARAM_REMOTE_ADDRESS;
    pub const V4_PORT: usize = PARAM_REMOTE_ADDRESS_IPV4_PORT - BASE;
    pub const V4_ADDRESS: usize = PARAM_REMOTE_ADDRESS_IPV4_ADDRESS_0 - BASE;
    pub const V6_PORT: usize = PARAM_REMOTE_ADDRESS_IPV6_PORT - BASE;
    pub const V6_FLOW_INFO: usize = PARAM_REMOTE_ADDRESS_IPV6_FLOW_INFO - BASE;
    pub const V6_ADDRESS: usize = PARAM_REMOTE_ADDRESS_IPV6_ADDRESS_0 - BASE;
    pub const V6_SCOPE_ID: usize = PARAM_REMOTE_ADDRESS_IPV6_SCOPE_ID - BASE;
}

/// Writes an address.
#[inline(never)]
fn store(address: &IpSocketAddress, to: &mut Results, at: usize) {
    match *address {
        IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: a }) => {
            to.put(at, [0]);
            to.put(at + address::V4_PORT, port.to_le_bytes());
            to.put(at + address::V4_ADDRESS, [a.0, a.1, a.2, a.3]);
        }
        IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port,
            flow_info,
            address: a,
            scope_id,
        }) => {
            to.put(at, [1]);
            to.put(at + address::V6_PORT, port.to_le_bytes());
            to.put(at + address::V6_FLOW_INFO, flow_info.to_le_bytes());
            for (n, part) in [a.0, a.1, a.2, a.3, a.4, a.5, a.6, a.7].iter().enumerate() {
                to.put(at + address::V6_ADDRESS + 2 * n, part.to_le_bytes());
            }
            to.put(at + address::V6_SCOPE_ID, scope_id.to_le_bytes());
        }
    }
}

/// Reads an address.
#[inline(never)]
fn load(from: &Results, at: usize) -> IpSocketAddress {
    if from.u8(at) == 0 {
        let octet = |n: usize| from.u8(at + address::V4_ADDRESS + n);
        IpSocketAddress::Ipv4(Ipv4SocketAddress {
            port: from.u16(at + address::V4_PORT),
            address: (octet(0), octet(1), octet(2), octet(3)),
        })
    } else {
        let part = |n: usize| from.u16(at + address::V6_ADDRESS + 2 * n);
        IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port: from.u16(at + address::V6_PORT),
            flow_info: from.u32(at + address::V6_FLOW_INFO),
            address: (
                part(0),
                part(1),
                part(2),
                part(3),
                part(4),
                part(5),
                part(6),
                part(7),
            ),
            scope_id: from.u32(at + address::V6_SCOPE_ID),
        })
    }
}

/// Takes the address of a result.
#[inline(never)]
fn address(
    results: &mut Results,
    error: usize,
    detail: At<Option<String>>,
    address: usize,
) -> Result<IpSocketAddress, ErrorCode> {
    check(results, error, detail)?;
    Ok(load(results, address))
}

/// Defines functions of a socket, by the functions of WASI 0.3 that they call.
macro_rules! functions {
    () => {};
    (fn $name:ident: $function:ident($address:ident); $( $rest:tt )*) => {
        pub fn $name(&self, address: &IpSocketAddress) -> Result<(), ErrorCode> {
            use raw::$function as function;
            let mut results = function::call(self.0.handle(), flat(address));
            check!(&mut results, function)
        }

        functions! { $( $rest )* }
    };
    (fn $name:ident: $function:ident -> address; $( $rest:tt )*) => {
        pub fn $name(&self) -> Result<IpSocketAddress, ErrorCode> {
            use raw::$function as function;
            let mut results = function::call(self.0.handle());
            address(&mut results, function::ERR, function::ERR_OTHER, function::OK)
        }

        functions! { $( $rest )* }
    };
    (get $name:ident: $function:ident -> $ty:ident; $( $rest:tt )*) => {
        pub fn $name(&self) -> Result<$ty, ErrorCode> {
            use raw::$function as function;
            let mut results = function::call(self.0.handle());
            check!(&mut results, function)?;
            Ok(functions!(@read results, function::OK, $ty))
        }

        functions! { $( $rest )* }
    };
    (set $name:ident: $function:ident($ty:ident); $( $rest:tt )*) => {
        pub fn $name(&self, value: $ty) -> Result<(), ErrorCode> {
            use raw::$function as function;
            let mut results = function::call(self.0.handle(), value.into());
            check!(&mut results, function)
        }

        functions! { $( $rest )* }
    };
    (@read $results:ident, $at:expr, bool) => { $results.u8($at) != 0 };
    (@read $results:ident, $at:expr, u8) => { $results.u8($at) };
    (@read $results:ident, $at:expr, u32) => { $results.u32($at) };
    (@read $results:ident, $at:expr, u64) => { $results.u64($at) };
}

fn family_case(family: IpAddressFamily) -> u32 {
    match family {
        IpAddressFamily::Ipv4 => 0,
        IpAddressFamily::Ipv6 => 1,
    }
}

/// A `tcp-socket`.
pub struct TcpSocket(bindings::TcpSocket);

impl TcpSocket {
    pub fn create(family: IpAddressFamily) -> Result<Self, ErrorCode> {
        use raw::tcp_socket_create as function;
        let mut results = function::call(family_case(family));
        check!(&mut results, function)?;
        Ok(TcpSocket(results.take(function::OK)))
    }

    /// Starts to connect. The call borrows the socket, which therefore lives as long.
    pub fn connect(
        self: &Rc<Self>,
        address: &IpSocketAddress,
    ) -> Started<Result<(), ErrorCode>, Subtask<Connect>> {
        use raw::tcp_socket_connect as function;
        let mut call = Call::new(Connecting(self.clone()));
        let params = call.params();
        params.put(function::PARAM_SELF, self.0.handle().to_le_bytes());
        store(address, params, function::PARAM_REMOTE_ADDRESS);
        Subtask::of(function::FUNCTION.start(call))
    }

    pub fn listen(&self) -> Result<Listener, ErrorCode> {
        use raw::tcp_socket_listen as function;
        let mut results = function::call(self.0.handle());
        check!(&mut results, function)?;
        let stream = results.u32(function::OK);
        Ok(Listener {
            connections: Reader::new(&function::STREAM_0_READABLE, stream),
            has_ended: false,
        })
    }

    pub fn send(&self) -> Sink {
        use raw::tcp_socket_send as function;
        static COMPLETION: Completion = function::future_1_readable();
        let (reader, writer) = function::stream_0_new();
        let completion = function::call(self.0.handle(), reader);
        (
            Writer::new(&function::STREAM_0_WRITABLE, writer),
            Future::new(&COMPLETION, completion),
        )
    }

    pub fn receive(&self) -> Source {
        use raw::tcp_socket_receive as function;
        static COMPLETION: Completion = function::future_1_readable();
        let ends = function::call(self.0.handle());
        (
            Reader::new(&function::STREAM_0_READABLE, ends.u32(function::RESULT_0)),
            Future::new(&COMPLETION, ends.u32(function::RESULT_1)),
        )
    }

    functions! {
        fn bind: tcp_socket_bind(address);
        fn local_address: tcp_socket_get_local_address -> address;
        fn remote_address: tcp_socket_get_remote_address -> address;
        set set_listen_backlog_size: tcp_socket_set_listen_backlog_size(u64);
        get keep_alive_enabled: tcp_socket_get_keep_alive_enabled -> bool;
        set set_keep_alive_enabled: tcp_socket_set_keep_alive_enabled(bool);
        get keep_alive_idle_time: tcp_socket_get_keep_alive_idle_time -> u64;
        set set_keep_alive_idle_time: tcp_socket_set_keep_alive_idle_time(u64);
        get keep_alive_interval: tcp_socket_get_keep_alive_interval -> u64;
        set set_keep_alive_interval: tcp_socket_set_keep_alive_interval(u64);
        get keep_alive_count: tcp_socket_get_keep_alive_count -> u32;
        set set_keep_alive_count: tcp_socket_set_keep_alive_count(u32);
        get hop_limit: tcp_socket_get_hop_limit -> u8;
        set set_hop_limit: tcp_socket_set_hop_limit(u8);
        get receive_buffer_size: tcp_socket_get_receive_buffer_size -> u64;
        set set_receive_buffer_size: tcp_socket_set_receive_buffer_size(u64);
        get send_buffer_size: tcp_socket_get_send_buffer_size -> u64;
        set set_send_buffer_size: tcp_socket_set_send_buffer_size(u64);
    }
}

/// A socket that a call of `connect` borrows.
pub struct Connecting(#[expect(dead_code, reason = "kept for as long as the call")] Rc<TcpSocket>);

/// A call of `connect`.
pub type Connect = Box<Call<Connecting>>;

impl Lift for Connect {
    type Output = Result<(), ErrorCode>;

    #[inline(never)]
    fn lift(mut self) -> Self::Output {
        use raw::tcp_socket_connect as function;
        check!(self.results(), function)
    }
}

/// The connections that a listening socket accepts.
pub struct Listener {
    connections: Reader<bindings::TcpSocket>,
    has_ended: bool,
}

impl Listener {
    pub fn is_pending(&self) -> bool {
        self.connections.is_pending()
    }

    /// Returns `true` if no more connections come: the host has met a fatal error.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Waits for a connection. Without one `owner` gets an event when there is one. Not to be asked
    /// after the end.
    pub fn start(&mut self, owner: &Weak<impl Waiter>) -> Option<TcpSocket> {
        let read = self.connections.start(Vec::new(), 1, owner)?;
        self.taken(read)
    }

    /// Takes the connection that was waited for.
    pub fn finish(&mut self, event: Event) -> Option<TcpSocket> {
        let read = self.connections.finish(event);
        self.taken(read)
    }

    fn taken(&mut self, mut read: Read<bindings::TcpSocket>) -> Option<TcpSocket> {
        self.has_ended = read.is_last;
        read.elements.pop().map(TcpSocket)
    }
}

/// A `udp-socket`.
pub struct UdpSocket(bindings::UdpSocket);

/// A datagram, and the address that it comes from.
pub type Datagram = (Vec<u8>, IpSocketAddress);

impl UdpSocket {
    pub fn create(family: IpAddressFamily) -> Result<Self, ErrorCode> {
        use raw::udp_socket_create as function;
        let mut results = function::call(family_case(family));
        check!(&mut results, function)?;
        Ok(UdpSocket(results.take(function::OK)))
    }

    pub fn disconnect(&self) -> Result<(), ErrorCode> {
        use raw::udp_socket_disconnect as function;
        let mut results = function::call(self.0.handle());
        check!(&mut results, function)
    }

    /// Starts to send. The call borrows the socket, which therefore lives as long.
    pub fn send(
        self: &Rc<Self>,
        data: Vec<u8>,
        to: Option<&IpSocketAddress>,
    ) -> Started<Result<(), ErrorCode>, Subtask<Send>> {
        use raw::udp_socket_send as function;
        let mut call = Call::new(Sending(self.clone()));
        call.put_bytes(function::PARAM_DATA, data);
        let params = call.params();
        params.put(function::PARAM_SELF, self.0.handle().to_le_bytes());
        if let Some(to) = to {
            params.put(function::PARAM_REMOTE_ADDRESS, [1]);
            store(to, params, function::PARAM_REMOTE_ADDRESS_SOME);
        }
        Subtask::of(function::FUNCTION.start(call))
    }

    /// Starts to receive. The call borrows the socket, which therefore lives as long.
    pub fn receive(self: &Rc<Self>) -> Started<Result<Datagram, ErrorCode>, Subtask<Receive>> {
        use raw::udp_socket_receive as function;
        let mut call = Call::new(Receiving(self.clone()));
        let params = call.params();
        params.put(function::PARAM_SELF, self.0.handle().to_le_bytes());
        Subtask::of(function::FUNCTION.start(call))
    }

    functions! {
        fn bind: udp_socket_bind(address);
        fn connect: udp_socket_connect(address);
        fn local_address: udp_socket_get_local_address -> address;
        fn remote_address: udp_socket_get_remote_address -> address;
        get unicast_hop_limit: udp_socket_get_unicast_hop_limit -> u8;
        set set_unicast_hop_limit: udp_socket_set_unicast_hop_limit(u8);
        get receive_buffer_size: udp_socket_get_receive_buffer_size -> u64;
        set set_receive_buffer_size: udp_socket_set_receive_buffer_size(u64);
        get send_buffer_size: udp_socket_get_send_buffer_size -> u64;
        set set_send_buffer_size: udp_socket_set_send_buffer_size(u64);
    }
}

/// A socket that a call of `send` borrows.
pub struct Sending(#[expect(dead_code, reason = "kept for as long as the call")] Rc<UdpSocket>);

/// A call of `send`.
pub type Send = Box<Call<Sending>>;

impl Lift for Send {
    type Output = Result<(), ErrorCode>;

    #[inline(never)]
    fn lift(mut self) -> Self::Output {
        use raw::udp_socket_send as function;
        check!(self.results(), function)
    }
}

/// A socket that a call of `receive` borrows.
pub struct Receiving(#[expect(dead_code, reason = "kept for as long as the call")] Rc<UdpSocket>);

/// A call of `receive`.
pub type Receive = Box<Call<Receiving>>;

impl Lift for Receive {
    type Output = Result<Datagram, ErrorCode>;

    #[inline(never)]
    fn lift(mut self) -> Self::Output {
        use raw::udp_socket_receive as function;
        let results = self.results();
        check!(results, function)?;
        Ok((
            results.take_list(function::OK_0),
            load(results, function::OK_1),
        ))
    }
}

/// A call of `resolve-addresses`.
pub type Resolve = Box<Call<Resolving>>;

/// That a call resolves a name.
pub struct Resolving;

/// Starts `ip-name-lookup.resolve-addresses`.
pub fn resolve_addresses(
    name: String,
) -> Started<Result<Vec<IpAddress>, LookupErrorCode>, Subtask<Resolve>> {
    use sockets_ip_name_lookup::resolve_addresses as function;
    let mut call = Call::new(Resolving);
    call.put_bytes(function::PARAM_NAME, name.into_bytes());
    Subtask::of(function::FUNCTION.start(call))
}

impl Lift for Resolve {
    type Output = Result<Vec<IpAddress>, LookupErrorCode>;

    #[inline(never)]
    fn lift(mut self) -> Self::Output {
        use sockets_ip_name_lookup::resolve_addresses as function;
        let results = self.results();
        if results.u8(0) != 0 {
            return Err(lookup_error(results));
        }
        let addresses = results.take_list(function::OK);
        Ok(addresses.iter().map(ip_address).collect())
    }
}

fn lookup_error(results: &mut Results) -> LookupErrorCode {
    use sockets_ip_name_lookup::resolve_addresses as function;
    let code = LookupErrorCode::of_case(results.u8(function::ERR));
    if code == LookupErrorCode::Other {
        drop(results.take_option(function::ERR_OTHER));
    }
    code
}

/// Lifts an `ip-address`: a case, and from the second byte on an address.
fn ip_address(lowered: &[u16; 9]) -> IpAddress {
    let [case, parts @ ..] = *lowered;
    match case.to_le_bytes() {
        [0, _] => {
            let ([a, b], [c, d]) = (parts[0].to_le_bytes(), parts[1].to_le_bytes());
            IpAddress::Ipv4((a, b, c, d))
        }
        _ => {
            let [a, b, c, d, e, f, g, h] = parts;
            IpAddress::Ipv6((a, b, c, d, e, f, g, h))
        }
    }
}
