//! `wasi:sockets`: the errors, addresses and options that TCP and UDP share.

pub mod lookup;
pub mod tcp;
pub mod udp;

use crate::State;
use crate::bindings::wasi::sockets::types::{
    self, ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress,
    Ipv6SocketAddress,
};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, sockopt};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use wasmtime::component::ResourceTableError;

/// A failure of a function of `wasi:sockets`.
#[derive(Debug)]
pub enum SocketError {
    /// An error code that the guest gets.
    Code(ErrorCode),
    /// A trap.
    Trap(wasmtime::Error),
}

/// The result of such a function.
pub type SocketResult<T> = Result<T, SocketError>;

impl From<ErrorCode> for SocketError {
    fn from(code: ErrorCode) -> Self {
        Self::Code(code)
    }
}

impl From<Errno> for SocketError {
    fn from(errno: Errno) -> Self {
        Self::Code(error_code(errno))
    }
}

impl From<io::Error> for SocketError {
    fn from(error: io::Error) -> Self {
        Self::Code(io_error_code(&error))
    }
}

impl From<wasmtime::Error> for SocketError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Trap(error)
    }
}

// A handle without a resource is no error code for the guest, but a trap.
impl From<ResourceTableError> for SocketError {
    fn from(error: ResourceTableError) -> Self {
        Self::Trap(error.into())
    }
}

impl types::Host for State {
    // Called for each error, to tell the ones for the guest from traps.
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        match error {
            SocketError::Code(code) => Ok(code),
            SocketError::Trap(error) => Err(error),
        }
    }
}

/// Returns the error code of WASI for an error of the operating system, unless the function that
/// fails has another one.
fn error_code(errno: Errno) -> ErrorCode {
    match errno {
        Errno::ACCESS | Errno::PERM => ErrorCode::AccessDenied,
        Errno::OPNOTSUPP | Errno::NOPROTOOPT | Errno::AFNOSUPPORT | Errno::PROTONOSUPPORT => {
            ErrorCode::NotSupported
        }
        Errno::INVAL => ErrorCode::InvalidArgument,
        Errno::NOMEM | Errno::NOBUFS => ErrorCode::OutOfMemory,
        Errno::TIMEDOUT => ErrorCode::Timeout,
        Errno::NOTCONN | Errno::ISCONN | Errno::ALREADY => ErrorCode::InvalidState,
        Errno::ADDRNOTAVAIL => ErrorCode::AddressNotBindable,
        Errno::ADDRINUSE => ErrorCode::AddressInUse,
        Errno::HOSTUNREACH | Errno::HOSTDOWN | Errno::NETUNREACH | Errno::NETDOWN => {
            ErrorCode::RemoteUnreachable
        }
        #[cfg(target_os = "linux")]
        Errno::NONET => ErrorCode::RemoteUnreachable,
        Errno::CONNREFUSED => ErrorCode::ConnectionRefused,
        // EPIPE is for those who write after they have said that they are done,
        // which the streams here never do, or after the peer's reset.
        Errno::CONNRESET | Errno::PIPE => ErrorCode::ConnectionReset,
        Errno::CONNABORTED => ErrorCode::ConnectionAborted,
        Errno::MSGSIZE => ErrorCode::DatagramTooLarge,
        _ => ErrorCode::Unknown,
    }
}

fn io_error_code(error: &io::Error) -> ErrorCode {
    Errno::from_io_error(error).map_or(ErrorCode::Unknown, error_code)
}

impl State {
    /// Asks the embedder's filter.
    fn allowed(&self, address: SocketAddr) -> Result<(), ErrorCode> {
        if (self.allow_address)(address) {
            Ok(())
        } else {
            Err(ErrorCode::AccessDenied)
        }
    }
}

