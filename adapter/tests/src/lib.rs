//! Tests of the adapter's lowest layers, `canon`, `reactor` and `op`, and of the byte streams that are
//! built on them, `io`, on this machine.
//!
//! These are compiled as they are. The host has the built-ins that they import, under the same names.
//! `p3` and `bindings` have what `io` uses of the modules of these names. Wherever the component model
//! leaves a host a choice (a read may block, end in part, end with the other side gone, be cancelled
//! although it has ended), and wherever an owner or a guest has one, the test goes through all of them:
//! see `choice::explore`. What takes too many steps for that is tried by chance: see `choice::sample`.

extern crate alloc;

#[allow(dead_code, unused_imports, clippy::new_without_default)]
#[path = "../../src/canon/mod.rs"]
pub mod canon;
#[allow(dead_code, unused_imports)]
#[path = "../../src/op/mod.rs"]
pub mod op;
#[allow(dead_code)]
#[path = "../../src/reactor.rs"]
pub mod reactor;

pub mod waiting;

#[cfg(test)]
#[path = "../../src/freshness.rs"]
mod freshness;
#[cfg(test)]
#[allow(dead_code)]
#[path = "../../src/io/mod.rs"]
mod io;

#[cfg(test)]
mod artefact;
#[cfg(test)]
mod bindings;
#[cfg(test)]
mod buffers;
#[cfg(test)]
mod choice;
#[cfg(test)]
mod futures;
#[cfg(test)]
mod host;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod layouts;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod p3;
#[cfg(test)]
mod polls;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod splices;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod subtasks;
#[cfg(test)]
mod together;

/// Implements the exported interfaces.
#[cfg(test)]
struct Adapter;
