//! Checks that a guest, and each part of it, can be in one component with what it could get at.

use super::removed::Removal;
use crate::component::{Alias, Definition, ItemId, Model, Type, ValType, ValueType};
use crate::error::{FuseError, PartsReason};
use crate::flatten::Flat;
use crate::plan::{ImportFate, Plan};
use hashbrown::HashMap;
use wasmparser::CanonicalFunction;

/// What stays the host's has its handles in the one table of the component: with those of the adapter
/// if it is of WASI 0.3, and with those of all parts.
pub(super) fn check_host_handles(
    model: &Model<'_>,
    flat: &Flat,
    removal: &Removal,
    plan: &Plan,
) -> Result<(), FuseError> {
    let p3 = plan
        .imports
        .iter()
        .filter(|it| it.fate == ImportFate::AlreadyP3);
    let p3: HashMap<ItemId, &str> = p3
        .map(|import| (import.item.item, import.item.name.as_str()))
        .collect();
    if p3.is_empty() && !flat.has_parts() {
        return Ok(());
    }
    // Many functions can have one type.
    let mut known = HashMap::new();
    for id in &model[flat.root].items {
        if removal.replaced.contains_key(id) || !removal.stays(model, *id) {
            continue;
        }
        let used = match &model[*id].definition {
            Definition::ResourceDrop(ty) => *ty,
            Definition::Lower { func, .. } => *func,
            Definition::Lift { .. } => *id,
            _ => continue,
        };
        let mut has_handles = matches!(model[*id].definition, Definition::ResourceDrop(_));
        if let Some(ty) = model.func_type(used) {
            let types = ty.params.iter().map(|(_, ty)| ty).chain(&ty.result);
            for ty in types {
                if let ValType::Type(ty) = ty {
                    has_handles |= *known.entry(model.type_origin(*ty)).or_insert_with(|| {
                        let all = model.closure([*ty], |_| true);
                        all.iter().any(|id| is_handle(&model[*id].definition))
                    });
                }
            }
        }
        if !has_handles {
            continue;
        }
        if flat.has_parts() {
            return Err(PartsReason::HostHandles.into());
        }
        if let Definition::Alias(Alias::Export { instance, .. }) = &model[used].definition
            && let Some(import) = p3.get(instance)
        {
            let import = import.to_string();
            return Err(FuseError::Handles { import });
        }
    }
    Ok(())
}

fn is_handle(definition: &Definition<'_>) -> bool {
    matches!(
        definition,
        Definition::Type(Type::Value(
            ValueType::Own(_) | ValueType::Borrow(_) | ValueType::Stream(_) | ValueType::Future(_)
        ))
    )
}

/// Built-ins for asynchronous work have handles in one table with the adapter's: the guest could
/// reach what the adapter has of the host. And every component has storage of its own for each task.
pub(super) fn check_built_ins(model: &Model<'_>, flat: &Flat) -> Result<(), FuseError> {
    for id in &model[flat.root].items {
        let Definition::BuiltIn(built_in) = &model[*id].definition else {
            continue;
        };
        match &*built_in.parsed {
            CanonicalFunction::ContextGet { .. } | CanonicalFunction::ContextSet { .. }
                if flat.has_parts() =>
            {
                return Err(PartsReason::Context.into());
            }
            // These have no handles.
            CanonicalFunction::ContextGet { .. }
            | CanonicalFunction::ContextSet { .. }
            | CanonicalFunction::ThreadYield { .. } => {}
            other => {
                let text = format!("{other:?}");
                let name = text.split([' ', '{']).next().unwrap_or_default();
                return Err(FuseError::BuiltIn {
                    built_in: name.to_string(),
                });
            }
        }
    }
    Ok(())
}
