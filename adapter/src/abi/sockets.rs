//! `wasi:sockets` of WASI 0.3.
//!
//! Everything here is called in its raw form. That makes one adapter serve both families of WASI
//! 0.3: in `0.3.0-rc-2026-02-09` the error codes are enumerations, which moves what is beside them
//! in memory, and nothing else. [`Layout`] is where that is known.

use super::{
    ByteReader, ByteWriter, Completion, CompletionAbi, EndAbi, Ending, Lift, Payload, Started,
    Subtask, stream_ends,
};
use crate::io::error::Failure;
use crate::reactor::{self, Waiter};
use crate::sockets::error::Fault;
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

pub use crate::bindings::exports::wasi::sockets0_2_12::network::{
    IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
};

// ---------------------------------------------------------------------------------------------
// The two families of WASI 0.3
// ---------------------------------------------------------------------------------------------

/// Is 1 where the host's error codes are enumerations, as in `0.3.0-rc-2026-02-09`. The composer
/// writes it into the data of the adapter.
#[unsafe(no_mangle)]
#[used]
static WASI_UPLIFT_ENUM_ERROR_CODES: super::Global<Cell<u8>> = super::Global::new(Cell::new(0));

/// How the host lays out its error codes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Layout {
    /// A variant with a case that carries an optional string.
    Variant,
    /// An enumeration, which begins with `unknown`.
    Enumeration,
}

impl Layout {
    pub(super) fn of_host() -> Self {
        // SAFETY: a static is readable. The compiler must not take the value for known.
        match unsafe { core::ptr::read_volatile(WASI_UPLIFT_ENUM_ERROR_CODES.as_ptr()) } {
            0 => Layout::Variant,
            _ => Layout::Enumeration,
        }
    }

    /// Where the payload of a `result` is, of which the `ok` case has the given alignment.
    pub(super) fn payload(self, ok_alignment: usize) -> usize {
        match self {
            Layout::Variant => ok_alignment.max(4),
            Layout::Enumeration => ok_alignment.max(1),
        }
    }
}

/// The cases of `wasi:sockets/types.error-code` that both layouts have, in order.
pub(super) const CODES: [Fault; 9] = [
    Fault::AccessDenied,
    Fault::NotSupported,
    Fault::InvalidArgument,
    Fault::OutOfMemory,
    Fault::Timeout,
    Fault::InvalidState,
    Fault::AddressNotBindable,
    Fault::AddressInUse,
    Fault::RemoteUnreachable,
];

/// What follows [`CODES`] where codes are variants.
const VARIANT_CODES: [Fault; 5] = [
    Fault::ConnectionRefused,
    Fault::ConnectionBroken,
    Fault::ConnectionReset,
    Fault::ConnectionAborted,
    Fault::DatagramTooLarge,
];

/// What follows [`CODES`] where codes are enumerations.
const ENUMERATION_CODES: [Fault; 4] = [
    Fault::ConnectionRefused,
    Fault::ConnectionReset,
    Fault::ConnectionAborted,
    Fault::DatagramTooLarge,
];

/// The cases of `wasi:sockets/ip-name-lookup.error-code` that both layouts have, in order.
pub(super) const LOOKUP_CODES: [Fault; 5] = [
    Fault::AccessDenied,
    Fault::InvalidName,
    Fault::NameUnresolvable,
    Fault::TemporaryResolverFailure,
    Fault::PermanentResolverFailure,
];

/// Memory for the results of a call.
#[repr(C, align(8))]
pub(super) struct Area(pub(super) [u8; 48]);

/// Is in the first byte of an area that nothing was written to.
const UNTOUCHED: u8 = 0xff;

impl Area {
    const fn new() -> Self {
        let mut area = Area([0; 48]);
        area.0[0] = UNTOUCHED;
        area
    }

    fn u8(&self, at: usize) -> u8 {
        self.0[at]
    }

    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    fn u32(&self, at: usize) -> u32 {
        (self.u16(at) as u32) | (self.u16(at + 2) as u32) << 16
    }

    fn u64(&self, at: usize) -> u64 {
        (self.u32(at) as u64) | (self.u32(at + 4) as u64) << 32
    }

