//! Imports of WASI 0.3 that guest and adapter share.
//!
//! A component imports an interface once only. Where both sides need it, the import has to have
//! what either of them takes from it, so that it is made of the adapter's own WIT. This is for
//! fusing and for linking alike.

use crate::adapter;
use crate::catalogue::Catalogue;
use crate::component::shape::Shapes;
use crate::component::{Alias, Definition, ItemId, Model, ScopeId, Sort};
use crate::error::InternalError;
use hashbrown::HashMap;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Why guest and adapter can't share an import.
pub(crate) enum Error {
    /// The guest takes more from it than WASI 0.3 gives it.
    Extended {
        import: String,
    },
    Internal(InternalError),
}

impl From<InternalError> for Error {
    fn from(error: InternalError) -> Self {
        Error::Internal(error)
    }
}

/// Adds to a model a component whose imports have all that the guest and the adapter take from the
/// adapter's imports, and functions of an import that are `needed` besides. `None` if the adapter's
/// imports do as they are. The component is kept in `bytes`.
///
/// # Errors
///
/// If the guest takes from a shared import what the adapter doesn't know.
pub(crate) fn imports<'a>(
    model: &mut Model<'a>,
    [guest, adapter]: [ScopeId; 2],
    catalogue: &Catalogue,
    needed: Option<(String, [&str; 2])>,
    bytes: &'a OnceCell<Vec<u8>>,
) -> Result<Option<ScopeId>, Error> {
    let is_shared = |(name, _): &(&str, ItemId)| model[adapter].imports.contains_key(*name);
    let shared: Vec<(String, ItemId)> = model
        .imports(guest)
        .filter(is_shared)
        .map(|(name, id)| (name.to_string(), id))
        .collect();
    if shared.is_empty() && needed.is_none() {
        return Ok(None);
    }
    let mut functions = taken_functions(model, adapter);
    if let Some((import, needed)) = needed {
        let all = functions.entry(import).or_default();
        all.extend(needed.map(str::to_string));
    }
    for (name, id) in &shared {
        let all = functions.entry(name.clone()).or_default();
        for (function, id) in model.exports_of(*id) {
            if model[id].sort == Sort::Func {
                all.insert(function.to_string());
            }
        }
    }
    let component = adapter::imports(catalogue, &functions)?;
    let offered = model
        .read(bytes.get_or_init(|| component))
        .map_err(InternalError::adapter)?;
    let mut shapes = Shapes::default();
    for (name, wanted) in shared {
        let wanted = shapes.of_instance(model, wanted);
        let offered = model[offered].imports.get(name.as_str()).copied();
        let offered = offered.map(|id| shapes.of_instance(model, id));
        let fits = offered.is_some_and(|offered| {
            let mut wanted = wanted.iter();
            wanted.all(|(item, shape)| offered.get(item) == Some(shape))
        });
        if !fits {
            return Err(Error::Extended { import: name });
        }
    }
    Ok(Some(offered))
}

/// The functions that a component takes from each of its imports, none of them from some.
fn taken_functions(model: &Model<'_>, scope: ScopeId) -> BTreeMap<String, BTreeSet<String>> {
    let mut taken = BTreeMap::new();
    let mut names = HashMap::new();
    for (name, id) in model.imports(scope) {
        names.insert(id, name);
        taken.insert(name.to_string(), BTreeSet::new());
    }
    for id in &model[scope].items {
        if let Definition::Alias(Alias::Export { instance, name, .. }) = &model[*id].definition
            && model[*id].sort == Sort::Func
            && let Some(import) = names.get(instance)
        {
            let functions: &mut BTreeSet<String> = taken.entry(import.to_string()).or_default();
            functions.insert(name.to_string());
        }
    }
    taken
}
