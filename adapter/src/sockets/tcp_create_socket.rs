//! `wasi:sockets/tcp-create-socket`.

use super::shapes::{candidate, draft, stable};
use super::tcp::{Handle, Socket};
use crate::Adapter;
use crate::p3::sockets::IpAddressFamily;

macro_rules! shape {
    ($shape:ident) => {
        impl $shape::tcp_create_socket::Guest for Adapter {
            fn create_tcp_socket(
                address_family: IpAddressFamily,
            ) -> Result<$shape::tcp::TcpSocket, $shape::network::ErrorCode> {
                let socket = Socket::create(address_family)?;
                Ok($shape::tcp::TcpSocket::new(Handle(socket)))
            }
        }
    };
}

shape!(draft);
shape!(candidate);
shape!(stable);