    fn address(&self, at: usize) -> IpSocketAddress {
        let at_payload = at + 4;
        if self.u8(at) == 0 {
            let octet = |n: usize| self.u8(at_payload + 2 + n);
            IpSocketAddress::Ipv4(Ipv4SocketAddress {
                port: self.u16(at_payload),
                address: (octet(0), octet(1), octet(2), octet(3)),
            })
        } else {
            let part = |n: usize| self.u16(at_payload + 8 + 2 * n);
            IpSocketAddress::Ipv6(Ipv6SocketAddress {
                port: self.u16(at_payload),
                flow_info: self.u32(at_payload + 4),
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
                scope_id: self.u32(at_payload + 24),
            })
        }
    }

    /// Takes a list of bytes or a string.
    fn bytes(&self, at: usize) -> Vec<u8> {
        super::bytes(self.u32(at), self.u32(at + 4))
    }

    /// Takes the error code at `at`.
    fn error(&self, at: usize) -> (Fault, Option<String>) {
        self.code(at, &CODES, &VARIANT_CODES, &ENUMERATION_CODES)
    }

    fn code(
        &self,
        at: usize,
        common: &[Fault],
        variant: &[Fault],
        enumeration: &[Fault],
    ) -> (Fault, Option<String>) {
        let layout = Layout::of_host();
        let case = self.u8(at) as usize;
        let index = match layout {
            Layout::Variant => Some(case),
            Layout::Enumeration => case.checked_sub(1),
        };
        let more = match layout {
            Layout::Variant => variant,
            Layout::Enumeration => enumeration,
        };
        let known = index.and_then(|index| {
            let rest = || more.get(index - common.len());
            common.get(index).or_else(rest)
        });
        match known {
            Some(fault) => (*fault, None),
            // `other`, which may say more.
            None if layout == Layout::Variant && self.u8(at + 4) == 1 => {
                let detail = String::from_utf8(self.bytes(at + 8)).ok();
                (Fault::Unknown, detail)
            }
            None => (Fault::Unknown, None),
        }
    }

    /// Reads a `result`, of which the `ok` case has the given alignment.
    fn result<T>(
        &self,
        ok_alignment: usize,
        ok: impl FnOnce(&Self, usize) -> T,
    ) -> Result<T, Fault> {
        let payload = Layout::of_host().payload(ok_alignment);
        match self.u8(0) {
            0 => Ok(ok(self, payload)),
            _ => Err(self.error(payload).0),
        }
    }

    fn empty_result(&self) -> Result<(), Fault> {
        self.result(1, |_, _| ())
    }
}

const SOCKET_RESULT: Lift = Lift {
    read: lift_socket_result,
    allocates: true,
};

fn lift_socket_result(payload: &Payload) -> Ending {
    let mut area = Area::new();
    area.0[..payload.0.len()].copy_from_slice(&payload.0);
    if area.u8(0) == 0 {
        return Ending::Closed;
    }
    match area.error(Layout::of_host().payload(1)) {
        // The peer is gone, which WASI 0.2 calls closed.
        (Fault::ConnectionBroken, _) => Ending::Closed,
        (fault, detail) => Ending::Failed(Failure::socket(fault, detail)),
    }
}

/// An address as it is passed: the cases' fields laid over one another.
type Flat = (u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32);

fn flat(address: &IpSocketAddress) -> Flat {
    match *address {
        IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: a }) => (
            0,
            port.into(),
            a.0.into(),
            a.1.into(),
            a.2.into(),
            a.3.into(),
            0,
            0,
            0,
            0,
            0,
            0,
        ),
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

/// An address the way it lies in memory.
#[repr(C, align(4))]
struct StoredAddress([u8; 32]);

fn store(address: &IpSocketAddress, to: &mut StoredAddress) {
    let mut put = |at: usize, bytes: &[u8]| to.0[at..at + bytes.len()].copy_from_slice(bytes);
    match *address {
        IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: a }) => {
            put(0, &[0]);
            put(4, &port.to_le_bytes());
            put(6, &[a.0, a.1, a.2, a.3]);
        }
        IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port,
            flow_info,
            address: a,
            scope_id,
        }) => {
            put(0, &[1]);
            put(4, &port.to_le_bytes());
            put(8, &flow_info.to_le_bytes());
            for (n, part) in [a.0, a.1, a.2, a.3, a.4, a.5, a.6, a.7].iter().enumerate() {
                put(12 + 2 * n, &part.to_le_bytes());
            }
            put(28, &scope_id.to_le_bytes());
        }
    }
}

