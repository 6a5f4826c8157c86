//! Where the adapter's resources come from if there is no component boundary around it.
//!
//! An adapter component's core module imports built-ins for its resources. Without a component of
//! its own there are no such built-ins: it imports functions of an ordinary interface instead.

use super::{Resource, answer, broken};
use crate::{Error, rename};
use std::collections::{BTreeMap, HashMap};
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};

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

    fn wit(self, resource: usize) -> String {
        let ty = match self {
            BuiltIn::New | BuiltIn::Rep => "func(value: u32) -> u32",
            BuiltIn::Drop => "func(value: u32)",
        };
        format!("{}: {ty};\n", self.function(resource))
    }
}

/// Adds the interface, and [`answer`], to what a world imports. It exports nothing any more.
pub(super) fn declare(
    resolve: &mut Resolve,
    world: WorldId,
    resources: usize,
) -> Result<(), Error> {
    let functions: String = (0..resources)
        .flat_map(|resource| BuiltIn::ALL.map(|(_, built_in)| built_in.wit(resource)))
        .collect();
    let wit = format!(
        "package wasi-uplift:fused;\ninterface handles {{\n{functions}}}\n{}",
        answer::wit()
    );
    let package = resolve.push_str("fused.wit", &wit).map_err(broken)?;
    let world = &mut resolve.worlds[world];
    world.exports.clear();
    for id in resolve.packages[package].interfaces.values() {
        let item = WorldItem::Interface {
            id: *id,
            stability: Default::default(),
            docs: Default::default(),
            span: Default::default(),
            external_id: None,
        };
        world.imports.insert(WorldKey::Interface(*id), item);
    }
    Ok(())
}

/// Imports the functions of the interfaces in place of the built-ins, and exports what the adapter
/// does by other names.
pub(super) fn import(
    trimmed: &super::trim::Trimmed,
    resources: &[Resource],
    exports: &BTreeMap<String, String>,
) -> Result<Vec<u8>, Error> {
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
        let unknown = || Error::Adapter(format!("it imports `{name}` of its own `{interface}`"));
        names.insert(
            (module.as_str(), name.as_str()),
            handles().or_else(answer).ok_or_else(unknown)?,
        );
    }
    let import = |module: &str, name: &str| names.get(&(module, name)).cloned();
    let export = |name: &str| exports.get(name).cloned();
    rename::imports_and_exports(&trimmed.bytes, import, export).map_err(broken)
}
