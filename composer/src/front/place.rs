//! Places a front between the host and what it is in front of.

use crate::component::assembly::Assembly;
use crate::component::{Definition, Instance, ItemId, ScopeId, Sort};
use crate::error::InternalError;

/// Places an instance of a front, and returns its export of a name. What it is in front of exports
/// an instance, which serves the front's import of a name; others serve the `other` imports.
pub(crate) fn place_front(
    assembly: &mut Assembly<'_, '_>,
    front: ScopeId,
    other: Vec<(String, ItemId)>,
    (name, behind): (&str, ItemId),
    export: &str,
) -> Result<ItemId, InternalError> {
    let mut args = other;
    let behind = complete(assembly, front, name, behind, &args);
    args.push((name.to_string(), behind));
    let instance = assembly.instantiate(front, args).map_err(|import| {
        InternalError::link(format!("nothing is imported as `{import}` for the front"))
    })?;
    Ok(assembly.instance_export(Sort::Instance, instance, export.to_string()))
}

/// The instance with the types that the front takes of it. It need not export them: they are those of
/// the other instances.
fn complete(
    assembly: &mut Assembly<'_, '_>,
    front: ScopeId,
    import: &str,
    behind: ItemId,
    other: &[(String, ItemId)],
) -> ItemId {
    let model = &assembly.model;
    let import = model[front].imports.get(import).copied();
    let wanted = import.map_or_else(Vec::new, |import| model.exports_of(import));
    let is_missing = |(name, _): &&(&str, ItemId)| model.export_of(behind, name).is_none();
    let missing: Vec<String> = wanted
        .iter()
        .filter(is_missing)
        .map(|(name, _)| name.to_string())
        .collect();
    if missing.is_empty() {
        return behind;
    }
    let there: Vec<(String, Sort)> = model
        .exports_of(behind)
        .into_iter()
        .map(|(name, id)| (name.to_string(), model[id].sort))
        .collect();
    let mut exports = Vec::new();
    for (name, sort) in there {
        let item = assembly.instance_export(sort, behind, name.clone());
        exports.push((name.into(), item));
    }
    for name in missing {
        let mut instances = other.iter().map(|(_, instance)| *instance);
        let by = instances.find(|instance| assembly.model.export_of(*instance, &name).is_some());
        if let Some(by) = by {
            let item = assembly.instance_export(Sort::Type, by, name.clone());
            exports.push((name.into(), item));
        }
    }
    assembly.define(
        Sort::Instance,
        Definition::Instance(Instance::Exports(exports)),
    )
}
