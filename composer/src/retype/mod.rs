//! Gives the functions of a guest that may wait an `async` type.
//!
//! A component function may wait only if its type is `async`, and WASI 0.2 declares its blocking
//! functions without. But `async` is one bit of the component function type, and the core signature
//! of a function that is lowered or lifted synchronously doesn't depend on it. So the guest's
//! component-level types are given the bit where the adapter's have it, and its core modules stay
//! byte for byte the same.

mod flow;

use crate::component::{Alias, Definition, ExternType, ItemId, Model, Type};
use crate::error::{Place, RetypeError};
use crate::inspect::Guest;
use crate::plan::{ExportFate, ImportFate, Plan};
use flow::{Colours, Flow};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// Gives a guest the types that its plan asks for, and returns the functions of exports that have
/// become `async` and go by the same name.
///
/// # Errors
///
/// If a function would have to be `async` and must not be.
pub(crate) fn retype(guest: &mut Guest<'_>, plan: &Plan) -> Result<Vec<Place>, RetypeError> {
    if !plan.has_async() {
        return Ok(Vec::new());
    }
    let model = &guest.model;
    let mut flow = Flow::of(model, guest.root);
    let mut fixed = Vec::new();
    for_each_fixed(model, plan, &mut |_, _, function, is_async| {
        fixed.push((function, is_async));
    });
    let colours = flow
        .solve(&fixed)
        .map_err(|conflict| RetypeError::Conflict {
            waits: place_of_fixed(model, plan, conflict.waits),
            stays: place_of_fixed(model, plan, conflict.stays),
        })?;
    let mut became_async = Vec::new();
    for export in &plan.exports {
        if matches!(export.fate, ExportFate::Kept | ExportFate::Async) {
            flow::functions_of(model, export.item.item, &mut |path, function| {
                if colours.is_new(function) {
                    became_async.push(Place::new(&export.item.name, path));
                }
            });
        }
    }
    let uses = flow.uses();
    give_types(&mut guest.model, uses, &colours);
    Ok(became_async)
}

/// Calls `visit` for each function whose type is not ours to choose, with the name of the import or
/// export, with those that lead to the function in it, and with whether it is `async`.
fn for_each_fixed(model: &Model<'_>, plan: &Plan, visit: &mut dyn FnMut(&str, &str, ItemId, bool)) {
    for import in &plan.imports {
        flow::functions_of(model, import.item.item, &mut |path, function| {
            let is_async = match &import.fate {
                ImportFate::Adapter { waiting, .. } => waiting.contains(path),
                // The type is the host's to say.
                _ => is_declared_async(model, function),
            };
            visit(&import.item.name, path, function, is_async);
        });
    }
    for export in &plan.exports {
        let is_async = match export.fate {
            // A host may wait for what it starts.
            ExportFate::Lifted { .. } | ExportFate::Async => Some(true),
            // The type is WASI's to say, or to stay.
            ExportFate::AlreadyP3 | ExportFate::Sync => None,
            ExportFate::Kept => continue,
        };
        flow::functions_of(model, export.item.item, &mut |path, function| {
            // The export itself is one if there is no way within it.
            let name = if path.is_empty() {
                &export.item.name
            } else {
                path
            };
            let is_async = is_async.filter(|_| !flow::is_constructor(name));
            let is_async = is_async.unwrap_or_else(|| is_declared_async(model, function));
            visit(&export.item.name, path, function, is_async);
        });
    }
}

/// Where the function at a position among those of [`for_each_fixed`] is.
fn place_of_fixed(model: &Model<'_>, plan: &Plan, position: usize) -> Place {
    let mut places = Vec::new();
    for_each_fixed(model, plan, &mut |name, path, _, _| {
        places.push(Place::new(name, path));
    });
    places.swap_remove(position)
}

/// Whether the type that the binary gives a function is `async`.
fn is_declared_async(model: &Model<'_>, function: ItemId) -> bool {
    model.func_type(function).is_some_and(|ty| ty.is_async)
}

/// The `async` and the other uses of a function type, or of an outer alias of one.
#[derive(Default)]
struct Uses {
    synchronous: Vec<ItemId>,
    asynchronous: Vec<ItemId>,
}

/// Gives each of the functions that a type is written for, which are the `uses`, the type of its
/// colour.
fn give_types(model: &mut Model<'_>, uses: Vec<ItemId>, colours: &Colours) {
    let mut types: BTreeMap<ItemId, Uses> = BTreeMap::new();
    for function in uses {
        let ty = type_of_use(model, function);
        let mut alias = Some(ty);
        while let Some(ty) = alias.filter(|ty| is_function_type(model, *ty)) {
            let uses = types.entry(ty).or_default();
            match colours.is_async(function) {
                true => uses.asynchronous.push(function),
                false => uses.synchronous.push(function),
            }
            alias = match model[ty].definition {
                Definition::Alias(Alias::Outer(outer)) => Some(outer),
                _ => None,
            };
        }
    }
    // What an alias refers to comes before it, and so do the variants of that.
    let mut variants: HashMap<ItemId, ItemId> = HashMap::new();
    for (ty, uses) in types {
        if uses.asynchronous.is_empty() {
            continue;
        }
        let variant = match &model[ty].definition {
            Definition::Type(Type::Func(func)) if func.is_async => continue,
            Definition::Type(Type::Func(func)) => {
                let mut func = func.clone();
                func.is_async = true;
                Definition::Type(Type::Func(func))
            }
            Definition::Alias(Alias::Outer(outer)) => match variants.get(outer) {
                Some(variant) => Definition::Alias(Alias::Outer(*variant)),
                // It is `async` already, or has become so.
                None => continue,
            },
            _ => continue,
        };
        if uses.synchronous.is_empty() {
            // What refers to it refers to the variant now.
            model.redefine(ty, variant);
            continue;
        }
        let copy = model.add(model[ty].sort, variant);
        variants.insert(ty, copy);
        for function in uses.asynchronous {
            set_type_of_use(model, function, &variants);
        }
    }
    model.insert_after(&variants);
}

/// Whether the item is a function type that can be had in two variants: one with a name of its own
/// can't be told from others where it is used, so that its uses stay as they are.
fn is_function_type(model: &Model<'_>, ty: ItemId) -> bool {
    match model[ty].definition {
        Definition::Type(Type::Func(_)) => true,
        Definition::Alias(Alias::Outer(outer)) => is_function_type(model, outer),
        _ => false,
    }
}

fn type_of_use(model: &Model<'_>, function: ItemId) -> ItemId {
    match (&model[function].definition, model.extern_type(function)) {
        (Definition::Lift { ty, .. }, _) => *ty,
        (_, Some(ExternType::Func(ty))) => ty,
        _ => unreachable!("a use gives a function its type"),
    }
}

/// Has a function refer to the variant of its type, if there is one.
fn set_type_of_use(model: &mut Model<'_>, function: ItemId, variants: &HashMap<ItemId, ItemId>) {
    let (Definition::Lift { ty, .. }
    | Definition::Import {
        ty: ExternType::Func(ty),
        ..
    }
    | Definition::Declared {
        ty: ExternType::Func(ty),
        ..
    }
    | Definition::Export {
        ascribed: Some(ExternType::Func(ty)),
        ..
    }) = &mut model[function].definition
    else {
        unreachable!("a use gives a function its type");
    };
    if let Some(variant) = variants.get(ty) {
        *ty = *variant;
    }
}
