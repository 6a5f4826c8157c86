//! The error codes of every shape of `wasi:sockets`, and how they map to one another.

use super::shapes::{draft, stable};
use crate::p3::sockets::{ErrorCode, LookupErrorCode};

/// Declares [`Fault`] from the table of codes.
macro_rules! faults {
    ($( $(#[$doc:meta])* $fault:ident => $draft:ident, $stable:ident; )*) => {
        /// An error of a socket, as finely as the adapter knows.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Fault {
            $( $(#[$doc])* $fault, )*
        }

        impl From<Fault> for draft::network::ErrorCode {
            fn from(fault: Fault) -> Self {
                match fault {
                    $( Fault::$fault => Self::$draft, )*
                }
            }
        }

        impl From<Fault> for stable::network::ErrorCode {
            fn from(fault: Fault) -> Self {
                match fault {
                    $( Fault::$fault => Self::$stable, )*
                }
            }
        }
    };
}

// What happened => the code of the draft, the code of the other shapes. WASI 0.3 reports the codes
// of the first part. It folds those of the second into `invalid-state` and `invalid-argument`; they
// come from what the adapter knows of the socket, never from a guess.
faults! {
    AccessDenied => AccessDenied, AccessDenied;
    NotSupported => NotSupported, NotSupported;
    /// The draft has no code for it.
    InvalidArgument => Unknown, InvalidArgument;
    OutOfMemory => OutOfMemory, OutOfMemory;
    Timeout => Timeout, Timeout;
    /// The draft has no code for it.
    InvalidState => Unknown, InvalidState;
    AddressNotBindable => AddressNotBindable, AddressNotBindable;
    AddressInUse => AddressInUse, AddressInUse;
    RemoteUnreachable => RemoteUnreachable, RemoteUnreachable;
    ConnectionRefused => ConnectionRefused, ConnectionRefused;
    /// WASI 0.2 has no code for it: its streams say that they are closed.
    ConnectionBroken => Unknown, Unknown;
    ConnectionReset => ConnectionReset, ConnectionReset;
    /// The draft knows it as a reset.
    ConnectionAborted => ConnectionReset, ConnectionAborted;
    DatagramTooLarge => DatagramTooLarge, DatagramTooLarge;
    Unknown => Unknown, Unknown;
    NameUnresolvable => NameUnresolvable, NameUnresolvable;
    TemporaryResolverFailure => TemporaryResolverFailure, TemporaryResolverFailure;
    PermanentResolverFailure => PermanentResolverFailure, PermanentResolverFailure;

    ConcurrencyConflict => ConcurrencyConflict, ConcurrencyConflict;
    NotInProgress => NotInProgress, NotInProgress;
    WouldBlock => WouldBlock, WouldBlock;
    AddressFamilyMismatch => AddressFamilyMismatch, InvalidArgument;
    /// No socket can have the address, or not as its own.
    ImpossibleAddress => AddressNotBindable, InvalidArgument;
    InvalidRemoteAddress => InvalidRemoteAddress, InvalidArgument;
    Ipv6OnlyOperation => Ipv6OnlyOperation, NotSupported;
    /// A socket says nothing of itself while it connects.
    Connecting => ConcurrencyConflict, InvalidState;
    AlreadyBound => AlreadyBound, InvalidState;
    AlreadyConnected => AlreadyConnected, InvalidState;
    AlreadyListening => AlreadyListening, InvalidState;
    NotBound => NotBound, InvalidState;
    NotConnected => NotConnected, InvalidState;
    NotListening => NotListening, InvalidState;
    /// No address was named, and no free one was found.
    EphemeralPortsExhausted => EphemeralPortsExhausted, AddressInUse;
    InvalidName => InvalidName, InvalidArgument;
    /// A socket can't be created, though one of the other family can.
    AddressFamilyNotSupported => AddressFamilyNotSupported, NotSupported;
    /// No socket can be created any more.
    NewSocketLimit => NewSocketLimit, NewSocketLimit;
    /// The fate of an earlier datagram. The draft has one code for all of these.
    Refused => RemoteUnreachable, ConnectionRefused;
    Reset => RemoteUnreachable, ConnectionReset;
    /// Another peer than the one that a datagram socket is associated with.
    OtherPeer => AlreadyConnected, InvalidArgument;
}

impl From<ErrorCode> for Fault {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::AccessDenied => Fault::AccessDenied,
            ErrorCode::NotSupported => Fault::NotSupported,
            ErrorCode::InvalidArgument => Fault::InvalidArgument,
            ErrorCode::OutOfMemory => Fault::OutOfMemory,
            ErrorCode::Timeout => Fault::Timeout,
            ErrorCode::InvalidState => Fault::InvalidState,
            ErrorCode::AddressNotBindable => Fault::AddressNotBindable,
            ErrorCode::AddressInUse => Fault::AddressInUse,
            ErrorCode::RemoteUnreachable => Fault::RemoteUnreachable,
            ErrorCode::ConnectionRefused => Fault::ConnectionRefused,
            ErrorCode::ConnectionBroken => Fault::ConnectionBroken,
            ErrorCode::ConnectionReset => Fault::ConnectionReset,
            ErrorCode::ConnectionAborted => Fault::ConnectionAborted,
            ErrorCode::DatagramTooLarge => Fault::DatagramTooLarge,
            ErrorCode::Other => Fault::Unknown,
        }
    }
}

impl From<LookupErrorCode> for Fault {
    fn from(code: LookupErrorCode) -> Self {
        match code {
            LookupErrorCode::AccessDenied => Fault::AccessDenied,
            LookupErrorCode::InvalidArgument => Fault::InvalidName,
            LookupErrorCode::NameUnresolvable => Fault::NameUnresolvable,
            LookupErrorCode::TemporaryResolverFailure => Fault::TemporaryResolverFailure,
            LookupErrorCode::PermanentResolverFailure => Fault::PermanentResolverFailure,
            LookupErrorCode::Other => Fault::Unknown,
        }
    }
}

impl Fault {
    /// Returns `true` if the draft has `finish-bind` report it, and not `start-bind`.
    pub fn is_of_finish_bind(self) -> bool {
        matches!(
            self,
            Fault::EphemeralPortsExhausted
                | Fault::AddressInUse
                | Fault::AddressNotBindable
                | Fault::ImpossibleAddress
                | Fault::AccessDenied
        )
    }
}
