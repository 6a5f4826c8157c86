//! `wasi:sockets/network`.

use super::error::Fault;
use super::shapes::{candidate, draft, stable};
use crate::Adapter;
use crate::bindings::exports::wasi::io::error::ErrorBorrow;
use crate::p3::sockets::{ErrorCode, IpAddressFamily, IpSocketAddress};
use crate::p3::{Code, Failure};

/// A `network`. WASI 0.3 has none: there is one, and whoever has a socket may use it.
pub struct Network;

impl draft::network::Guest for Adapter {
    type Network = Network;
}

impl draft::network::GuestNetwork for Network {}

impl candidate::network::Guest for Adapter {
    type Network = Network;
}

impl candidate::network::GuestNetwork for Network {}

impl stable::network::Guest for Adapter {
    type Network = Network;

    fn network_error_code(err: ErrorBorrow<'_>) -> Option<stable::network::ErrorCode> {
        match err.get::<Failure>().code {
            Code::Sockets(code) => Some(Fault::from(code).into()),
            _ => None,
        }
    }
}

impl stable::network::GuestNetwork for Network {}

/// The family of an address. An IPv4-mapped IPv6 address is one of IPv4: no socket of WASI 0.3 has
/// both families.
fn family(address: &IpSocketAddress) -> IpAddressFamily {
    match address {
        IpSocketAddress::Ipv4(_) => IpAddressFamily::Ipv4,
        IpSocketAddress::Ipv6(v6) => match v6.address {
            (0, 0, 0, 0, 0, 0xffff, _, _) => IpAddressFamily::Ipv4,
            _ => IpAddressFamily::Ipv6,
        },
    }
}

/// Returns `true` if two addresses are those of the same socket. A host may report an address with
/// its scope and flow in one place, and without them in another.
pub fn same(a: &IpSocketAddress, b: &IpSocketAddress) -> bool {
    match (a, b) {
        (IpSocketAddress::Ipv4(a), IpSocketAddress::Ipv4(b)) => {
            a.address == b.address && a.port == b.port
        }
        (IpSocketAddress::Ipv6(a), IpSocketAddress::Ipv6(b)) => {
            a.address == b.address
                && a.port == b.port
                && (a.scope_id == b.scope_id || a.scope_id == 0 || b.scope_id == 0)
        }
        _ => false,
    }
}

/// Checks that a socket of family `of` can have the address.
pub fn check_family(address: &IpSocketAddress, of: IpAddressFamily) -> Result<(), Fault> {
    let same = matches!(
        (address, family(address), of),
        (
            IpSocketAddress::Ipv4(_),
            IpAddressFamily::Ipv4,
            IpAddressFamily::Ipv4
        ) | (_, IpAddressFamily::Ipv6, IpAddressFamily::Ipv6)
    );
    if same {
        Ok(())
    } else {
        Err(Fault::AddressFamilyMismatch)
    }
}

/// Checks that a socket of family `of` can have the address as its peer.
pub fn check_remote(address: &IpSocketAddress, of: IpAddressFamily) -> Result<(), Fault> {
    check_family(address, of)?;
    let (unspecified, port) = match address {
        IpSocketAddress::Ipv4(v4) => (v4.address == (0, 0, 0, 0), v4.port),
        IpSocketAddress::Ipv6(v6) => (v6.address == (0, 0, 0, 0, 0, 0, 0, 0), v6.port),
    };
    if unspecified || port == 0 {
        Err(Fault::InvalidRemoteAddress)
    } else {
        Ok(())
    }
}

/// Creates a socket.
///
/// WASI 0.3 has a code for whatever may stand in the way but the number of sockets that there are:
/// that is left for the code that says nothing. And it has one code for a family that there isn't
/// and for sockets that there aren't: the other family tells.
pub fn create<T>(
    create: impl Fn(IpAddressFamily) -> Result<T, ErrorCode>,
    family: IpAddressFamily,
) -> Result<T, Fault> {
    create(family).map_err(|code| match code {
        ErrorCode::Other => Fault::NewSocketLimit,
        ErrorCode::NotSupported => {
            let other = match family {
                IpAddressFamily::Ipv4 => IpAddressFamily::Ipv6,
                IpAddressFamily::Ipv6 => IpAddressFamily::Ipv4,
            };
            match create(other) {
                Err(ErrorCode::NotSupported) => Fault::NotSupported,
                _ => Fault::AddressFamilyNotSupported,
            }
        }
        other => other.into(),
    })
}

/// The fault of a failed `bind`, given the address that was asked for.
pub fn bind_fault(code: ErrorCode, address: &IpSocketAddress) -> Fault {
    let port = match address {
        IpSocketAddress::Ipv4(v4) => v4.port,
        IpSocketAddress::Ipv6(v6) => v6.port,
    };
    match code {
        ErrorCode::AddressInUse if port == 0 => Fault::EphemeralPortsExhausted,
        // The family has been checked, so that it is about the address itself.
        ErrorCode::InvalidArgument => Fault::ImpossibleAddress,
        other => other.into(),
    }
}

/// The fault of a failed `connect`, given whether the socket had an address.
pub fn connect_fault(code: ErrorCode, bound: bool) -> Fault {
    match code {
        ErrorCode::AddressInUse | ErrorCode::AddressNotBindable if !bound => {
            Fault::EphemeralPortsExhausted
        }
        // The family has been checked, so that it is about the address itself.
        ErrorCode::InvalidArgument => Fault::InvalidRemoteAddress,
        other => other.into(),
    }
}
