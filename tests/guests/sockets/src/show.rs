//! Values and results as text that is the same in every run.

use crate::io::streams::{InputStream, OutputStream, StreamError};
use crate::sockets::network::{ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress};
use crate::sockets::tcp::TcpSocket;
use crate::{ip, kind, port};

/// A value in a line of text.
pub trait Show {
    /// The text.
    fn show(&self) -> String;
}

/// Prints a call and its result. The state that it is made in comes first.
#[macro_export]
macro_rules! walk {
    ($state:expr; $( $call:expr; )*) => {
        $( $crate::out!("{}: {} = {}", $state, stringify!($call), $crate::Show::show(&$call)); )*
    };
}

macro_rules! plain {
    ($( $ty:ty ),*) => {
        $( impl Show for $ty {
            fn show(&self) -> String {
                format!("{self:?}")
            }
        } )*
    };
}

plain!((), bool, u8, u32, u64, usize);

impl<T: Show> Show for Result<T, ErrorCode> {
    fn show(&self) -> String {
        match self {
            Ok(value) => value.show(),
            Err(error) => format!("error {}", error.name()),
        }
    }
}

impl<T: Show> Show for Result<T, StreamError> {
    fn show(&self) -> String {
        match self {
            Ok(value) => value.show(),
            Err(error) => format!("error {}", kind(error)),
        }
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map_or("none".into(), Show::show)
    }
}

impl Show for IpAddressFamily {
    fn show(&self) -> String {
        match self {
            Self::Ipv4 => "ipv4".into(),
            Self::Ipv6 => "ipv6".into(),
        }
    }
}

impl Show for IpAddress {
    fn show(&self) -> String {
        ip(self)
    }
}

impl Show for IpSocketAddress {
    fn show(&self) -> String {
        let ip = match *self {
            Self::Ipv4(v4) => IpAddress::Ipv4(v4.address),
            Self::Ipv6(v6) => {
                assert_eq!((v6.flow_info, v6.scope_id), (0, 0));
                IpAddress::Ipv6(v6.address)
            }
        };
        let port = if port(self) == 0 { "no port" } else { "a port" };
        format!("{} {port}", ip.show())
    }
}

impl Show for Vec<u8> {
    fn show(&self) -> String {
        format!("{:?}", String::from_utf8_lossy(self))
    }
}

impl Show for String {
    fn show(&self) -> String {
        self.clone()
    }
}

impl Show for (InputStream, OutputStream) {
    fn show(&self) -> String {
        "streams".into()
    }
}

impl Show for (TcpSocket, InputStream, OutputStream) {
    fn show(&self) -> String {
        "a socket and streams".into()
    }
}
