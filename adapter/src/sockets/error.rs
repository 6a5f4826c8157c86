//! The error codes of every shape of `wasi:sockets`, and how they map to one another.

use super::shapes::{draft, stable};

/// Declares [`Fault`] from the table of codes.
macro_rules! faults {
    ($( $(#[$doc:meta])* $fault:ident $name:literal => $draft:ident, $stable:ident; )*) => {
        /// What went wrong, as finely as the adapter knows.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Fault {
            $( $(#[$doc])* $fault, )*
        }

        impl Fault {
            /// The code by its name.
            pub fn name(self) -> &'static str {
                match self {
                    $( Fault::$fault => concat!("wasi:sockets error-code ", $name), )*
                }
            }
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
    Unknown "unknown" => Unknown, Unknown;
    AccessDenied "access-denied" => AccessDenied, AccessDenied;
    NotSupported "not-supported" => NotSupported, NotSupported;
    /// The draft has no code for it.
    InvalidArgument "invalid-argument" => Unknown, InvalidArgument;
    OutOfMemory "out-of-memory" => OutOfMemory, OutOfMemory;
    Timeout "timeout" => Timeout, Timeout;
    /// The draft has no code for it.
    InvalidState "invalid-state" => Unknown, InvalidState;
    AddressNotBindable "address-not-bindable" => AddressNotBindable, AddressNotBindable;
    AddressInUse "address-in-use" => AddressInUse, AddressInUse;
    RemoteUnreachable "remote-unreachable" => RemoteUnreachable, RemoteUnreachable;
    ConnectionRefused "connection-refused" => ConnectionRefused, ConnectionRefused;
    /// WASI 0.2 has no code for it: its streams say that they are closed.
    ConnectionBroken "connection-broken" => Unknown, Unknown;
    ConnectionReset "connection-reset" => ConnectionReset, ConnectionReset;
    /// The draft knows it as a reset.
    ConnectionAborted "connection-aborted" => ConnectionReset, ConnectionAborted;
    DatagramTooLarge "datagram-too-large" => DatagramTooLarge, DatagramTooLarge;
    NameUnresolvable "name-unresolvable" => NameUnresolvable, NameUnresolvable;
    TemporaryResolverFailure "temporary-resolver-failure"
        => TemporaryResolverFailure, TemporaryResolverFailure;
    PermanentResolverFailure "permanent-resolver-failure"
        => PermanentResolverFailure, PermanentResolverFailure;

    ConcurrencyConflict "concurrency-conflict" => ConcurrencyConflict, ConcurrencyConflict;
    NotInProgress "not-in-progress" => NotInProgress, NotInProgress;
    WouldBlock "would-block" => WouldBlock, WouldBlock;
    AddressFamilyMismatch "address-family-mismatch" => AddressFamilyMismatch, InvalidArgument;
    /// No socket can have the address, or not as its own.
    ImpossibleAddress "invalid-argument" => AddressNotBindable, InvalidArgument;
    InvalidRemoteAddress "invalid-remote-address" => InvalidRemoteAddress, InvalidArgument;
    Ipv6OnlyOperation "ipv6-only-operation" => Ipv6OnlyOperation, NotSupported;
    /// A socket says nothing of itself while it connects.
    Connecting "invalid-state" => ConcurrencyConflict, InvalidState;
    AlreadyBound "already-bound" => AlreadyBound, InvalidState;
    AlreadyConnected "already-connected" => AlreadyConnected, InvalidState;
    AlreadyListening "already-listening" => AlreadyListening, InvalidState;
    NotBound "not-bound" => NotBound, InvalidState;
    NotConnected "not-connected" => NotConnected, InvalidState;
    NotListening "not-listening" => NotListening, InvalidState;
    /// No address was named, and no free one was found.
    EphemeralPortsExhausted "ephemeral-ports-exhausted" => EphemeralPortsExhausted, AddressInUse;
    InvalidName "invalid-name" => InvalidName, InvalidArgument;
    /// A socket can't be created, though one of the other family can.
    AddressFamilyNotSupported "address-family-not-supported"
        => AddressFamilyNotSupported, NotSupported;
    /// No socket can be created any more.
    NewSocketLimit "new-socket-limit" => NewSocketLimit, NewSocketLimit;
    /// What an earlier datagram of a datagram socket has met. The draft has one code for it all.
    Refused "connection-refused" => RemoteUnreachable, ConnectionRefused;
    Reset "connection-reset" => RemoteUnreachable, ConnectionReset;
    /// Another peer than the one that a datagram socket is associated with.
    OtherPeer "already-connected" => AlreadyConnected, InvalidArgument;
}

impl Fault {
    /// Whether the draft has `finish-bind` report it, and not `start-bind`.
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
