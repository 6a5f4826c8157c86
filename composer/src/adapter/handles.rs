//! Where the adapter's resources come from if there is no component boundary around it.
//!
//! An adapter component's core module imports built-ins for its resources. Without a component of
//! its own there are no such built-ins: it imports functions of an ordinary interface instead.

use super::{Resource, answer, rename};
use crate::catalogue::wit::{self, Kind};
use crate::error::InternalError;
use crate::trim::Trimmed;
use std::collections::{BTreeMap, HashMap};
use wit_parser::{Resolve, Type, WorldId};

/// The interface.
pub(crate) const INTERFACE: &str = "wasi-uplift:fused/handles";

/// What the module of a built-in for an exported resource begins with.
const EXPORTED: &str = "[export]";

/// A built-in for a resource of the component itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltIn {
    /// `[resource-new]`.
    New,
    /// `[resource-rep]`.
    Rep,
    /// `[resource-drop]`.
    Drop,
}

impl BuiltIn {
    const ALL: [(&'static str, BuiltIn); 3] = [
        ("[resource-new]", BuiltIn::New),
        ("[resource-rep]", BuiltIn::Rep),
        ("[resource-drop]", BuiltIn::Drop),
    ];

    /// The name of the interface's function, for a resource.
    pub(crate) fn function(self, resource: usize) -> String {
        let name = match self {
            BuiltIn::New => "new",
            BuiltIn::Rep => "rep",
            BuiltIn::Drop => "drop",
        };
        format!("{name}{resource}")
    }

    fn result(self) -> Option<Type> {
        match self {
            BuiltIn::New | BuiltIn::Rep => Some(Type::U32),
            BuiltIn::Drop => None,
        }
    }
}

/// Adds the interface, and [`answer`], to what a world imports. It exports nothing any more.
pub(super) fn declare(
    resolve: &mut Resolve,
    world: WorldId,
    resources: usize,
) -> Result<(), InternalError> {
    let interface = wit::add(resolve, INTERFACE)?;
    for resource in 0..resources {
        for (_, built_in) in BuiltIn::ALL {
            let (name, result) = (built_in.function(resource), built_in.result());
            let params = [("value", Type::U32)];
            wit::function(resolve, interface, Kind::Sync, &name, &params, result);
        }
    }
    let interfaces = [interface, answer::declare(resolve)?];
    let world = &mut resolve.worlds[world];
    world.exports.clear();
    world.imports.extend(interfaces.map(wit::item));
    Ok(())
}

/// Imports the functions of the interfaces in place of the built-ins, and exports what the adapter
/// does by other names.
pub(super) fn import(
    trimmed: &Trimmed,
    resources: &[Resource],
    exports: &BTreeMap<String, String>,
) -> Result<Vec<u8>, InternalError> {
    let mut names = HashMap::new();
    for (module, name) in &trimmed.imports {
        let Some(interface) = module.strip_prefix(EXPORTED) else {
            continue;
        };
        let handles = || {
            BuiltIn::ALL.into_iter().find_map(|(prefix, built_in)| {
                let resource = name.strip_prefix(prefix)?;
                let is = |it: &Resource| it.interface == interface && it.name == resource;
                let function = built_in.function(resources.iter().position(is)?);
                Some((INTERFACE.to_string(), function))
            })
        };
        let answer = || Some((answer::INTERFACE.into(), answer::function(name)?.into()));
        let unknown =
            || InternalError::adapter(format!("it imports `{name}` of its own `{interface}`"));
        names.insert(
            (module.as_str(), name.as_str()),
            handles().or_else(answer).ok_or_else(unknown)?,
        );
    }
    let import = |module: &str, name: &str| names.get(&(module, name)).cloned();
    let export = |name: &str| exports.get(name).cloned();
    rename::rename(&trimmed.bytes, &import, &export).map_err(InternalError::adapter)
}