/// Calls a function that only has a result area beside its parameters.
macro_rules! call {
    ($name:literal, $( $arg:expr => $ty:ty ),*) => {{
        #[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
        unsafe extern "C" {
            #[link_name = $name]
            fn function($( _: $ty, )* area: *mut Area);
        }
        let mut area = Area::new();
        // SAFETY: the results are written before the call returns.
        unsafe { function($( $arg, )* &mut area) };
        area
    }};
}

macro_rules! call_with_address {
    ($name:literal, $handle:expr, $address:expr) => {{
        let a = flat($address);
        call!($name, $handle => u32, a.0 => u32, a.1 => u32, a.2 => u32, a.3 => u32, a.4 => u32,
            a.5 => u32, a.6 => u32, a.7 => u32, a.8 => u32, a.9 => u32, a.10 => u32, a.11 => u32)
    }};
}

/// Declares getters and setters of a socket.
macro_rules! options {
    ($( $get:ident $get_name:literal, $set:ident $set_name:literal: $ty:ident as $flat:ty; )*) => {
        $(
            pub fn $get(&self) -> Result<$ty, Fault> {
                let area = call!($get_name, self.0 => u32);
                area.result(align_of::<$ty>(), |area, at| options!(@read area, at, $ty))
            }

            pub fn $set(&self, value: $ty) -> Result<(), Fault> {
                call!($set_name, self.0 => u32, value.into() => $flat).empty_result()
            }
        )*
    };
    (@read $area:ident, $at:ident, bool) => { $area.u8($at) != 0 };
    (@read $area:ident, $at:ident, u8) => { $area.u8($at) };
    (@read $area:ident, $at:ident, u32) => { $area.u32($at) };
    (@read $area:ident, $at:ident, u64) => { $area.u64($at) };
}

fn family_index(family: IpAddressFamily) -> u32 {
    match family {
        IpAddressFamily::Ipv4 => 0,
        IpAddressFamily::Ipv6 => 1,
    }
}

// ---------------------------------------------------------------------------------------------
// TCP
// ---------------------------------------------------------------------------------------------

/// A `tcp-socket`.
pub struct TcpSocket(u32);

impl Drop for TcpSocket {
    fn drop(&mut self) {
        #[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
        unsafe extern "C" {
            #[link_name = "[resource-drop]tcp-socket"]
            safe fn drop(handle: u32);
        }
        drop(self.0);
    }
}

impl TcpSocket {
    pub fn create(family: IpAddressFamily) -> Result<Self, Fault> {
        let area = call!("[static]tcp-socket.create", family_index(family) => u32);
        area.result(4, |area, at| TcpSocket(area.u32(at)))
    }

    pub fn bind(&self, address: &IpSocketAddress) -> Result<(), Fault> {
        call_with_address!("[method]tcp-socket.bind", self.0, address).empty_result()
    }

    pub fn connect(self: &Rc<Self>, address: &IpSocketAddress) -> Started<Box<Connect>> {
        #[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
        unsafe extern "C" {
            #[link_name = "[async-lower][method]tcp-socket.connect"]
            fn connect(params: *const ConnectParams, area: *mut Area) -> u32;
        }
        let mut call = Box::new(Connect {
            params: ConnectParams {
                handle: self.0,
                address: StoredAddress([0; 32]),
            },
            area: Area::new(),
            _socket: self.clone(),
        });
        store(address, &mut call.params.address);
        // SAFETY: parameters and results are in the box, which the subtask keeps.
        let status = unsafe { connect(&call.params, &mut call.area) };
        Subtask::started(status, call)
    }

    pub fn listen(&self) -> Result<Listener, Fault> {
        let area = call!("[method]tcp-socket.listen", self.0 => u32);
        area.result(4, |area, at| Listener::new(area.u32(at)))
    }

    pub fn send(&self) -> (ByteWriter, Completion) {
        #[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
        unsafe extern "C" {
            #[link_name = "[stream-new-0][method]tcp-socket.send"]
            safe fn stream_new() -> u64;
            #[link_name = "[method]tcp-socket.send"]
            safe fn send(handle: u32, data: u32) -> u32;
        }
        let (reader, writer) = stream_ends(stream_new());
        let completion = send(self.0, reader);
        (
            ByteWriter::new(&TCP_SEND, writer),
            Completion::new(&TCP_SEND_COMPLETION, completion),
        )
    }

    pub fn receive(&self) -> (ByteReader, Completion) {
        let area = call!("[method]tcp-socket.receive", self.0 => u32);
        (
            ByteReader::new(&TCP_RECEIVE, area.u32(0)),
            Completion::new(&TCP_RECEIVE_COMPLETION, area.u32(4)),
        )
    }