/// Makes a socket that never blocks the host, and has only one kind of IP.
fn socket(family: IpAddressFamily, kind: SocketType) -> Result<OwnedFd, Errno> {
    let domain = match family {
        IpAddressFamily::Ipv4 => AddressFamily::INET,
        IpAddressFamily::Ipv6 => AddressFamily::INET6,
    };
    let socket = rustix::net::socket(domain, kind, None)?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    // Child processes of the host must not inherit it.
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    if family == IpAddressFamily::Ipv6 {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    Ok(socket)
}

/// Returns the address to bind to when the guest gives none: any interface, and any port.
fn unspecified(family: IpAddressFamily) -> SocketAddr {
    match family {
        IpAddressFamily::Ipv4 => (Ipv4Addr::UNSPECIFIED, 0).into(),
        IpAddressFamily::Ipv6 => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}

/// Returns `true` if a socket of this family can use the address. An IPv4-mapped IPv6 address is
/// for sockets of both families, which WASI has not got.
fn check_family(family: IpAddressFamily, address: SocketAddr) -> Result<(), ErrorCode> {
    let fits = match (family, address.ip()) {
        (IpAddressFamily::Ipv4, IpAddr::V4(_)) => true,
        (IpAddressFamily::Ipv6, IpAddr::V6(ip)) => ip.to_ipv4_mapped().is_none(),
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(ErrorCode::InvalidArgument)
    }
}

/// Returns `true` if a peer can have the address.
fn check_remote(family: IpAddressFamily, address: SocketAddr) -> Result<(), ErrorCode> {
    check_family(family, address)?;
    if address.ip().is_unspecified() || address.port() == 0 {
        return Err(ErrorCode::InvalidArgument);
    }
    Ok(())
}

// Options of both kinds of socket.

fn hop_limit(family: IpAddressFamily, socket: impl AsFd) -> Result<u8, ErrorCode> {
    match family {
        IpAddressFamily::Ipv4 => sockopt::ip_ttl(socket)
            .map_err(error_code)?
            .try_into()
            .map_err(|_| ErrorCode::Unknown),
        IpAddressFamily::Ipv6 => sockopt::ipv6_unicast_hops(socket).map_err(error_code),
    }
}

fn set_hop_limit(family: IpAddressFamily, socket: impl AsFd, value: u8) -> Result<(), ErrorCode> {
    match (family, value) {
        // Linux would take it for the default.
        (_, 0) => return Err(ErrorCode::InvalidArgument),
        (IpAddressFamily::Ipv4, _) => sockopt::set_ip_ttl(socket, value.into()),
        (IpAddressFamily::Ipv6, _) => sockopt::set_ipv6_unicast_hops(socket, Some(value)),
    }
    .map_err(error_code)
}

fn receive_buffer_size(socket: impl AsFd) -> Result<u64, ErrorCode> {
    let size = sockopt::socket_recv_buffer_size(socket).map_err(error_code)?;
    Ok(asked_for(size))
}

fn set_receive_buffer_size(socket: impl AsFd, value: u64) -> Result<(), ErrorCode> {
    let value = possible(value)?;
    clamped(sockopt::set_socket_recv_buffer_size(socket, value))
}

fn send_buffer_size(socket: impl AsFd) -> Result<u64, ErrorCode> {
    let size = sockopt::socket_send_buffer_size(socket).map_err(error_code)?;
    Ok(asked_for(size))
}

fn set_send_buffer_size(socket: impl AsFd, value: u64) -> Result<(), ErrorCode> {
    let value = possible(value)?;
    clamped(sockopt::set_socket_send_buffer_size(socket, value))
}

/// Linux reserves twice the size that it was asked for, and says so.
fn asked_for(size: usize) -> u64 {
    let size = size as u64;
    if cfg!(target_os = "linux") {
        size / 2
    } else {
        size
    }
}

/// A buffer's size as the system takes it: an `int`, and half of one on Linux,
/// which doubles it.
fn possible(size: u64) -> Result<usize, ErrorCode> {
    match size {
        0 => Err(ErrorCode::InvalidArgument),
        _ => Ok(size.min(i32::MAX as u64 / 2) as usize),
    }
}

/// A size beyond what the system gives is no error in WASI, as it is on BSD.
fn clamped(result: Result<(), Errno>) -> Result<(), ErrorCode> {
    match result {
        Err(Errno::NOBUFS) => Ok(()),
        result => result.map_err(error_code),
    }
}

// Addresses from and to WASI.

impl From<IpSocketAddress> for SocketAddr {
    fn from(address: IpSocketAddress) -> Self {
        match address {
            IpSocketAddress::Ipv4(v4) => {
                let (a, b, c, d) = v4.address;
                SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), v4.port).into()
            }
            IpSocketAddress::Ipv6(v6) => {
                let (a, b, c, d, e, f, g, h) = v6.address;
                let ip = Ipv6Addr::new(a, b, c, d, e, f, g, h);
                SocketAddrV6::new(ip, v6.port, v6.flow_info, v6.scope_id).into()
            }
        }
    }
}

impl From<SocketAddr> for IpSocketAddress {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(v4) => Self::Ipv4(Ipv4SocketAddress {
                port: v4.port(),
                address: v4.ip().octets().into(),
            }),
            SocketAddr::V6(v6) => Self::Ipv6(Ipv6SocketAddress {
                port: v6.port(),
                flow_info: v6.flowinfo(),
                address: v6.ip().segments().into(),
                scope_id: v6.scope_id(),
            }),
        }
    }
}

impl From<IpAddr> for IpAddress {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(v4) => Self::Ipv4(v4.octets().into()),
            IpAddr::V6(v6) => Self::Ipv6(v6.segments().into()),
        }
    }
}
