//! Where the answer of an HTTP server goes if there is no component boundary around the adapter.
//!
//! The adapter answers by writing a future, which the front component reads. In one component
//! nobody may write and read the same future. What the adapter imports of the future becomes an
//! ordinary interface instead, of which writing returns the answer to the host.

use crate::catalogue::wit::{self, Kind};
use crate::error::InternalError;
use wit_parser::{Resolve, Type, WorldId};

/// The interface.
pub(crate) const INTERFACE: &str = "wasi-uplift:fused/answer";

/// The function of the adapter that makes the future.
const ACCEPT: &str = "accept";

const END: [(&str, Type); 1] = [("end", Type::U32)];
const END_AND_ANSWER: [(&str, Type); 2] = [("end", Type::U32), ("answer", Type::U32)];

/// A built-in for the future, and what takes its place.
pub(crate) struct BuiltIn {
    /// How the name begins, up to the number of the future.
    prefix: &'static str,
    /// The name of the interface's function.
    pub function: &'static str,
    params: &'static [(&'static str, Type)],
    result: Option<Type>,
}

/// Returns both ends.
pub(crate) const NEW: BuiltIn = BuiltIn {
    prefix: "[future-new-",
    function: "new",
    params: &[],
    result: Some(Type::U64),
};

/// Takes an end and the address of the answer, and returns how it went.
pub(crate) const WRITE: BuiltIn = BuiltIn {
    prefix: "[async-lower][future-write-",
    function: "write",
    params: &END_AND_ANSWER,
    result: Some(Type::U32),
};

pub(crate) const DROP_WRITABLE: BuiltIn = BuiltIn {
    prefix: "[future-drop-writable-",
    function: "drop-writable",
    params: &END,
    result: None,
};

// The adapter gives away the end that these are for.

pub(crate) const READ: BuiltIn = BuiltIn {
    prefix: "[async-lower][future-read-",
    function: "read",
    params: &END_AND_ANSWER,
    result: Some(Type::U32),
};

pub(crate) const CANCEL_READ: BuiltIn = BuiltIn {
    prefix: "[future-cancel-read-",
    function: "cancel-read",
    params: &END,
    result: Some(Type::U32),
};

pub(crate) const CANCEL_WRITE: BuiltIn = BuiltIn {
    prefix: "[future-cancel-write-",
    function: "cancel-write",
    params: &END,
    result: Some(Type::U32),
};

pub(crate) const DROP_READABLE: BuiltIn = BuiltIn {
    prefix: "[future-drop-readable-",
    function: "drop-readable",
    params: &END,
    result: None,
};

const ALL: [BuiltIn; 7] = [
    NEW,
    WRITE,
    DROP_WRITABLE,
    READ,
    CANCEL_READ,
    CANCEL_WRITE,
    DROP_READABLE,
];

/// The name of the function in place of a built-in, which is imported by this name, if it is one.
pub(super) fn function(name: &str) -> Option<&'static str> {
    let built_in = |it: &BuiltIn| {
        let (_, of) = name.strip_prefix(it.prefix)?.split_once(']')?;
        (of == ACCEPT).then_some(it.function)
    };
    ALL.iter().find_map(built_in)
}

/// Adds the interface to what a world imports. It exports nothing any more.
pub(super) fn import(resolve: &mut Resolve, world: WorldId) -> Result<(), InternalError> {
    let interface = wit::add(resolve, INTERFACE)?;
    for it in ALL {
        wit::function(
            resolve,
            interface,
            Kind::Sync,
            it.function,
            it.params,
            it.result,
        );
    }
    let world = &mut resolve.worlds[world];
    world.exports.clear();
    world.imports.extend([wit::item(interface)]);
    Ok(())
}
