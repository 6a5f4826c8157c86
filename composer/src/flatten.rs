//! Makes one component of a guest that is composed of several.
//!
//! Each instance of an inner component is replaced by a copy of the definitions in that component.
//! In the copy, an import is replaced by the argument of the instance, and an alias of an export by
//! the exported definition. The copy is a *part* of the one component.
//! Nothing of what the core modules do changes, but the parts are no components any more, between
//! which the host would stand. So the result is nothing to be run as it is: [`fuse`](crate::fuse)
//! puts itself where the host stood.
//!
//! Components without code of their own, such as those that shape exported instances, stay besides,
//! for what is exported.

use crate::component::{Alias, Definition, ExternName, Instance, ItemId, Model, ScopeId, Sort};
use crate::error::{FuseError, PartsReason};
use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many definitions there may be for each that there was, and how many instances: an inner
/// component can be instantiated more than once, and so can those that it instantiates itself.
const MOST_COPIES: usize = 8;

/// How many of each there may be in any case.
const FEW: usize = 1 << 14;

/// A part of a guest: an instance of one of its components. The first is the guest's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Part(usize);

impl Part {
    /// The position of the part among all.
    pub fn place(self) -> usize {
        self.0
    }
}

/// A guest that is one component.
pub(crate) struct Flat {
    pub root: ScopeId,
    /// For each part, the one whose component instantiates its component.
    outer: Vec<Part>,
    /// For each part, the name of its component, or its number if it has none.
    names: Vec<Option<String>>,
    /// Of which parts the definitions are. Those that aren't here are of the first.
    of_parts: HashMap<ItemId, Part>,
    /// For each definition that is a copy, the one that was copied.
    originals: HashMap<ItemId, ItemId>,
}

impl Flat {
    /// A guest that is one component already.
    pub fn of_one(root: ScopeId) -> Self {
        Flat {
            root,
            outer: vec![Part::default()],
            names: vec![None],
            of_parts: HashMap::new(),
            originals: HashMap::new(),
        }
    }

    /// The part that a definition is of.
    pub fn part(&self, id: ItemId) -> Part {
        self.of_parts.get(&id).copied().unwrap_or_default()
    }

    /// The definition that one is a copy of, or the same if it is none.
    pub fn original(&self, id: ItemId) -> ItemId {
        self.originals.get(&id).copied().unwrap_or(id)
    }

    /// The name of a part's component, or its number if it has none. `None` for the guest's own.
    pub fn name(&self, part: Part) -> Option<String> {
        self.names.get(part.0).cloned().flatten()
    }

    /// The parts, in the order in which they are instantiated.
    pub fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        (0..self.outer.len()).map(Part)
    }

    /// Whether any instance of an inner component became a part, so that there is more than the part of
    /// the outermost component.
    pub fn has_parts(&self) -> bool {
        self.outer.len() > 1
    }

    /// Whether `within` is the same part as `part`, or comes from an instance inside of the one that
    /// `part` comes from, at any depth.
    pub fn contains(&self, part: Part, mut within: Part) -> bool {
        while within != part && within != Part::default() {
            within = self.outer[within.0];
        }
        within == part
    }
}

/// Makes one component of a guest. What it defines itself keeps its place in the model.
///
/// # Errors
///
/// If the guest does with components what can't be done with parts.
pub(crate) fn flatten(model: &mut Model<'_>, root: ScopeId) -> Result<Flat, FuseError> {
    let acting = acting_components(model);
    let is_acting = |id: &ItemId| match &model[*id].definition {
        Definition::Component(scope) => acting.contains(scope),
        _ => false,
    };
    if !model[root].items.iter().any(is_acting) {
        return Ok(Flat::of_one(root));
    }
    let limit = model.len().saturating_mul(MOST_COPIES).max(FEW);
    let mut flattening = Flattening {
        model,
        acting,
        limit,
        instantiated: 0,
        items: Vec::new(),
        copies: HashMap::new(),
        instances: HashMap::new(),
        names_of_own: HashMap::new(),
        part: Part::default(),
        outer: vec![Part::default()],
        names: vec![None],
        of_parts: HashMap::new(),
        originals: HashMap::new(),
    };
    for id in flattening.model[root].items.clone() {
        flattening.own(id)?;
    }
    let Flattening {
        items,
        outer,
        names,
        of_parts,
        originals,
        model,
        ..
    } = flattening;
    let scope = model.add_scope();
    let mut flat = model[root].clone();
    flat.items = items;
    model[scope] = flat;
    Ok(Flat {
        root: scope,
        outer,
        names,
        of_parts,
        originals,
    })
}

