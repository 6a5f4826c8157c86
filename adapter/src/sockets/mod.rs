//! `wasi:sockets`, in the three shapes that it had.
//!
//! Each file holds one implementation, and below it the three interfaces that it is known by. The
//! document of early November 2023 and the release candidate that followed carry the same version
//! label; the composer tells them apart by their types.

pub mod error;
mod instance_network;
mod ip_name_lookup;
mod network;
mod operation;
mod tcp;
mod tcp_create_socket;
mod udp;
mod udp_create_socket;

/// The shapes, as modules that have the same names in them.
mod shapes {
    pub use crate::bindings::exports::wasi::sockets0_2_0_rc_2023_11_10 as candidate;
    pub use crate::bindings::exports::wasi::sockets0_2_0_rc_2023_11_10_draft as draft;
    pub use crate::bindings::exports::wasi::sockets0_2_12 as stable;
}
