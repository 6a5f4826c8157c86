//! The component in front of a guest: what the host calls in place of the guest's own exports.

use crate::catalogue::wit::{self, Kind};
use crate::catalogue::{LIFECYCLE, Target};
use crate::core_module::Header;
use crate::error::InternalError;
use wasm_encoder::{Function, ValType};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, Result_, TypeDefKind, WorldId};

mod answering;
pub(crate) mod flat;
mod forward;
mod handler;
mod place;

pub(crate) use answering::{Description, TYPES};
pub(crate) use forward::{DONE, SERVER, WHEN_DONE, forward};
pub use handler::GUEST_HANDLER;
pub(crate) use handler::handler;
pub(crate) use place::place_front;

/// The name by which the front component imports the guest's `wasi:cli/run`.
pub const GUEST_RUN: &str = "wasi-uplift:front/guest";

/// A component that exports `wasi:cli/run` of WASI 0.3. It runs the guest, and then waits until
/// what the guest has written is with the host.
///
/// # Errors
///
/// None that the caller could do something about.
pub(crate) fn run(target: Target) -> Result<Vec<u8>, InternalError> {
    let mut resolve = Resolve::default();
    let guest = wit::add(&mut resolve, GUEST_RUN)?;
    let adapter = wit::add(&mut resolve, LIFECYCLE)?;
    let run = target.interface("wasi:cli/run");
    let front = wit::add(&mut resolve, &run)?;
    let succeeds = TypeDefKind::Result(Result_ {
        ok: None,
        err: None,
    });
    let result = Some(wit::anonymous(&mut resolve, succeeds));
    for interface in [guest, front] {
        wit::function(&mut resolve, interface, Kind::Async, "run", &[], result);
    }
    wit::function(&mut resolve, adapter, Kind::Async, "drain", &[], None);
    let world = wit::world(&mut resolve, &[guest, adapter], front);
    let export = format!("{run}#run");
    let module = run_module((GUEST_RUN, "run"), (LIFECYCLE, "drain"), &export);
    encode(module, &resolve, world)
}

/// Makes a front component of its core module.
fn encode(
    mut module: Vec<u8>,
    resolve: &Resolve,
    world: WorldId,
) -> Result<Vec<u8>, InternalError> {
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)
        .and_then(|()| ComponentEncoder::default().module(&module)?.encode())
        .map_err(|error| InternalError::link(format!("the front component: {error:#}")))
}

/// The core module that runs the guest, and then waits until what the guest has written is with the
/// host. Both are given by what they are imported as.
pub(crate) fn run_module(guest: (&str, &str), drain: (&str, &str), export: &str) -> Vec<u8> {
    let mut header = Header::default();
    let guest = header.import(guest.0, guest.1, &[], &[ValType::I32]);
    let drain = header.import(drain.0, drain.1, &[], &[]);
    let ty = header.ty(&[], &[ValType::I32]);
    let mut run = Function::new([]);
    // The guest's result stays on the stack.
    run.instructions().call(guest).call(drain).end();
    header.with_function(export, ty, &run, ["front", "run"])
}
