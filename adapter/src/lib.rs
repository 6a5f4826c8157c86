//! Serves WASI 0.2 interfaces by importing WASI 0.3 ones.
//!
//! The crate is made of layers, each of which uses only those before it:
//!
//! 1. [`canon`]: the canonical ABI. Everything `unsafe` is there, in the generated code, and in
//!    [`absent`], which plays the host and has the other side of the same ABI.
//! 2. [`reactor`]: where everything waits.
//! 3. [`op`]: operations of the component model that have an owner.
//! 4. [`p3`]: WASI 0.3, one file for each package.
//! 5. WASI 0.2, one file for each interface: `wasi:io/poll` is in `io/poll.rs`.
//!
//! It is built as one core module that exports all of it. The composer takes what a guest needs and
//! drops the rest, which is why nothing here may assume that it is all there: what an interface needs
//! it must refer to, and nothing else.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

#[allow(unsafe_code)]
mod absent;
#[allow(unsafe_code, unused_imports, clippy::all)]
mod bindings {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
    export!(Adapter with_types_in self);
    use super::Adapter;
    pub use wit_bindgen::rt::async_support::{FutureReader, FutureVtable};
}
#[allow(unsafe_code)]
mod canon;
mod cli;
mod clocks;
mod filesystem;
mod freshness;
mod http;
mod io;
mod lifecycle;
mod offers;
mod op;
mod p3;
mod random;
#[allow(unsafe_code, dead_code, unused_imports, clippy::all)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}
mod reactor;
mod sockets;

/// The differences between WASI 0.3.0 and other versions, which the composer reads: the form of the
/// text is described in `build/targets.rs`. Results don't contain it.
#[allow(unsafe_code)]
#[used]
#[unsafe(link_section = "wasi-uplift:targets")]
static TARGETS: [u8; include_bytes!(concat!(env!("OUT_DIR"), "/targets.txt")).len()] =
    *include_bytes!(concat!(env!("OUT_DIR"), "/targets.txt"));

/// Implements every exported interface.
struct Adapter;
