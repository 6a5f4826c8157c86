//! `wasi:sockets/udp-create-socket`.

use super::shapes::{candidate, draft, stable};
use super::udp::{Handle, Socket};
use crate::Adapter;
use crate::p3::sockets::IpAddressFamily;

macro_rules! shape {
    ($shape:ident) => {
        impl $shape::udp_create_socket::Guest for Adapter {
            fn create_udp_socket(
                address_family: IpAddressFamily,
            ) -> Result<$shape::udp::UdpSocket, $shape::network::ErrorCode> {
                let socket = Socket::create(address_family)?;
                Ok($shape::udp::UdpSocket::new(Handle(socket)))
            }
        }
    };
}

shape!(draft);
shape!(candidate);
shape!(stable);
