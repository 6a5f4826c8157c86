//! Parts of the adapter's WIT.
//!
//! The whole is that of WASI in every shape. To copy it took a third of composing a small guest.

use super::Catalogue;
use hashbrown::HashMap;
use wit_parser::{
    InterfaceId, LiveTypes, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem,
};

/// Functions and types of interfaces, with all types that these need. The adapter's world imports and
/// exports nothing but interfaces, and none both ways.
pub(crate) struct Excerpt<'c> {
    catalogue: &'c Catalogue,
    functions: Vec<(InterfaceId, Vec<&'c str>)>,
    types: LiveTypes,
}

impl<'c> Excerpt<'c> {
    /// Begins an empty excerpt of a catalogue.
    pub fn of(catalogue: &'c Catalogue) -> Self {
        Excerpt {
            catalogue,
            functions: Vec::new(),
            types: LiveTypes::default(),
        }
    }

    /// Adds a function of an interface. Returns `false` if it has none of this name.
    pub fn add_function(&mut self, interface: InterfaceId, name: &str) -> bool {
        let whole = self.catalogue.resolve();
        let functions = &whole.interfaces[interface].functions;
        let Some((name, function)) = functions.get_key_value(name) else {
            return false;
        };
        let place = self.functions.iter().position(|(id, _)| *id == interface);
        let place = place.unwrap_or_else(|| {
            self.functions.push((interface, Vec::new()));
            self.functions.len() - 1
        });
        let names = &mut self.functions[place].1;
        if !names.contains(&&**name) {
            names.push(name);
            self.types.add_func(whole, function);
        }
        true
    }

    /// Adds all functions of an interface.
    pub fn add_functions(&mut self, interface: InterfaceId) {
        let whole = self.catalogue.resolve();
        for name in whole.interfaces[interface].functions.keys() {
            self.add_function(interface, name);
        }
    }

    /// Adds a type of an interface, if it has one of this name.
    pub fn add_type(&mut self, interface: InterfaceId, name: &str) {
        let whole = self.catalogue.resolve();
        if let Some(id) = whole.interfaces[interface].types.get(name) {
            self.types.add_type_id(whole, *id);
        }
    }

    /// Adds what a core module imports (module, name) of the interfaces that the adapter imports.
    pub fn add_imports(&mut self, imports: &[(&str, &str)]) {
        let whole = self.catalogue.resolve();
        let items = whole.worlds[self.catalogue.world()].imports.values();
        let imported = items.filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some((whole.id_of(*id)?, *id)),
            _ => None,
        });
        let imported: HashMap<String, InterfaceId> = imported.collect();
        for (module, name) in imports {
            if let Some(interface) = imported.get(*module) {
                self.add_import(*interface, name);
            }
        }
    }

    /// Adds an import by its name: a function, or a built-in for one or for a resource.
    fn add_import(&mut self, interface: InterfaceId, mut name: &str) {
        // Functions of resources have names like those of built-ins.
        while !self.add_function(interface, name) {
            let Some((_, rest)) = name.split_once(']') else {
                self.add_type(interface, name);
                break;
            };
            name = rest;
        }
    }

    /// The names of the functions of an interface.
    pub fn functions_of(&self, interface: InterfaceId) -> &[&'c str] {
        let mut functions = self.functions.iter();
        let of_interface = functions.find(|(id, _)| *id == interface);
        of_interface.map_or(&[], |(_, names)| names)
    }

    /// The names of the resources of an interface.
    pub fn resources_of(&self, interface: InterfaceId) -> impl Iterator<Item = &'c str> {
        let whole = self.catalogue.resolve();
        let types = whole.interfaces[interface].types.iter();
        let is_there = |(_, id): &(&String, &TypeId)| {
            matches!(whole.types[**id].kind, TypeDefKind::Resource) && self.types.contains(**id)
        };
        types.filter(is_there).map(|(name, _)| name.as_str())
    }

    /// Returns the WIT, in which everything has the numbers that it has in the whole. The world has the
    /// interfaces that have anything.
    pub fn wit(&self) -> Resolve {
        let whole = self.catalogue.resolve();
        let mut wit = self.catalogue.outline().clone();
        let mut interfaces: Vec<InterfaceId> = self.functions.iter().map(|(id, _)| *id).collect();
        for id in self.types.iter() {
            wit.types[id] = whole.types[id].clone();
            if let TypeOwner::Interface(owner) = whole.types[id].owner
                && !interfaces.contains(&owner)
            {
                interfaces.push(owner);
            }
        }
        let world = &mut wit.worlds[self.catalogue.world()];
        for items in [&mut world.imports, &mut world.exports] {
            items.retain(|_, item| match item {
                WorldItem::Interface { id, .. } => interfaces.contains(id),
                _ => true,
            });
        }
        for id in interfaces {
            let (from, to) = (&whole.interfaces[id], &mut wit.interfaces[id]);
            let types = from.types.iter();
            let types = types.filter(|(_, ty)| self.types.contains(**ty));
            to.types = types.map(|(name, ty)| (name.clone(), *ty)).collect();
            let names = self.functions_of(id);
            let functions = from.functions.iter();
            let functions = functions.filter(|(name, _)| names.contains(&name.as_str()));
            to.functions = functions
                .map(|(name, function)| (name.clone(), function.clone()))
                .collect();
        }
        wit
    }
}

/// The WIT without what its interfaces have: each type is `bool`, without name and owner.
pub(super) fn outline(whole: &Resolve) -> Resolve {
    let mut outline = whole.clone();
    for (_, interface) in outline.interfaces.iter_mut() {
        interface.types = Default::default();
        interface.functions = Default::default();
    }
    for (_, ty) in outline.types.iter_mut() {
        ty.name = None;
        ty.kind = TypeDefKind::Type(Type::Bool);
        ty.owner = TypeOwner::None;
        ty.docs = Default::default();
    }
    outline
}