    pub fn local_address(&self) -> Result<IpSocketAddress, Fault> {
        call!("[method]tcp-socket.get-local-address", self.0 => u32).result(4, Area::address)
    }

    pub fn remote_address(&self) -> Result<IpSocketAddress, Fault> {
        call!("[method]tcp-socket.get-remote-address", self.0 => u32).result(4, Area::address)
    }

    pub fn set_listen_backlog_size(&self, value: u64) -> Result<(), Fault> {
        call!("[method]tcp-socket.set-listen-backlog-size", self.0 => u32, value => u64)
            .empty_result()
    }

    options! {
        keep_alive_enabled "[method]tcp-socket.get-keep-alive-enabled",
        set_keep_alive_enabled "[method]tcp-socket.set-keep-alive-enabled": bool as u32;
        keep_alive_idle_time "[method]tcp-socket.get-keep-alive-idle-time",
        set_keep_alive_idle_time "[method]tcp-socket.set-keep-alive-idle-time": u64 as u64;
        keep_alive_interval "[method]tcp-socket.get-keep-alive-interval",
        set_keep_alive_interval "[method]tcp-socket.set-keep-alive-interval": u64 as u64;
        keep_alive_count "[method]tcp-socket.get-keep-alive-count",
        set_keep_alive_count "[method]tcp-socket.set-keep-alive-count": u32 as u32;
        hop_limit "[method]tcp-socket.get-hop-limit",
        set_hop_limit "[method]tcp-socket.set-hop-limit": u8 as u32;
        receive_buffer_size "[method]tcp-socket.get-receive-buffer-size",
        set_receive_buffer_size "[method]tcp-socket.set-receive-buffer-size": u64 as u64;
        send_buffer_size "[method]tcp-socket.get-send-buffer-size",
        set_send_buffer_size "[method]tcp-socket.set-send-buffer-size": u64 as u64;
    }
}

#[repr(C)]
struct ConnectParams {
    handle: u32,
    address: StoredAddress,
}

/// A call of `connect`. It borrows the socket, which therefore lives as long as the call.
pub struct Connect {
    params: ConnectParams,
    area: Area,
    _socket: Rc<TcpSocket>,
}

impl Connect {
    pub fn result(&self) -> Result<(), Fault> {
        self.area.empty_result()
    }
}

byte_stream!(
    TCP_RECEIVE,
    TCP_RECEIVE_COMPLETION,
    SOCKET_RESULT,
    "wasi:sockets/types@0.3.0",
    "[async-lower][stream-read-0][method]tcp-socket.receive",
    "[stream-cancel-read-0][method]tcp-socket.receive",
    "[stream-drop-readable-0][method]tcp-socket.receive",
    "[async-lower][future-read-1][method]tcp-socket.receive",
    "[future-cancel-read-1][method]tcp-socket.receive",
    "[future-drop-readable-1][method]tcp-socket.receive"
);

byte_stream!(
    TCP_SEND,
    TCP_SEND_COMPLETION,
    SOCKET_RESULT,
    "wasi:sockets/types@0.3.0",
    "[async-lower][stream-write-0][method]tcp-socket.send",
    "[stream-cancel-write-0][method]tcp-socket.send",
    "[stream-drop-writable-0][method]tcp-socket.send",
    "[async-lower][future-read-1][method]tcp-socket.send",
    "[future-cancel-read-1][method]tcp-socket.send",
    "[future-drop-readable-1][method]tcp-socket.send"
);

#[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
unsafe extern "C" {
    #[link_name = "[async-lower][stream-read-0][method]tcp-socket.listen"]
    fn listener_read(end: u32, socket: *mut u32, len: usize) -> u32;
    #[link_name = "[stream-cancel-read-0][method]tcp-socket.listen"]
    safe fn listener_cancel_read(end: u32) -> u32;
    #[link_name = "[stream-drop-readable-0][method]tcp-socket.listen"]
    safe fn listener_drop_readable(end: u32);
}

/// The readable end of the stream of connections that a listening socket accepts.
pub struct Listener {
    handle: u32,
    in_flight: Option<Box<Accepted>>,
    watched: bool,
}

/// Where a connection is put: a handle, or 0 for none.
struct Accepted(u32);

impl Accepted {
    fn take(&mut self) -> Option<TcpSocket> {
        match core::mem::take(&mut self.0) {
            0 => None,
            handle => Some(TcpSocket(handle)),
        }
    }
}

