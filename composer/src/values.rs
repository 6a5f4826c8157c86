//! Gives what stays of a guest its own definitions of WASI 0.2's value types.
//!
//! An interface that the host serves may use types of WASI 0.2: `datetime` of
//! `wasi:clocks/wall-clock`, for example. So may what the guest exports. The imports that these types
//! are from are not the result's any more. But the type of a value is the same type wherever it is
//! defined, so that each user can have a definition of its own. With a resource that can't be done;
//! the plan has seen to it that there is none.

use crate::component::{Alias, Definition, ExternType, ItemId, Model, ScopeId, Sort, Type};
use crate::inspect::Guest;
use crate::plan::{ImportFate, Plan, Resources};
use hashbrown::{HashMap, HashSet};

/// Gives the imports and exports that stay their own definitions of value types.
pub(crate) fn define(guest: &mut Guest<'_>, plan: &Plan) {
    let adapted = plan.imports.iter().filter_map(|import| {
        let is_adapted = matches!(import.fate, ImportFate::Adapter { .. });
        is_adapted.then_some(import.item.item)
    });
    let adapted: HashSet<ItemId> = adapted.collect();
    let foreign = foreign_values(&guest.model, guest.root, &adapted);
    if foreign.is_empty() {
        return;
    }
    let model = &guest.model;
    let imports = model.imports(guest.root).map(|(_, id)| id);
    let imports = imports.filter(|id| !adapted.contains(id));
    let exports = model.exports(guest.root).map(|(_, id)| id);
    let follow = |id| !adapted.contains(&id) && !foreign.contains(&id);
    let externs: Vec<ItemId> = imports.chain(exports).collect();
    let stays = model.closure(externs.iter().copied(), follow);
    // An instance has names for the types of its functions. Other imports and exports don't.
    let is_instance = |id: &ItemId| model[*id].sort == Sort::Instance;
    let others = externs.iter().copied().filter(|id| !is_instance(id));
    let unnamed = model.closure(others, |id| follow(id) && !is_instance(&id));
    let mut definer = Definer {
        names: names(&guest.model, &adapted),
        model: &mut guest.model,
        foreign,
    };
    definer.outermost(guest.root, &stays, &unnamed);
}

/// The outermost aliases of value types of adapted imports.
fn foreign_values(model: &Model<'_>, root: ScopeId, adapted: &HashSet<ItemId>) -> HashSet<ItemId> {
    let mut resources = Resources::default();
    let mut found = HashSet::new();
    for id in &model[root].items {
        if let Definition::Alias(Alias::Export { instance, .. }) = &model[*id].definition
            && model[*id].sort == Sort::Type
            && adapted.contains(&model.origin(*instance))
            && !resources.are_in(model, *id)
        {
            found.insert(*id);
        }
    }
    found
}

/// The names that adapted imports give to types.
fn names(model: &Model<'_>, adapted: &HashSet<ItemId>) -> HashMap<ItemId, String> {
    let mut names = HashMap::new();
    let mut imports: Vec<ItemId> = adapted.iter().copied().collect();
    imports.sort_unstable();
    for import in imports {
        for (name, id) in model.exports_of(import) {
            if model[id].sort == Sort::Type {
                let ty = model.type_origin(id);
                names.entry(ty).or_insert_with(|| name.to_string());
            }
        }
    }
    names
}

struct Definer<'m, 'a> {
    model: &'m mut Model<'a>,
    /// The outermost aliases of value types of adapted imports.
    foreign: HashSet<ItemId>,
    names: HashMap<ItemId, String>,
}

/// What is defined in a scope, in the order in which it is to be written.
#[derive(Default)]
struct Defined {
    items: Vec<ItemId>,
    /// The definitions of types in this scope, by the type that they are copies of: without a name,
    /// and with one.
    plain: HashMap<ItemId, ItemId>,
    named: HashMap<ItemId, ItemId>,
}

/// The means by which a scope gives names to types.
#[derive(Clone, Copy)]
enum Naming {
    /// The scope doesn't need names.
    None,
    /// An import of the outermost component.
    Import(ScopeId),
    /// An export that the scope of a type declares.
    Declare(ScopeId),
}

