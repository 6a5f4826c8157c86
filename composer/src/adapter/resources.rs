//! What takes the place of the built-ins for the adapter's resources if there is no component
//! boundary around it.
//!
//! An adapter component's core module imports built-ins for the resources that it exports. Without
//! a component of its own there are none, and it needs none: its handles never leave it. See
//! `adapter/src/canon/own.rs`.

use crate::trim::StandIn;

/// What the module of a built-in for an exported interface begins with.
pub(super) const EXPORTED: &str = "[export]";

/// The adapter's function that makes a handle of a representation, and a representation of a handle.
const SAME: &str = "wasi-uplift:resource/same";

/// What takes the place of an import (module, name) of the adapter, if it is such a built-in.
pub(super) fn stand_in(module: &str, name: &str) -> Option<StandIn> {
    let interface = module.strip_prefix(EXPORTED)?;
    let (built_in, resource) = name.strip_prefix("[resource-")?.split_once(']')?;
    let function = match built_in {
        "new" | "rep" => SAME.to_string(),
        "drop" => format!("{interface}#[dtor]{resource}"),
        _ => return None,
    };
    Some(StandIn::Export(function))
}
