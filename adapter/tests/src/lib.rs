//! Tests of the adapter's lowest layers, `canon`, `reactor` and `op`, on this machine.
//!
//! The layers are compiled as they are. The [host] has the built-ins that they import, under the same
//! names. Wherever the component model leaves a host a choice (a read may block, end in part, end
//! with the other side gone, be cancelled although it has ended), and wherever an owner has one, the
//! test goes through all of them: see [`explore`](choice::explore).

#![cfg(test)]

extern crate alloc;

#[allow(dead_code, unused_imports)]
#[path = "../../src/canon/mod.rs"]
mod canon;
#[allow(dead_code, unused_imports)]
#[path = "../../src/op/mod.rs"]
mod op;
#[allow(dead_code)]
#[path = "../../src/reactor.rs"]
mod reactor;

mod artefact;
mod choice;
mod host;

mod futures;
mod promises;
mod streams;
mod subtasks;
mod together;
