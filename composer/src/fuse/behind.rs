//! Puts a server behind a front.

use crate::component::assembly::Assembly;
use crate::component::inner_exports::InnerExports;
use crate::component::{Definition, Model, ScopeId, Sort};
use crate::error::InternalError;
use crate::front::{DONE, SERVER, place_front};

/// Puts a component whose export `handler` is a server behind a front, and returns the component that
/// both are parts of. The front imports the export as [`SERVER`], and the export [`DONE`].
pub(super) fn behind(
    model: &mut Model<'_>,
    front: ScopeId,
    server: ScopeId,
    handler: &str,
) -> Result<ScopeId, InternalError> {
    let mut assembly = Assembly::as_large_as(server, model);
    assembly.import_from(server, |_| true);
    let instance = assembly.instantiate(server, Vec::new());
    let instance = instance.map_err(|import| {
        InternalError::link(format!("nothing is imported as `{import}` for the server"))
    })?;
    let mut exports = InnerExports::of(instance);
    for id in assembly.model[server].items.clone() {
        let Definition::Export { name, .. } = &assembly.model[id].definition else {
            continue;
        };
        let name = name.clone();
        if name.name == handler {
            let of_server = (SERVER, exports.place(&mut assembly, handler, id));
            let done = assembly.instance_export(Sort::Instance, instance, DONE);
            let other = vec![(DONE.to_string(), done)];
            let front = place_front(&mut assembly, front, other, of_server, handler)?;
            assembly.export(handler.to_string(), front);
        } else if name.name != DONE {
            exports.hand_on(&mut assembly, name, id);
        }
    }
    let root = assembly.finish();
    model[root].debug_name = model[server].debug_name.clone();
    Ok(root)
}