/// The components that have code, or instances of such.
fn acting_components(model: &Model<'_>) -> HashSet<ScopeId> {
    let mut acting = HashSet::new();
    // What is within a component comes before it.
    for id in model.ids() {
        let Definition::Component(scope) = &model[id].definition else {
            continue;
        };
        let acts = model[*scope]
            .items
            .iter()
            .any(|id| match &model[*id].definition {
                Definition::CoreModule(_)
                | Definition::CoreInstance(_)
                | Definition::Lift { .. }
                | Definition::Lower { .. }
                | Definition::ResourceNew(_)
                | Definition::ResourceDrop(_)
                | Definition::ResourceRep(_)
                | Definition::BuiltIn(_) => true,
                Definition::Component(inner) => acting.contains(inner),
                Definition::Instance(Instance::Instantiate { component, .. }) => {
                    match &model[model.origin(*component)].definition {
                        Definition::Component(inner) => acting.contains(inner),
                        // Nobody knows what one from elsewhere does.
                        _ => true,
                    }
                }
                _ => false,
            });
        if acts {
            acting.insert(*scope);
        }
    }
    acting
}

/// An instance of an inner component, replaced by a copy of the component's definitions.
#[derive(Debug)]
struct Inlined {
    /// For each export, the definition in the copy.
    exports: BTreeMap<String, Bound>,
    /// The instance that it still is, if its component has no code.
    item: Option<ItemId>,
}

/// The definition or instance that replaces a definition of an inner component.
#[derive(Clone, Debug)]
enum Bound {
    Item(ItemId),
    Instance(Rc<Inlined>),
}

struct Flattening<'m, 'a> {
    model: &'m mut Model<'a>,
    acting: HashSet<ScopeId>,
    /// How many definitions there may be, and how many instances.
    limit: usize,
    /// How many instances there are.
    instantiated: usize,
    /// The definitions of the one component so far.
    items: Vec<ItemId>,
    /// The copy of each definition that has one. A component that is instantiated again is copied
    /// again, and the newer copy replaces the older one here: nothing that is placed later refers to
    /// the older one.
    copies: HashMap<ItemId, ItemId>,
    /// The replacement of each instance that has one.
    instances: HashMap<ItemId, Rc<Inlined>>,
    /// For exports and aliases of the outermost component, which stay as they are because the result
    /// exports them: the definition that a part gets when they are its argument.
    names_of_own: HashMap<ItemId, Bound>,
    part: Part,
    /// See [`Flat`].
    outer: Vec<Part>,
    names: Vec<Option<String>>,
    of_parts: HashMap<ItemId, Part>,
    originals: HashMap<ItemId, ItemId>,
}

