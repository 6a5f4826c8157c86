//! The table by which a guest calls the functions that are lowered with its memory.
//!
//! Its encoder has made two core modules for that, see [`shim`](crate::core_module::shim). Where all
//! that they bring the guest is the adapter's, the core module beside the guest's does the work of
//! the first, in a table that it has anyway, and the glue that of the second.

use super::removed::{Removal, Replaced};
use crate::component::{Alias, CoreInstance, Definition, ItemId, Model, ScopeId, Sort};
use crate::core_module::shim::{self, SlotType};
use hashbrown::{HashMap, HashSet};

/// What a guest has no need of.
#[derive(Default)]
pub(super) struct Shim {
    /// The two modules, their instances, and what is only there for these.
    pub items: HashSet<ItemId>,
    /// The lowered functions that are called by way of the table, by slot.
    pub slots: Vec<ItemId>,
    /// The types of the functions in front of the table.
    pub types: Vec<SlotType>,
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
    let types = shim::slots(bytes(model, first_module)?)?;
    let count = types.len();
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
    let is_once = |id: &ItemId| slots.iter().filter(|other| *other == id).count() == 1;
    if !slots.iter().all(is_once) {
        return None;
    }
    // Each is only referred to by the next of them.
    let all = [
        first_module,
        instance,
        *table,
        bundle,
        second_module,
        second,
    ];
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
            _ => {
                let mut is_needed = false;
                model.references(*id, &mut |to| {
                    is_needed |= all.contains(&to) || slots.contains(&to);
                });
                if is_needed && !all.contains(id) {
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
        types,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::read::{self, Validated};

    /// A guest whose core module calls two functions by way of a table.
    const GUEST: &str = r#"(component
        (import "test:a/b" (instance $imported
            (export "one" (func (result string)))
            (export "two" (func (param "it" string)))))
        (core module $main
            (import "imported" "one" (func (param i32)))
            (import "imported" "two" (func (param i32 i32)))
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0))
        (core module $first
            (table (export "$imports") 2 2 funcref)
            (func (export "0") (param i32)
                local.get 0 i32.const 0 call_indirect (param i32))
            (func (export "1") (param i32 i32)
                local.get 0 local.get 1 i32.const 1 call_indirect (param i32 i32)))
        (core module $second
            (import "" "0" (func (param i32)))
            (import "" "1" (func (param i32 i32)))
            (import "" "$imports" (table 2 2 funcref))
            (elem (i32.const 0) func 0 1))
        (core instance $first (instantiate $first))
        (alias core export $first "0" (core func $one))
        (alias core export $first "1" (core func $two))
        (core instance $called (export "one" (func $one)) (export "two" (func $two)))
        (core instance $main (instantiate $main (with "imported" (instance $called))))
        (alias core export $main "memory" (core memory $memory))
        (alias core export $main "realloc" (core func $realloc))
        (core func $lowered-one
            (canon lower (func $imported "one") (memory $memory) (realloc $realloc)))
        (core func $lowered-two (canon lower (func $imported "two") (memory $memory)))
        (alias core export $first "$imports" (core table $table))
        (core instance $filled
            (export "$imports" (table $table))
            (export "0" (func $lowered-one))
            (export "1" (func $lowered-two)))
        (core instance $second (instantiate $second (with "" (instance $filled))))
        ;; more
    )"#;

    fn find(guest: &str) -> Shim {
        let bytes = wat::parse_str(guest).unwrap();
        let Validated { model, root, .. } = read::validated(&bytes).unwrap();
        let mut removal = Removal::of(&model, root, false, |_| true);
        removal.find_live(&model, root, |_| false).unwrap();
        Shim::find(&model, root, &removal)
    }

    #[test]
    fn the_two_modules_are_found() {
        let shim = find(GUEST);
        assert_eq!(shim.slots.len(), 2);
        assert_eq!(shim.types.len(), 2);
        assert_eq!(shim.exports.len(), 2);
        assert_eq!(shim.items.len(), 6);
    }

    /// What else refers to any of it would get something else in its place.
    #[test]
    fn nothing_else_may_need_them() {
        const MORE: &str = ";; more";
        for more in [
            r#"(export "first" (core module $first))"#,
            "(core instance (instantiate $first))",
            r#"(core instance (instantiate $second (with "" (instance $filled))))"#,
            r#"(core module $takes (import "" "0" (func (param i32))))
                (core instance (instantiate $takes (with "" (instance $first))))"#,
            r#"(core module $takes (import "" "$imports" (table 2 2 funcref)))
                (core instance (instantiate $takes (with "" (instance $filled))))"#,
            r#"(core instance $has (export "table" (table $table)))
                (core module $takes (import "" "table" (table 2 2 funcref)))
                (core instance (instantiate $takes (with "" (instance $has))))"#,
            r#"(core instance $has (export "f" (func $lowered-one)))
                (core module $takes (import "" "f" (func (param i32))))
                (core instance (instantiate $takes (with "" (instance $has))))"#,
            "(component (alias outer 1 $first (core module $inner))
                (core instance (instantiate $inner)))",
        ] {
            let shim = find(&GUEST.replace(MORE, more));
            assert!(shim.slots.is_empty() && shim.items.is_empty(), "{more}");
        }
    }

    #[test]
    fn all_of_the_table_has_to_be_of_removed_imports() {
        const SLOT: &str = r#"(export "1" (func $lowered-two))"#;
        const TYPE: &str = r#"(import "" "1" (func (param i32 i32)))"#;
        for (slot, ty) in [
            // One function is in both slots.
            (
                r#"(export "1" (func $lowered-one))"#,
                r#"(import "" "1" (func (param i32)))"#,
            ),
            // One is the guest's own.
            (
                r#"(export "1" (func $realloc))"#,
                r#"(import "" "1" (func (param i32 i32 i32 i32) (result i32)))"#,
            ),
        ] {
            let guest = GUEST.replace(SLOT, slot).replace(TYPE, ty);
            assert!(find(&guest).slots.is_empty(), "{slot}");
        }
    }
}
