//! Finds the function that a host starts by an export.

use crate::component::{Definition, ItemId, Model, ScopeId, Sort};
use crate::error::FuseError;
use std::collections::BTreeSet;

/// The one function that an export holds, which the guest has to lift.
pub(super) fn started(model: &Model<'_>, root: ScopeId, export: &str) -> Result<ItemId, FuseError> {
    let unclear = || FuseError::Start {
        export: export.to_string(),
    };
    let mut item = *model[root].exports.get(export).ok_or_else(unclear)?;
    if model[item].sort == Sort::Instance {
        let functions = lifted_functions(model, item);
        let [function] = functions[..] else {
            return Err(unclear());
        };
        item = function;
    }
    Ok(item)
}

/// The outermost component's functions that go into an instance: as its exports, or as arguments of
/// the components that it is made of.
fn lifted_functions(model: &Model<'_>, instance: ItemId) -> Vec<ItemId> {
    let mut functions = BTreeSet::new();
    let mut pending = vec![instance];
    let mut seen = BTreeSet::new();
    while let Some(id) = pending.pop() {
        let id = model.origin(id);
        if !seen.insert(id) {
            continue;
        }
        match (&model[id].definition, model[id].sort) {
            (Definition::Lift { .. }, _) => _ = functions.insert(id),
            (Definition::Instance(_), _) => model.references(id, &mut |to| {
                if matches!(model[to].sort, Sort::Func | Sort::Instance) {
                    pending.push(to);
                }
            }),
            // It is none of the guest's own.
            (_, Sort::Func | Sort::Instance) => _ = functions.insert(id),
            _ => {}
        }
    }
    functions.into_iter().collect()
}