impl<'a> Flattening<'_, 'a> {
    /// Places a definition of the outermost component.
    fn own(&mut self, id: ItemId) -> Result<(), FuseError> {
        if self.inlined(id)? {
            return Ok(());
        }
        let name_of = match &self.model[id].definition {
            Definition::Export { item, .. } => Some(self.bound(*item)),
            Definition::Alias(Alias::Export { instance, name, .. }) => {
                let instance = self.instances.get(instance);
                instance.and_then(|instance| instance.exports.get(name.as_ref()).cloned())
            }
            _ => self.bundle(id, id),
        };
        self.make_items(id)?;
        let mut refers_to_copies = false;
        self.model.references(id, &mut |to| {
            refers_to_copies |= self.copies.contains_key(&to);
        });
        if refers_to_copies {
            // All that is within it refers to the copies, too.
            let copy = self.model.copy(id, &mut self.copies);
            self.copies.remove(&id);
            let mut definition = self.model[copy].definition.clone();
            self.find_target(&mut definition);
            self.model.redefine(id, definition);
        }
        self.place(id)?;
        match name_of {
            Some(Bound::Instance(instance)) => _ = self.instances.insert(id, instance),
            Some(bound) => _ = self.names_of_own.insert(id, bound),
            None => {}
        }
        Ok(())
    }

    /// An instance that is made of its exports one by one, and is to be this definition. `None` if
    /// it is anything else.
    fn bundle(&self, id: ItemId, item: ItemId) -> Option<Bound> {
        let Definition::Instance(Instance::Exports(exports)) = &self.model[id].definition else {
            return None;
        };
        let exports = exports
            .iter()
            .map(|(name, id)| (name.name.to_string(), self.bound(*id)));
        Some(Bound::Instance(Rc::new(Inlined {
            exports: exports.collect(),
            item: Some(item),
        })))
    }

    /// Finds the export that an alias in another place is now the name of.
    fn find_target(&self, definition: &mut Definition<'a>) {
        if let Definition::Alias(Alias::Export {
            instance,
            name,
            target,
        }) = definition
        {
            *target = self.model.export_of(*instance, name);
        }
    }

    /// Places a definition of an inner component.
    fn inner(&mut self, id: ItemId) -> Result<(), FuseError> {
        if self.inlined(id)? {
            return Ok(());
        }
        match &self.model[id].definition {
            Definition::Custom { .. } => return Ok(()),
            // It has been bound to the argument.
            Definition::Import { .. } => return Ok(()),
            Definition::Export { item, .. } => {
                let bound = self.handed(*item)?;
                self.bind(id, bound);
                return Ok(());
            }
            Definition::CoreModule(_) => {
                // All instances have it in common.
                return match self.copies.contains_key(&id) {
                    true => Ok(()),
                    false => {
                        self.copies.insert(id, id);
                        self.place(id)
                    }
                };
            }
            _ => {}
        }
        self.make_items(id)?;
        let copy = self.model.copy(id, &mut self.copies);
        if let Some(bundle) = self.bundle(id, copy) {
            self.bind(id, bundle);
        }
        let mut definition = self.model[copy].definition.clone();
        if matches!(definition, Definition::Alias(_)) {
            self.find_target(&mut definition);
            self.model.redefine(copy, definition);
        }
        self.originals.insert(copy, id);
        self.place(copy)
    }

    fn place(&mut self, id: ItemId) -> Result<(), FuseError> {
        if self.model.len() > self.limit {
            return Err(PartsReason::Instances.into());
        }
        self.items.push(id);
        if self.part != Part::default() {
            self.of_parts.insert(id, self.part);
        }
        Ok(())
    }

    /// Deals with what is no definition of the one component, and returns whether it is that.
    fn inlined(&mut self, id: ItemId) -> Result<bool, FuseError> {
        match &self.model[id].definition {
            Definition::Component(scope) => Ok(self.acting.contains(scope)),
            Definition::Instance(Instance::Instantiate { component, args }) => {
                let component = self.model.origin(*component);
                let Definition::Component(scope) = self.model[component].definition else {
                    return Ok(false);
                };
                let args = args.clone();
                let instance = self.instantiate(id, scope, &args)?;
                self.bind(id, Bound::Instance(Rc::new(instance)));
                Ok(true)
            }
            Definition::Alias(Alias::Export { instance, name, .. }) => {
                let Some(instance) = self.instances.get(instance) else {
                    return Ok(false);
                };
                if instance.item.is_some() && self.part == Part::default() {
                    // It may be exported, with the name that the instance gives it.
                    return Ok(false);
                }
                // Validation has seen to it that there is one.
                if let Some(bound) = instance.exports.get(name.as_ref()).cloned() {
                    self.bind(id, bound);
                }
                Ok(true)
            }
            Definition::Alias(Alias::Outer(to)) => {
                let bound = self.bound(*to);
                self.bind(id, bound);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Puts what a component defines in the place of an instance of it.
    fn instantiate(
        &mut self,
        instance: ItemId,
        scope: ScopeId,
        args: &[(Cow<'a, str>, ItemId)],
    ) -> Result<Inlined, FuseError> {
        self.instantiated += 1;
        if self.instantiated > self.limit {
            return Err(PartsReason::Instances.into());
        }
        let acts = self.acting.contains(&scope);
        let item = match acts {
            true => None,
            false => {
                self.make_items(instance)?;
                let copy = self.model.copy(instance, &mut self.copies);
                self.place(copy)?;
                Some(copy)
            }
        };
        for (name, arg) in args {
            if let Some(import) = self.model[scope].imports.get(name).copied() {
                let bound = self.handed(*arg)?;
                self.bind(import, bound);
            }
        }
        let outer = self.part;
        if acts {
            self.part = Part(self.outer.len());
            self.outer.push(outer);
            let name = self.model[scope].debug_name.as_ref();
            let number = || (self.outer.len() - 2).to_string();
            let name = name.map_or_else(number, ToString::to_string);
            self.names.push(Some(name));
        }
        let items = self.model[scope].items.clone();
        for id in &items {
            self.inner(*id)?;
        }
        self.part = outer;
        let exports = items
            .iter()
            .filter_map(|id| match &self.model[*id].definition {
                Definition::Export { name, .. } => Some((name.name.to_string(), self.bound(*id))),
                _ => None,
            });
        let exports = exports.collect();
        Ok(Inlined { exports, item })
    }

    /// The replacement of a definition, or the definition itself if it has none.
    fn bound(&self, id: ItemId) -> Bound {
        if let Some(instance) = self.instances.get(&id) {
            return Bound::Instance(instance.clone());
        }
        match self.names_of_own.get(&id) {
            Some(bound) => bound.clone(),
            None => Bound::Item(self.copy_of(id)),
        }
    }

    /// The same for a definition that is an argument or an export.
    ///
    /// # Errors
    ///
    /// If it is a component with code: such a component may refer to the copy that it is defined in,
    /// and there may be a newer one when it is instantiated.
    fn handed(&self, id: ItemId) -> Result<Bound, FuseError> {
        match &self.model[self.model.origin(self.copy_of(id))].definition {
            Definition::Component(scope) if self.acting.contains(scope) => {
                Err(PartsReason::Component.into())
            }
            _ => Ok(self.bound(id)),
        }
    }

    fn copy_of(&self, id: ItemId) -> ItemId {
        self.copies.get(&id).copied().unwrap_or(id)
    }

    fn bind(&mut self, id: ItemId, to: Bound) {
        // A component can be instantiated with another kind of argument than before.
        self.copies.remove(&id);
        self.instances.remove(&id);
        match to {
            Bound::Item(to) => _ = self.copies.insert(id, to),
            Bound::Instance(instance) => _ = self.instances.insert(id, instance),
        }
    }

    /// Makes instances again of parts that a definition refers to as instances.
    fn make_items(&mut self, id: ItemId) -> Result<(), FuseError> {
        let mut parts = Vec::new();
        let mut components = false;
        self.model.references(id, &mut |to| {
            if self.instances.contains_key(&to) && !self.copies.contains_key(&to) {
                parts.push(to);
            }
            let origin = self.model.origin(self.copy_of(to));
            components |= match &self.model[origin].definition {
                Definition::Component(scope) => self.acting.contains(scope),
                _ => false,
            };
        });
        if components {
            return Err(PartsReason::Component.into());
        }
        for part in parts {
            let instance = self.instances[&part].clone();
            let item = self.item(&instance)?;
            self.copies.insert(part, item);
        }
        Ok(())
    }

    /// The definition of an instance, which is placed if there is none yet.
    fn item(&mut self, instance: &Inlined) -> Result<ItemId, FuseError> {
        if let Some(item) = instance.item {
            return Ok(item);
        }
        let mut items = Vec::new();
        for (name, bound) in &instance.exports {
            let item = match bound {
                Bound::Item(item) => *item,
                Bound::Instance(instance) => self.item(instance)?,
            };
            items.push((ExternName::from(name.clone()), item));
        }
        let instance = Definition::Instance(Instance::Exports(items));
        let id = self.model.add(Sort::Instance, instance);
        self.place(id)?;
        Ok(id)
    }
}
