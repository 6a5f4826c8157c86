//! The names that the parts of a component have for those who look into it.
//!
//! Nobody has validated them. What can't be read has no name.

use super::merge::{GONE, Places};
use crate::pass::Space;
use std::collections::BTreeMap;
use wasm_encoder::{ComponentNameSection, NameMap};
use wasmparser::{ComponentName, ComponentNameSectionReader};

/// The names of what is still there, by where it is now. The core functions that were `replaced`
/// are none of the guest's any more.
pub(super) fn renumbered(
    names: ComponentNameSectionReader<'_>,
    places: &Places,
    replaced: &BTreeMap<usize, u32>,
) -> ComponentNameSection {
    let map = |names, places| map(names, places, |_| true);
    let mut section = ComponentNameSection::new();
    for part in names {
        let Ok(part) = part else {
            break;
        };
        match part {
            ComponentName::Component { name, .. } => section.component(name),
            ComponentName::CoreFuncs(names) => {
                let is_guests = |index| !replaced.contains_key(&index);
                section.core_funcs(&self::map(names, places.of(Space::CoreFunction), is_guests));
            }
            ComponentName::CoreGlobals(names) => {
                section.core_globals(&map(names, places.of(Space::CoreGlobal)));
            }
            ComponentName::CoreMemories(names) => {
                section.core_memories(&map(names, places.of(Space::CoreMemory)));
            }
            ComponentName::CoreTables(names) => {
                section.core_tables(&map(names, places.of(Space::CoreTable)));
            }
            ComponentName::CoreTags(names) => {
                section.core_tags(&map(names, places.of(Space::CoreTag)))
            }
            ComponentName::CoreModules(names) => {
                section.core_modules(&map(names, places.of(Space::CoreModule)));
            }
            ComponentName::CoreInstances(names) => {
                section.core_instances(&map(names, places.of(Space::CoreInstance)));
            }
            ComponentName::CoreTypes(names) => {
                section.core_types(&map(names, places.of(Space::CoreType)))
            }
            ComponentName::Types(names) => section.types(&map(names, places.of(Space::Type))),
            ComponentName::Instances(names) => {
                section.instances(&map(names, places.of(Space::Instance)))
            }
            ComponentName::Components(names) => {
                section.components(&map(names, places.of(Space::Component)));
            }
            ComponentName::Funcs(names) => section.funcs(&map(names, places.of(Space::Function))),
            ComponentName::Values(names) => section.values(&map(names, places.of(Space::Value))),
            // It may have numbers in it.
            ComponentName::Unknown { .. } => {}
        }
    }
    section
}

fn map(
    names: wasmparser::NameMap<'_>,
    places: &[u32],
    is_named: impl Fn(usize) -> bool,
) -> NameMap {
    let mut named: Vec<(u32, &str)> = names
        .into_iter()
        .map_while(Result::ok)
        .filter_map(|naming| {
            let index = naming.index as usize;
            let place = *places.get(index)?;
            (place != GONE && is_named(index)).then_some((place, naming.name))
        })
        .collect();
    // One place may have been two.
    named.sort();
    named.dedup_by_key(|(place, _)| *place);
    let mut map = NameMap::new();
    for (place, name) in named {
        map.append(place, name);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::Component;
    use wasmparser::{KnownCustom, Parser, Payload};

    /// The names in a section: of the component, and of each kind the letter, the index and the name.
    fn read(section: &ComponentNameSection) -> Vec<(char, u32, String)> {
        let mut component = Component::new();
        component.section(section);
        let bytes = component.finish();
        let mut all = Vec::new();
        each(&bytes, |names| {
            for part in names {
                let (kind, names) = match part.unwrap() {
                    ComponentName::Component { name, .. } => {
                        all.push(('c', 0, name.to_string()));
                        continue;
                    }
                    ComponentName::Types(names) => ('t', names),
                    ComponentName::CoreFuncs(names) => ('f', names),
                    _ => panic!("no other kinds were named"),
                };
                for naming in names {
                    let naming = naming.unwrap();
                    all.push((kind, naming.index, naming.name.to_string()));
                }
            }
        });
        all
    }

    fn each(component: &[u8], mut visit: impl FnMut(ComponentNameSectionReader<'_>)) {
        for payload in Parser::new(0).parse_all(component) {
            if let Ok(Payload::CustomSection(section)) = payload
                && let KnownCustom::ComponentName(names) = section.as_known()
            {
                visit(names);
            }
        }
    }

    #[test]
    fn what_is_gone_has_no_name() {
        let mut types = NameMap::new();
        for (index, name) in [(0, "stays"), (1, "goes"), (2, "moves"), (9, "never was")] {
            types.append(index, name);
        }
        let mut functions = NameMap::new();
        for (index, name) in [
            (0, "second"),
            (1, "first"),
            (2, "first again"),
            (3, "replaced"),
        ] {
            functions.append(index, name);
        }
        let mut names = ComponentNameSection::new();
        names.component("whole");
        names.types(&types);
        names.core_funcs(&functions);
        let mut component = Component::new();
        component.section(&names);
        let mut places = Places::default();
        for place in [0, GONE, 1] {
            places.push(Space::Type, place);
        }
        for place in [8, 7, 7, 9] {
            places.push(Space::CoreFunction, place);
        }
        let mut found = Vec::new();
        each(&component.finish(), |names| {
            found.push(read(&renumbered(names, &places, &BTreeMap::from([(3, 9)]))));
        });
        let expected = [
            ('c', 0, "whole"),
            ('t', 0, "stays"),
            ('t', 1, "moves"),
            ('f', 7, "first"),
            ('f', 8, "second"),
        ];
        let expected = expected.map(|(kind, index, name)| (kind, index, name.to_string()));
        assert_eq!(found, [expected.to_vec()]);
    }
}
