//! Tests of the adapter's lowest layers, `canon`, `reactor` and `op`, on this machine.
//!
//! The layers are compiled as they are. The host has the built-ins that they import, under the same
//! names. Wherever the component model leaves a host a choice (a read may block, end in part, end
//! with the other side gone, be cancelled although it has ended), and wherever an owner has one, the
//! test goes through all of them: see `choice::explore`.

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
mod artefact;
#[cfg(test)]
mod choice;
#[cfg(test)]
mod futures;
#[cfg(test)]
mod host;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod layouts;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod subtasks;
#[cfg(test)]
mod together;