impl Drop for Accepted {
    fn drop(&mut self) {
        // A connection that came when nobody was interested any more.
        self.take();
    }
}

impl Listener {
    fn new(handle: u32) -> Self {
        Listener {
            handle,
            in_flight: None,
            watched: false,
        }
    }

    pub fn is_pending(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Waits for a connection. Without a result `waiter` is told when there is one. One at a time.
    pub fn start(&mut self, waiter: &Weak<impl Waiter>) -> Option<TcpSocket> {
        let mut accepted = Box::new(Accepted(0));
        // SAFETY: the memory is in the box, which is kept while the read is pending.
        let code = unsafe { listener_read(self.handle, &mut accepted.0, 1) };
        if code != super::BLOCKED {
            return accepted.take();
        }
        self.in_flight = Some(accepted);
        if !self.watched {
            self.watched = true;
            reactor::watch(self.handle, waiter.clone());
        }
        None
    }

    /// Takes the connection after the event for it.
    pub fn finish(&mut self) -> Option<TcpSocket> {
        self.in_flight.take()?.take()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        super::release_end(
            self.handle,
            listener_cancel_read,
            listener_drop_readable,
            self.in_flight.take(),
        );
    }
}

// ---------------------------------------------------------------------------------------------
// UDP
// ---------------------------------------------------------------------------------------------

/// A `udp-socket`.
pub struct UdpSocket(u32);

impl Drop for UdpSocket {
    fn drop(&mut self) {
        #[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
        unsafe extern "C" {
            #[link_name = "[resource-drop]udp-socket"]
            safe fn drop(handle: u32);
        }
        drop(self.0);
    }
}

impl UdpSocket {
    pub fn create(family: IpAddressFamily) -> Result<Self, Fault> {
        let area = call!("[static]udp-socket.create", family_index(family) => u32);
        area.result(4, |area, at| UdpSocket(area.u32(at)))
    }

    pub fn bind(&self, address: &IpSocketAddress) -> Result<(), Fault> {
        call_with_address!("[method]udp-socket.bind", self.0, address).empty_result()
    }

    pub fn connect(&self, address: &IpSocketAddress) -> Result<(), Fault> {
        call_with_address!("[method]udp-socket.connect", self.0, address).empty_result()
    }

    pub fn disconnect(&self) -> Result<(), Fault> {
        call!("[method]udp-socket.disconnect", self.0 => u32).empty_result()
    }

    pub fn send(
        self: &Rc<Self>,
        data: Vec<u8>,
        to: Option<&IpSocketAddress>,
    ) -> Started<Box<Send>> {
        #[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
        unsafe extern "C" {
            #[link_name = "[async-lower][method]udp-socket.send"]
            fn send(params: *const SendParams, area: *mut Area) -> u32;
        }
        let mut call = Box::new(Send {
            params: SendParams {
                handle: self.0,
                data: data.as_ptr(),
                len: data.len(),
                has_address: to.is_some(),
                address: StoredAddress([0; 32]),
            },
            area: Area::new(),
            _data: data,
            _socket: self.clone(),
        });
        if let Some(to) = to {
            store(to, &mut call.params.address);
        }
        // SAFETY: parameters, data and results are in the box, which the subtask keeps.
        let status = unsafe { send(&call.params, &mut call.area) };
        Subtask::started(status, call)
    }

    pub fn receive(self: &Rc<Self>) -> Started<Box<Receive>> {
        #[link(wasm_import_module = "wasi:sockets/types@0.3.0")]
        unsafe extern "C" {
            #[link_name = "[async-lower][method]udp-socket.receive"]
            fn receive(handle: u32, area: *mut Area) -> u32;
        }
        let mut call = Box::new(Receive {
            area: Area::new(),
            _socket: self.clone(),
        });
        // SAFETY: the results are in the box, which the subtask keeps.
        let status = unsafe { receive(self.0, &mut call.area) };
        Subtask::started(status, call)
    }

    pub fn local_address(&self) -> Result<IpSocketAddress, Fault> {
        call!("[method]udp-socket.get-local-address", self.0 => u32).result(4, Area::address)
    }

    pub fn remote_address(&self) -> Result<IpSocketAddress, Fault> {
        call!("[method]udp-socket.get-remote-address", self.0 => u32).result(4, Area::address)
    }

