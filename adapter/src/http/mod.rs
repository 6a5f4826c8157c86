//! `wasi:http`, in the two shapes that it had.
//!
//! Each file holds one resource of `wasi:http/types`, and [`types`] the interfaces that they are
//! known by. A guest is called by way of [`incoming`].

mod error;
mod fields;
mod future_incoming_response;
mod future_trailers;
mod incoming;
mod incoming_body;
mod incoming_handler;
mod incoming_request;
mod incoming_response;
mod outgoing_body;
mod outgoing_handler;
mod outgoing_request;
mod outgoing_response;
mod request_options;
mod response_outparam;
pub mod syntax;
mod types;

/// The shapes, as modules that have the same names in them.
mod shapes {
    pub use crate::bindings::exports::wasi::http0_2_0_rc_2023_11_10 as candidate;
    pub use crate::bindings::exports::wasi::http0_2_12 as stable;
}
