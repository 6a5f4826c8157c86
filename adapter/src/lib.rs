//! Serves WASI 0.2 interfaces by importing WASI 0.3 ones.
//!
//! Each WASI 0.2 interface is implemented in the file that is named like it: `wasi:io/poll` in
//! `io/poll.rs`. [`reactor`] is where everything waits, and [`abi`] is where everything unsafe is.
//!
//! The crate is built as one core module that exports all of it. The composer takes what a guest
//! needs and drops the rest, which is why nothing here may assume that it is all there: what an
//! interface needs it must refer to, and nothing else.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

#[allow(unsafe_code)]
mod abi;
#[allow(unsafe_code, unused_imports, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "adapter",
        features: ["clocks-timezone", "network-error-code"],
        generate_all,
        merge_structurally_equal_types: true,
        // The world's `async` is about types. Every export is lifted synchronously, which costs a
        // fortieth of a callback, and waits where it has to.
        async: false,
        disable_run_ctors_once_workaround: true,
    });
    export!(Adapter with_types_in self);
    use super::Adapter;
}
mod cli;
mod clocks;
mod filesystem;
mod http;
mod io;
mod lifecycle;
mod random;
mod reactor;
mod sockets;

/// Implements every exported interface.
struct Adapter;