impl<'a> Definer<'_, 'a> {
    /// Has the outermost items that stay refer to definitions of their own. Those that have no names
    /// for their types are given some.
    fn outermost(&mut self, root: ScopeId, stays: &HashSet<ItemId>, unnamed: &HashSet<ItemId>) {
        let naming = Naming::Import(root);
        let mut defined = Defined::default();
        for id in self.model[root].items.clone() {
            if !stays.contains(&id) || self.foreign.contains(&id) {
                defined.items.push(id);
                continue;
            }
            if let Some(scope) = self.model[id].definition.nested() {
                self.nested(scope);
            }
            let mut references = Vec::new();
            self.model[id]
                .definition
                .references_mut(&mut |to| references.push(*to));
            if let Some(ExternType::Eq(ty)) = self.model.extern_type(id) {
                let ty = self.model.type_origin(ty);
                defined.named.entry(ty).or_insert(id);
            }
            let mut copies = HashMap::new();
            let has_name = !unnamed.contains(&id) || self.gives_name(id);
            for to in references {
                if self.foreign.contains(&to) {
                    let ty = self.model.type_origin(to);
                    let copy = match has_name {
                        true => self.define(ty, naming, &mut defined),
                        false => self.name(ty, naming, &mut defined),
                    };
                    copies.insert(to, copy);
                }
            }
            self.replace(id, &copies);
            defined.items.push(id);
        }
        self.model[root].items = defined.items;
    }

    /// Whether a definition gives a name to the type that it refers to.
    fn gives_name(&self, id: ItemId) -> bool {
        let is_extern = matches!(
            self.model[id].definition,
            Definition::Import { .. } | Definition::Export { .. }
        );
        is_extern && self.model[id].sort == Sort::Type
    }

    fn replace(&mut self, id: ItemId, copies: &HashMap<ItemId, ItemId>) {
        if copies.is_empty() {
            return;
        }
        let mut definition = self.model[id].definition.clone();
        definition.references_mut(&mut |to| {
            if let Some(copy) = copies.get(to) {
                *to = *copy;
            }
        });
        self.model.redefine(id, definition);
    }

    /// Has a scope within an item that stays define what it took from outside, and the scopes in it.
    fn nested(&mut self, scope: ScopeId) {
        let mut defined = Defined::default();
        let naming = match self.declares(scope) {
            true => Naming::Declare(scope),
            false => Naming::None,
        };
        for id in self.model[scope].items.clone() {
            if let Some(inner) = self.model[id].definition.nested() {
                self.nested(inner);
            }
            match self.model[id].definition {
                Definition::Alias(Alias::Outer(to)) if self.foreign.contains(&to) => {
                    let ty = self.model.type_origin(to);
                    let definition = self.copy_of(ty, naming, &mut defined);
                    self.model.redefine(id, definition);
                }
                Definition::Declared {
                    ty: ExternType::Eq(_),
                    ..
                } => {
                    let ty = self.model.type_origin(id);
                    defined.named.entry(ty).or_insert(id);
                }
                _ => {}
            }
            defined.items.push(id);
        }
        self.model[scope].items = defined.items;
    }

    /// Whether a scope is that of a type, and not of a component.
    fn declares(&self, scope: ScopeId) -> bool {
        let items = self.model[scope].items.iter();
        let mut definitions = items.map(|id| &self.model[*id].definition);
        definitions.any(|definition| matches!(definition, Definition::Declared { .. }))
    }

    /// Defines a value type in a scope, and returns the definition.
    fn define(&mut self, ty: ItemId, naming: Naming, defined: &mut Defined) -> ItemId {
        if let Some(known) = defined.plain.get(&ty) {
            return *known;
        }
        let definition = self.copy_of(ty, naming, defined);
        let copy = self.model.add(Sort::Type, definition);
        defined.items.push(copy);
        defined.plain.insert(ty, copy);
        copy
    }

    /// The definition of a value type, of which every part is defined in the scope.
    fn copy_of(&mut self, ty: ItemId, naming: Naming, defined: &mut Defined) -> Definition<'a> {
        let mut definition = self.model[ty].definition.clone();
        let mut parts = Vec::new();
        definition.references_mut(&mut |part| parts.push(*part));
        let mut copies = HashMap::new();
        for part in parts {
            let origin = self.model.type_origin(part);
            copies.insert(part, self.name(origin, naming, defined));
        }
        definition.references_mut(&mut |part| *part = copies[part]);
        definition
    }

    /// Defines a value type in a scope, and returns what others refer to: the definition, or the
    /// name of a type that has to have one.
    fn name(&mut self, ty: ItemId, naming: Naming, defined: &mut Defined) -> ItemId {
        if !self.needs_name(ty) {
            return self.define(ty, naming, defined);
        }
        if let Some(known) = defined.named.get(&ty) {
            return *known;
        }
        let definition = self.define(ty, naming, defined);
        let of = ExternType::Eq(definition);
        let named = match naming {
            Naming::None => return definition,
            Naming::Import(scope) => {
                let name =
                    self.free_name(ty, |model, name| model[scope].imports.contains_key(name));
                let import = Definition::Import {
                    name: name.clone().into(),
                    ty: of,
                };
                let import = self.model.add(Sort::Type, import);
                self.model[scope].imports.insert(name.into(), import);
                import
            }
            Naming::Declare(scope) => {
                let name =
                    self.free_name(ty, |model, name| model[scope].exports.contains_key(name));
                let declared = Definition::Declared {
                    name: name.clone().into(),
                    ty: of,
                };
                let declared = self.model.add(Sort::Type, declared);
                self.model[scope].exports.insert(name.into(), declared);
                declared
            }
        };
        defined.items.push(named);
        defined.named.insert(ty, named);
        named
    }

    fn needs_name(&self, ty: ItemId) -> bool {
        match &self.model[ty].definition {
            Definition::Type(Type::Value(ty)) => ty.needs_name(),
            _ => false,
        }
    }

    /// The name of a type in WASI 0.2, with a number if something else has it already.
    fn free_name(&self, ty: ItemId, is_taken: impl Fn(&Model<'_>, &str) -> bool) -> String {
        let name = self.names.get(&ty).map_or("type", String::as_str);
        let mut names =
            std::iter::once(name.to_string()).chain((2..).map(|number| format!("{name}{number}")));
        let free = names.find(|name| !is_taken(self.model, name));
        free.expect("there are more numbers than names")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Target};
    use crate::component::write;
    use crate::plan::Decisions;

    /// The guest with definitions of its own, which has to be valid.
    fn defined(guest: &str) -> Vec<u8> {
        let bytes = wat::parse_str(format!("(component {guest})")).unwrap();
        let mut guest = Guest::read(&bytes).unwrap();
        let catalogue = Catalogue::new(Target::default(), &[]).unwrap();
        let decisions = Decisions::of(&guest, &catalogue).unwrap();
        define(&mut guest, &decisions.into_plan().unwrap());
        let written = write::component(&guest.model, guest.root).unwrap();
        wasmparser::Validator::new()
            .validate_all(&written.bytes)
            .unwrap();
        written.bytes
    }

    /// The imports whose types an import, which is the last, refers to.
    fn referred_to(bytes: &[u8]) -> Vec<String> {
        let guest = Guest::read(bytes).unwrap();
        let last = guest.imports().last().unwrap().item;
        let needed = guest.model.closure([last], |_| true);
        let others = guest.imports().filter(|import| import.item != last);
        others
            .filter(|import| needed.contains(&import.item))
            .map(|import| import.name)
            .collect()
    }

    const CLOCK: &str = r#"
        (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
            (type $datetime (record (field "seconds" u64) (field "nanoseconds" u32)))
            (export "datetime" (type (eq $datetime)))))
        (alias export $clock "datetime" (type $datetime))"#;

    #[test]
    fn an_interface_may_have_a_type_by_way_of_others() {
        let given = defined(&format!(
            r#"{CLOCK}
            (import "wasi:filesystem/types@0.2.0" (instance $files
                (alias outer 1 $datetime (type $outer))
                (export "datetime" (type (eq $outer)))))
            (alias export $files "datetime" (type $of-files))
            (import "other:host/index" (instance
                (alias outer 1 $of-files (type $outer))
                (export "datetime" (type (eq $outer)))))"#
        ));
        assert!(referred_to(&given).is_empty());
    }

    #[test]
    fn what_a_type_is_made_of_gets_a_name() {
        let given = defined(&format!(
            r#"{CLOCK}
            (import "wasi:filesystem/types@0.2.0" (instance $files
                (alias outer 1 $datetime (type $outer))
                (export "datetime" (type $datetime (eq $outer)))
                (type $time (variant (case "no-change") (case "now") (case "timestamp" $datetime)))
                (export "new-timestamp" (type (eq $time)))))
            (alias export $files "new-timestamp" (type $time))
            (import "other:host/index" (instance
                (alias outer 1 $time (type $outer))
                (export "my-time" (type $my-time (eq $outer)))
                (type $list (list $my-time))
                (export "all" (func (result $list)))))"#
        ));
        assert!(referred_to(&given).is_empty());
        let guest = Guest::read(&given).unwrap();
        let index = guest.imports().last().unwrap();
        assert_eq!(index.types(), ["datetime", "my-time"]);
    }

    #[test]
    fn a_function_of_the_outermost_component_gets_names() {
        let given = defined(&format!(
            r#"{CLOCK}
            (type $show (func (param "when" $datetime)))
            (import "show" (func (type $show)))"#
        ));
        assert_eq!(referred_to(&given), ["datetime"]);
    }

    #[test]
    fn an_import_may_be_the_name() {
        let given = defined(&format!(
            r#"{CLOCK}
            (import "when" (type $when (eq $datetime)))
            (type $show (func (param "when" $when)))
            (import "show" (func (type $show)))"#
        ));
        assert_eq!(referred_to(&given), ["when"]);
    }
}