    options! {
        unicast_hop_limit "[method]udp-socket.get-unicast-hop-limit",
        set_unicast_hop_limit "[method]udp-socket.set-unicast-hop-limit": u8 as u32;
        receive_buffer_size "[method]udp-socket.get-receive-buffer-size",
        set_receive_buffer_size "[method]udp-socket.set-receive-buffer-size": u64 as u64;
        send_buffer_size "[method]udp-socket.get-send-buffer-size",
        set_send_buffer_size "[method]udp-socket.set-send-buffer-size": u64 as u64;
    }
}

#[repr(C)]
struct SendParams {
    handle: u32,
    data: *const u8,
    len: usize,
    has_address: bool,
    address: StoredAddress,
}

/// A call of `send`.
pub struct Send {
    params: SendParams,
    area: Area,
    _data: Vec<u8>,
    _socket: Rc<UdpSocket>,
}

impl Send {
    pub fn result(&self) -> Result<(), Fault> {
        self.area.empty_result()
    }
}

/// A call of `receive`.
pub struct Receive {
    area: Area,
    _socket: Rc<UdpSocket>,
}

impl Receive {
    /// Takes the datagram.
    pub fn take(&mut self) -> Result<(Vec<u8>, IpSocketAddress), Fault> {
        let area = core::mem::replace(&mut self.area, Area::new());
        area.result(4, |area, at| (area.bytes(at), area.address(at + 8)))
    }
}

impl Drop for Receive {
    fn drop(&mut self) {
        // A datagram that came when nobody was interested any more.
        if self.area.u8(0) != UNTOUCHED {
            let _ = self.take();
        }
    }
}

// ---------------------------------------------------------------------------------------------
// Name lookup
// ---------------------------------------------------------------------------------------------

/// A call of `resolve-addresses`.
pub struct Resolve {
    area: Area,
    _name: String,
}

/// `wasi:sockets/ip-name-lookup.resolve-addresses`.
pub fn resolve_addresses(name: String) -> Started<Box<Resolve>> {
    #[link(wasm_import_module = "wasi:sockets/ip-name-lookup@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[async-lower]resolve-addresses"]
        fn resolve_addresses(name: *const u8, len: usize, area: *mut Area) -> u32;
    }
    let (start, len) = (name.as_ptr(), name.len());
    let mut call = Box::new(Resolve {
        area: Area::new(),
        _name: name,
    });
    // SAFETY: name and results are in the box, which the subtask keeps.
    let status = unsafe { resolve_addresses(start, len, &mut call.area) };
    Subtask::started(status, call)
}

/// Where the payload of the result of `resolve-addresses` is, in either layout.
pub(super) const RESOLVED: usize = 4;

/// The size of an `ip-address` in memory.
const ADDRESS_SIZE: usize = 18;

impl Resolve {
    /// Takes the addresses.
    pub fn take(&mut self) -> Result<Vec<IpAddress>, Fault> {
        let area = core::mem::replace(&mut self.area, Area::new());
        if area.u8(0) != 0 {
            return Err(area.code(RESOLVED, &LOOKUP_CODES, &[], &[]).0);
        }
        let (start, len) = (area.u32(RESOLVED), area.u32(RESOLVED + 4) as usize);
        let start: *mut [u8; ADDRESS_SIZE] = core::ptr::with_exposed_provenance_mut(start as usize);
        let mut addresses = Vec::with_capacity(len);
        for n in 0..len {
            let mut entry = Area::new();
            // SAFETY: the host has allocated that many of that size, and given them away.
            entry.0[..ADDRESS_SIZE].copy_from_slice(unsafe { &*start.add(n) });
            addresses.push(if entry.u8(0) == 0 {
                let octet = |n: usize| entry.u8(2 + n);
                IpAddress::Ipv4((octet(0), octet(1), octet(2), octet(3)))
            } else {
                let part = |n: usize| entry.u16(2 + 2 * n);
                IpAddress::Ipv6((
                    part(0),
                    part(1),
                    part(2),
                    part(3),
                    part(4),
                    part(5),
                    part(6),
                    part(7),
                ))
            });
        }
        if let Ok(layout) = core::alloc::Layout::from_size_align(len * ADDRESS_SIZE, 2)
            && layout.size() > 0
        {
            // SAFETY: it was allocated with `cabi_realloc`, in that size and alignment.
            unsafe { alloc::alloc::dealloc(start.cast(), layout) };
        }
        Ok(addresses)
    }
}

impl Drop for Resolve {
    fn drop(&mut self) {
        if self.area.u8(0) != UNTOUCHED {
            let _ = self.take();
        }
    }
}
