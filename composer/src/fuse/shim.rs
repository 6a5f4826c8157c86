//! The table by which a guest calls the functions that are lowered with its memory.
//!
//! Its encoder has made two core modules for that, see [`shim`](crate::core_module::shim). Where all
//! that they bring the guest is the adapter's, the core module beside the guest's does the work of
//! the first, in a table that it has anyway, and the glue that of the second.

use super::removed::{Removal, Replaced};
use crate::component::{Alias, CoreInstance, Definition, ItemId, Model, ScopeId, Sort};
use crate::core_module::shim;
use hashbrown::{HashMap, HashSet};

/// What a guest has no need of.
#[derive(Default)]
pub(super) struct Shim {
    /// The two modules, their instances, and what is only there for these.
    pub items: HashSet<ItemId>,
    /// The lowered functions that are called by way of the table, by slot.
    pub slots: Vec<ItemId>,
    /// The functions in front of the table, by what the guest calls: their slots.
    pub exports: HashMap<ItemId, usize>,
}

impl Shim {
    /// Finds the two modules of a guest, if all functions that pass through them are replaced.
    pub fn find(model: &Model<'_>, root: ScopeId, removal: &Removal) -> Self {
        let items = &model[root].items;
        let mut found = items
            .iter()
            .filter_map(|id| with(model, items, removal, *id));
        // A second table would need slots of its own.
        match (found.next(), found.next()) {
            (Some(shim), None) => shim,
            _ => Shim::default(),
        }
    }
}

/// What goes with an instance of the second module, if it is one.
fn with(model: &Model<'_>, items: &[ItemId], removal: &Removal, second: ItemId) -> Option<Shim> {
    let (second_module, args) = instantiated(model, second)?;
    let [(_, bundle)] = *args else {
        return None;
    };
    let Definition::CoreInstance(CoreInstance::Exports(filled)) = &model[bundle].definition else {
        return None;
    };
    let (_, table) = filled.iter().find(|(name, _)| name == shim::TABLE)?;
    let Definition::Alias(Alias::CoreExport { instance, .. }) = model[*table].definition else {
        return None;
    };
    let (first_module, args) = instantiated(model, instance)?;
    let count = shim::slots(bytes(model, first_module)?)?;
    if !args.is_empty() || !shim::fills(bytes(model, second_module)?, count) {
        return None;
    }
    let slots = (0..count).map(|slot| {
        let name = slot.to_string();
        let (_, id) = filled.iter().find(|(filled, _)| *filled == name)?;
        let is_lowered = matches!(removal.replaced.get(id), Some(Replaced::Lowered(..)));
        is_lowered.then_some(*id)
    });
    let slots: Vec<ItemId> = slots.collect::<Option<_>>()?;
    let mut exports = HashMap::new();
    for id in items {
        match &model[*id].definition {
            Definition::Alias(Alias::CoreExport { instance: of, name }) if *of == instance => {
                match model[*id].sort {
                    Sort::CoreFunc => _ = exports.insert(*id, name.parse().ok()?),
                    _ if id == table => {}
                    _ => return None,
                }
            }
            _ if *id == second => {}
            _ => {
                let mut is_needed = false;
                model.references(*id, &mut |to| {
                    is_needed |= [instance, second, bundle, *table].contains(&to);
                    is_needed |= slots.contains(&to);
                });
                if is_needed && *id != bundle {
                    return None;
                }
            }
        }
    }
    let all = [
        second,
        second_module,
        bundle,
        *table,
        instance,
        first_module,
    ];
    Some(Shim {
        items: all.into_iter().collect(),
        slots,
        exports,
    })
}

type Args<'m> = &'m [(std::borrow::Cow<'m, str>, ItemId)];

fn instantiated<'m>(model: &'m Model<'_>, id: ItemId) -> Option<(ItemId, Args<'m>)> {
    match &model[id].definition {
        Definition::CoreInstance(CoreInstance::Instantiate { module, args }) => {
            Some((*module, args))
        }
        _ => None,
    }
}

fn bytes<'m>(model: &'m Model<'_>, module: ItemId) -> Option<&'m [u8]> {
    match &model[module].definition {
        Definition::CoreModule(module) => Some(&module.bytes),
        _ => None,
    }
}
