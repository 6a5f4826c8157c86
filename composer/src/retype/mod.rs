//! Gives the functions of a guest that may wait an `async` type.
//!
//! A component function may wait only if its type is `async`, and WASI 0.2 declares its blocking
//! functions without. But `async` is one bit of the component function type, and the core signature
//! of a function that is lowered or lifted synchronously doesn't depend on it. So the guest's
//! component-level types are given the bit where the adapter's have it, and its core modules stay
//! byte for byte the same.

mod flow;
mod rewrite;
#[cfg(test)]
mod tests;

use crate::Error;
use crate::error::Place;
use crate::inspect::Guest;
use crate::plan::{ExportFate, ImportFate, Plan};
use flow::Flow;

/// A guest with the types that its plan asks for.
#[derive(Debug)]
pub struct Retyped {
    /// The component.
    pub bytes: Vec<u8>,
    /// The functions of exports that have become `async` and go by the same name.
    pub became_async: Vec<Place>,
}

/// Returns the guest with the types that the plan asks for.
///
/// # Errors
///
/// If a function would have to be `async` and must not be.
pub fn retype(guest: &Guest<'_>, plan: &Plan) -> Result<Retyped, Error> {
    let flow = Flow::read(guest.bytes)?;
    let mut fixed = Vec::new();
    let mut places = Vec::new();
    for (name, item) in &flow.root.imports {
        let fate = plan.import(name);
        flow.functions_of(item, &mut |path, function| {
            let is_async = match fate {
                Some(ImportFate::Adapter { waiting, .. }) => waiting.contains(path),
                // The type is the host's to say.
                _ => flow.is_declared_async(function),
            };
            fixed.push((function, is_async));
            places.push(place(name, path));
        });
    }
    for export in &plan.exports {
        let name = &export.item.name;
        let is_async = match export.fate {
            // A host may wait for what it starts.
            ExportFate::Lifted(_) | ExportFate::Async => Some(true),
            ExportFate::Sync => None,
            ExportFate::AlreadyP3 | ExportFate::Kept => continue,
        };
        if let Some(item) = flow.root.exports.get(name) {
            flow.functions_of(item, &mut |path, function| {
                let is_async = is_async.unwrap_or_else(|| flow.is_declared_async(function));
                fixed.push((function, is_async));
                places.push(place(name, path));
            });
        }
    }
    let colours = flow.solve(&fixed).map_err(|conflict| Error::Conflict {
        waits: places[conflict.waits].clone(),
        stays: places[conflict.stays].clone(),
    })?;
    let mut became_async = Vec::new();
    for export in &plan.exports {
        let name = &export.item.name;
        let is_kept = matches!(export.fate, ExportFate::Kept | ExportFate::Async);
        if let Some(item) = flow.root.exports.get(name).filter(|_| is_kept) {
            flow.functions_of(item, &mut |path, function| {
                if colours.is_new(&flow, function) {
                    became_async.push(place(name, path));
                }
            });
        }
    }
    Ok(Retyped {
        bytes: rewrite::rewrite(guest.bytes, &colours).map_err(Error::Rewrite)?,
        became_async,
    })
}

fn place(name: &str, function: &str) -> Place {
    Place {
        name: name.to_string(),
        function: function.to_string(),
    }
}
