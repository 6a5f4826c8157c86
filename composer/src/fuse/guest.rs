//! Places the guest's definitions in the component that it shares with the adapter.

use super::glue::{self, Callee, Caller, Types};
use super::handles::Tag;
use super::leaving;
use super::removed::{Encoding, Lowering, Removal, RemovedItem, Replaced};
use super::tags::{FunctionTags, Tags};
use super::wrap::{self, Signature, Wrapper};
use crate::adapter::FusibleAdapter;
use crate::catalogue::Catalogue;
use crate::component::assembly::Assembly;
use crate::component::read::CoreSignatures;
use crate::component::{Alias, CanonicalOption, Definition, ItemId, Model, ScopeId, Sort, Type};
use crate::error::{FuseError, InternalError};
use crate::plan::Plan;
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeMap;
use wasmparser::CanonicalFunction;
use wit_parser::{Function, InterfaceId, Resolve, Type as WitType, TypeId};

/// The interfaces of the adapter that serve the guest's imports.
pub(super) struct Served<'p>(HashMap<&'p str, (&'p str, InterfaceId)>);

impl<'p> Served<'p> {
    pub fn new(plan: &'p Plan, catalogue: &Catalogue) -> Result<Self, InternalError> {
        let interface = |by: &str| -> Result<InterfaceId, InternalError> {
            let interface = catalogue.interface(by);
            let missing = || InternalError::adapter(format!("it has no interface `{by}`"));
            Ok(interface.ok_or_else(missing)?.id)
        };
        let served = plan
            .adapted()
            .map(|(import, by)| Ok((import.name.as_str(), (by, interface(by)?))));
        Ok(Served(served.collect::<Result<_, InternalError>>()?))
    }

    /// The adapter's function for one of the guest's imports.
    pub fn function<'r>(&self, resolve: &'r Resolve, item: &RemovedItem) -> Option<&'r Function> {
        let (_, id) = self.0.get(item.import.as_str())?;
        resolve.interfaces[*id].functions.get(&item.name)
    }

    /// The adapter's resource for one of the guest's imports.
    fn resource(&self, resolve: &Resolve, item: &RemovedItem) -> Option<TypeId> {
        let (_, id) = self.0.get(item.import.as_str())?;
        let ty = *resolve.interfaces[*id].types.get(&item.name)?;
        match glue::peel(resolve, WitType::Id(ty)) {
            WitType::Id(ty) => Some(ty),
            _ => None,
        }
    }
}

/// What takes the place of the guest's functions of removed imports.
#[derive(Default)]
pub(super) struct Replacements {
    /// For a lowered function: the item, and the tags of its resources.
    lowered: HashMap<ItemId, (RemovedItem, FunctionTags)>,
    /// For a `resource.drop`: the tag of its resource.
    pub dropped: HashMap<ItemId, Tag>,
}

impl Replacements {
    /// Finds out which types the guest's resources have.
    ///
    /// # Errors
    ///
    /// If a function is not of the structure that the adapter's has.
    pub fn find(
        model: &Model<'_>,
        removal: &Removal,
        served: &Served<'_>,
        resolve: &Resolve,
        tags: &mut Tags,
    ) -> Result<Self, FuseError> {
        let mut replacements = Replacements::default();
        for (id, replaced) in &removal.replaced {
            let (Replaced::Lowered(item, _) | Replaced::Dropped(item)) = replaced;
            let found = match (replaced, &model[*id].definition) {
                (Replaced::Lowered(..), Definition::Lower { func, .. }) => {
                    let function = served.function(resolve, item);
                    let guests = model.func_type(*func);
                    let both = function.zip(guests);
                    both.and_then(|(function, guests)| {
                        tags.of_function(model, resolve, function, guests)
                    })
                    .map(|tags| {
                        let of_item = (item.clone(), tags);
                        _ = replacements.lowered.insert(*id, of_item);
                    })
                }
                (Replaced::Dropped(_), Definition::ResourceDrop(ty)) => {
                    served.resource(resolve, item).map(|resource| {
                        let tag = tags.of(model, *ty, resource);
                        _ = replacements.dropped.insert(*id, tag);
                    })
                }
                _ => None,
            };
            found.ok_or_else(|| FuseError::Unbridged {
                import: item.import.clone(),
                function: item.name.clone(),
            })?;
        }
        Ok(replacements)
    }

    /// The adapter's function in place of a lowered one, with its names in the core module.
    pub fn callee<'a>(
        &'a self,
        served: &Served<'_>,
        adapter: &'a FusibleAdapter,
        lowered: ItemId,
    ) -> Result<Callee<'a>, InternalError> {
        let (item, tags) = self.lowered.get(&lowered).ok_or_else(|| {
            InternalError::adapter("a function of a removed import is not replaced")
        })?;
        let missing = || {
            let RemovedItem { import, name } = item;
            InternalError::adapter(format!(
                "it was cut down too far for `{name}` of `{import}`"
            ))
        };
        let (interface, _) = served.0.get(item.import.as_str()).ok_or_else(missing)?;
        Ok(Callee {
            function: served
                .function(&adapter.resolve, item)
                .ok_or_else(missing)?,
            export: adapter.called(interface, &item.name)?,
            post_return: adapter.post_return(interface, &item.name),
            tags,
        })
    }
}

/// The guest's definitions, and what takes the place of some of them.
pub(super) struct GuestPart<'p> {
    pub root: ScopeId,
    pub removal: &'p Removal,
    /// The adapter's function in place of a lowered one.
    pub callee: &'p dyn Fn(ItemId) -> Result<Callee<'p>, InternalError>,
    /// The tags for what drops the resources of removed imports.
    pub dropped: &'p HashMap<ItemId, Tag>,
    pub types: &'p Types<'p>,
    /// The core instances of [`handles`] and of the adapter.
    pub handles: ItemId,
    pub adapter_instance: ItemId,
    /// The types of the guest's core functions.
    pub signatures: &'p CoreSignatures,
    /// Whether the guest imports a function that may wait.
    pub waits: bool,
    /// Whether anybody but the host calls what must not leave the guest, see [`leaving`].
    pub is_entered: bool,
    /// Whether the guest has exceptions.
    pub throws: bool,
    /// The lifted functions that get something around them.
    pub wrapped: HashMap<ItemId, Wrapper>,
    /// The export that gets another name, and the name.
    pub renamed: Option<(&'p str, &'p str)>,
}

/// Places the guest's definitions. They keep their order, and what takes the place of others comes
/// before them.
///
/// # Errors
///
/// If the adapter is broken.
pub(super) fn place(
    assembly: &mut Assembly<'_, '_>,
    part: GuestPart<'_>,
) -> Result<(), InternalError> {
    let items = assembly.model[part.root].items.clone();
    let model = &*assembly.model;
    let stay = |id: &&ItemId| part.removal.stays(model, **id);
    let mut positions = vec![0; assembly.model.len()];
    for (position, id) in items.iter().enumerate() {
        positions[id.place()] = position;
    }
    let mut unwrapped: HashMap<ItemId, Vec<ItemId>> = HashMap::new();
    let mut unclosed = BTreeMap::new();
    let mut unguarded: BTreeMap<usize, Vec<ItemId>> = BTreeMap::new();
    for id in items.iter().filter(stay) {
        if let Some(function) = part.wrapped_function(model, *id)
            && let Some(core_instance) = core_instance_of(model, function)
        {
            unwrapped.entry(core_instance).or_default().push(*id);
        }
        if !part.removal.replaced.contains_key(id) {
            let called = called_by_host(&model[*id].definition);
            unclosed.extend(
                called
                    .into_iter()
                    .map(|called| (positions[called.place()], called)),
            );
        }
        if part.is_guarded(model, *id) {
            let after = last_reference(model, &positions, *id);
            unguarded.entry(after).or_default().push(*id);
        }
    }
    let mut placement = Placement {
        pending: Pending::of(&items, &part),
        assembly,
        part: &part,
        placed: HashSet::new(),
        unwrapped,
        unclosed,
        closed: HashMap::new(),
        unguarded,
        positions,
    };
    for id in items {
        if placement.part.removal.stays(placement.assembly.model, id) {
            placement.item(id)?;
        }
    }
    Ok(())
}

/// The lowered functions that have not been replaced, by how they are called.
struct Pending(BTreeMap<(Encoding, Memory), BTreeMap<Realloc, Vec<ItemId>>>);

type Memory = Option<ItemId>;
type Realloc = Option<ItemId>;

impl Pending {
    fn of(items: &[ItemId], part: &GuestPart<'_>) -> Self {
        let mut pending: BTreeMap<_, BTreeMap<_, Vec<ItemId>>> = BTreeMap::new();
        for id in items {
            if let Some(Replaced::Lowered(_, lowering)) = part.removal.replaced.get(id) {
                let with_memory = pending
                    .entry((lowering.encoding, lowering.memory))
                    .or_default();
                with_memory.entry(lowering.realloc).or_default().push(*id);
            }
        }
        Pending(pending)
    }

    /// Takes the functions that can share a core module with one that is called in this way: those
    /// that don't need more than that, or than something that `is_there` already. Returns the way
    /// that is right for all of them.
    fn take(
        &mut self,
        lowering: &Lowering,
        is_there: impl Fn(ItemId) -> bool,
    ) -> (Lowering, Vec<ItemId>) {
        let mut all = *lowering;
        if all.memory.is_none() {
            let mut memories = self.0.iter().filter(|(_, pending)| !pending.is_empty());
            let found = memories.find_map(|((encoding, memory), _)| {
                memory.filter(|memory| *encoding == all.encoding && is_there(*memory))
            });
            all.memory = found;
        }
        if let Some(pending) = self.0.get(&(all.encoding, all.memory))
            && all.realloc.is_none()
        {
            let mut reallocs = pending.keys().flatten();
            all.realloc = reallocs.find(|realloc| is_there(**realloc)).copied();
        }
        let mut taken = Vec::new();
        for memory in [None, all.memory] {
            if let Some(pending) = self.0.get_mut(&(all.encoding, memory)) {
                for realloc in [None, all.realloc] {
                    taken.extend(pending.remove(&realloc).into_iter().flatten());
                }
            }
        }
        taken.sort_unstable();
        (all, taken)
    }
}

struct Placement<'s, 'm, 'a, 'p> {
    assembly: &'s mut Assembly<'m, 'a>,
    part: &'s GuestPart<'p>,
    placed: HashSet<ItemId>,
    pending: Pending,
    /// The lifted functions and resources whose core functions are to be wrapped, by the core
    /// instance that has these.
    unwrapped: HashMap<ItemId, Vec<ItemId>>,
    /// The core functions that the host calls where the guest must not leave, by position, as long
    /// as there is nothing around them.
    unclosed: BTreeMap<usize, ItemId>,
    /// What is around them.
    closed: HashMap<ItemId, ItemId>,
    /// The guest's own ways out that are to be guarded, by the position after which they can be
    /// placed.
    unguarded: BTreeMap<usize, Vec<ItemId>>,
    /// The positions of the guest's items, by their places in the model.
    positions: Vec<usize>,
}

impl GuestPart<'_> {
    /// The core function of a lifted function or of a resource that gets something around it.
    fn wrapped_function(&self, model: &Model<'_>, id: ItemId) -> Option<ItemId> {
        match &model[id].definition {
            Definition::Lift { core, .. } if self.wrapped.contains_key(&id) => Some(*core),
            Definition::Type(Type::Resource { destructor, .. }) if self.waits => *destructor,
            _ => None,
        }
    }

    /// Whether a core function is one of the guest's own ways out that has to be guarded.
    fn is_guarded(&self, model: &Model<'_>, id: ItemId) -> bool {
        self.is_entered
            && !self.removal.replaced.contains_key(&id)
            && is_way_out(&model[id].definition)
    }

    /// The type of one of the guest's core functions.
    fn signature(&self, function: ItemId) -> Result<Signature, InternalError> {
        let unknown = || InternalError::result("a core function of the guest has no type");
        Signature::new(&self.signatures.of(function).ok_or_else(unknown)?)
    }
}

/// The core instance that exports a core function.
fn core_instance_of(model: &Model<'_>, function: ItemId) -> Option<ItemId> {
    match model[function].definition {
        Definition::Alias(Alias::CoreExport { instance, .. }) => Some(instance),
        _ => None,
    }
}

/// The functions that the host calls of a guest where this must not leave.
fn called_by_host(definition: &Definition<'_>) -> Vec<ItemId> {
    let (Definition::Lift { options, .. } | Definition::Lower { options, .. }) = definition else {
        return Vec::new();
    };
    let called = options.iter().filter_map(|option| match option {
        CanonicalOption::Realloc(id) | CanonicalOption::PostReturn(id) => Some(*id),
        _ => None,
    });
    called.collect()
}

/// The position of the last of the items that an item refers to. The name of a function doesn't
/// count: what it is the name of does.
fn last_reference(model: &Model<'_>, positions: &[usize], id: ItemId) -> usize {
    let mut last = 0;
    model.references(id, &mut |to| {
        let to = match &model[to].definition {
            Definition::Alias(Alias::Export { instance, .. }) => *instance,
            _ => to,
        };
        last = last.max(positions.get(to.place()).copied().unwrap_or_default());
    });
    last
}

/// Whether the guest leaves by a core function.
fn is_way_out(definition: &Definition<'_>) -> bool {
    match definition {
        Definition::Lower { .. } | Definition::ResourceNew(_) | Definition::ResourceDrop(_) => true,
        Definition::BuiltIn(built_in) => {
            matches!(built_in.parsed, CanonicalFunction::ThreadYield { .. })
        }
        _ => false,
    }
}

impl Placement<'_, '_, '_, '_> {
    /// Places a definition.
    fn item(&mut self, id: ItemId) -> Result<(), InternalError> {
        if self.placed.contains(&id) {
            return Ok(());
        }
        match self.part.removal.replaced.get(&id) {
            Some(Replaced::Lowered(_, lowering)) => return self.glue(lowering),
            Some(Replaced::Dropped(_)) => {
                if let Some(tag) = self.part.dropped.get(&id) {
                    self.assembly
                        .replace_by_core_export(id, self.part.handles, tag.discard());
                    self.placed.insert(id);
                }
                return Ok(());
            }
            None => {}
        }
        if self.part.is_guarded(self.assembly.model, id) {
            return self.guard(id);
        }
        if self
            .part
            .wrapped_function(self.assembly.model, id)
            .is_some()
        {
            self.wrap(id)?;
        }
        self.close(id)?;
        if let Definition::Export { name, .. } = &mut self.assembly.model[id].definition
            && let Some((_, to)) = self.part.renamed.filter(|(from, _)| name.name == *from)
        {
            name.name = to.to_string().into();
        }
        self.assembly.place(id);
        self.placed.insert(id);
        Ok(())
    }

    /// Places glue for lowered functions that are called in this way, and for all that can share a
    /// core module with them.
    fn glue(&mut self, lowering: &Lowering) -> Result<(), InternalError> {
        let placed = &self.placed;
        let (lowering, group) = self.pending.take(lowering, |id| placed.contains(&id));
        let mut callees = Vec::new();
        for id in &group {
            callees.push((self.part.callee)(*id)?);
        }
        let caller = Caller {
            memory: lowering.memory.is_some(),
            realloc: lowering.realloc.is_some(),
            throws: self.part.throws,
            encoding: lowering.encoding,
        };
        let memory = lowering.memory.map(|id| (glue::MEMORY.into(), id));
        let realloc = lowering.realloc.map(|id| (glue::REALLOC.into(), id));
        let guests: Vec<_> = memory.into_iter().chain(realloc).collect();
        let mut args = vec![
            (glue::ADAPTER.into(), self.part.adapter_instance),
            (glue::HANDLES.into(), self.part.handles),
        ];
        if !guests.is_empty() {
            args.push((glue::GUEST.into(), self.assembly.bundle_core(guests)));
        }
        let module = glue::module(self.part.types, caller, &callees);
        let instance = self.assembly.instantiate_core(module, args);
        for (position, id) in group.into_iter().enumerate() {
            self.assembly
                .replace_by_core_export(id, instance, position.to_string());
            self.placed.insert(id);
        }
        Ok(())
    }

    /// Places wrappers for the core function of an item, and for those of all others that are
    /// exports of the same core instance: an engine bounds the number of core instances.
    fn wrap(&mut self, id: ItemId) -> Result<(), InternalError> {
        let model = &self.assembly.model;
        let function = self.part.wrapped_function(model, id);
        let core_instance = function.and_then(|function| core_instance_of(model, function));
        let group = match core_instance {
            Some(core_instance) => self.unwrapped.remove(&core_instance).unwrap_or_default(),
            None => vec![id],
        };
        if group.is_empty() {
            return Ok(());
        }
        let destructor = Wrapper::CannotWait(Signature::destructor());
        let wrapped = group.iter().filter_map(|id| {
            let function = self.part.wrapped_function(self.assembly.model, *id)?;
            Some((function, self.part.wrapped.get(id).unwrap_or(&destructor)))
        });
        let (functions, wrappers): (Vec<_>, Vec<_>) = wrapped.unzip();
        for function in &functions {
            self.place_early(*function);
        }
        let module = wrap::module(wrappers.into_iter());
        let around = self.around(functions, module, self.part.adapter_instance, glue::ADAPTER);
        for (id, around) in group.into_iter().zip(around) {
            match &mut self.assembly.model[id].definition {
                Definition::Lift { core, .. } => *core = around,
                Definition::Type(Type::Resource { destructor, .. }) => *destructor = Some(around),
                _ => {}
            }
        }
        Ok(())
    }

    /// Places what is around the functions that the host calls of an item where the guest must not
    /// leave, and has the item refer to that.
    fn close(&mut self, id: ItemId) -> Result<(), InternalError> {
        let called = called_by_host(&self.assembly.model[id].definition);
        if called.iter().any(|it| !self.closed.contains_key(it)) {
            let later = self.unclosed.split_off(&self.positions[id.place()]);
            let now = std::mem::replace(&mut self.unclosed, later);
            let functions: Vec<ItemId> = now.into_values().collect();
            let signatures = functions.iter().map(|it| self.part.signature(*it));
            let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
            let module = leaving::closed(&signatures, self.part.throws);
            let around = self.around(functions.clone(), module, self.part.handles, glue::HANDLES);
            self.closed.extend(functions.into_iter().zip(around));
        }
        if let Definition::Lift { options, .. } | Definition::Lower { options, .. } =
            &mut self.assembly.model[id].definition
        {
            for option in options {
                if let CanonicalOption::Realloc(id) | CanonicalOption::PostReturn(id) = option
                    && let Some(around) = self.closed.get(id)
                {
                    *id = *around;
                }
            }
        }
        Ok(())
    }

    /// Places guards in front of one of the guest's ways out, and of all others that can be there
    /// already.
    fn guard(&mut self, id: ItemId) -> Result<(), InternalError> {
        let later = self.unguarded.split_off(&self.positions[id.place()]);
        let now = std::mem::replace(&mut self.unguarded, later);
        let mut group: Vec<ItemId> = now.into_values().flatten().collect();
        group.sort_unstable();
        let mut own = Vec::new();
        for id in &group {
            if let Definition::Lower { func, .. } = self.assembly.model[*id].definition {
                self.place_early(func);
            }
            self.close(*id)?;
            let definition = self.assembly.model[*id].definition.clone();
            own.push(self.assembly.define(Sort::CoreFunc, definition));
        }
        let signatures = group.iter().map(|id| self.part.signature(*id));
        let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
        let module = leaving::guards(&signatures);
        let instance = self.instance_around(own, module, self.part.handles, glue::HANDLES);
        for (position, id) in group.into_iter().enumerate() {
            self.assembly
                .replace_by_core_export(id, instance, position.to_string());
            self.placed.insert(id);
        }
        Ok(())
    }

    /// Places an item that refers to nothing that isn't there.
    fn place_early(&mut self, id: ItemId) {
        if self.placed.insert(id) {
            self.assembly.place(id);
        }
    }

    /// Places a core module of functions around those of the guest, and returns them.
    fn around(
        &mut self,
        functions: Vec<ItemId>,
        module: Vec<u8>,
        other: ItemId,
        name: &'static str,
    ) -> Vec<ItemId> {
        let count = functions.len();
        let instance = self.instance_around(functions, module, other, name);
        let mut export = |position: usize| {
            self.assembly
                .core_export(Sort::CoreFunc, instance, position.to_string())
        };
        (0..count).map(&mut export).collect()
    }

    /// Places a core module that imports functions of the guest by their positions, and those of
    /// another instance.
    fn instance_around(
        &mut self,
        functions: Vec<ItemId>,
        module: Vec<u8>,
        other: ItemId,
        name: &'static str,
    ) -> ItemId {
        let functions = functions.into_iter().enumerate();
        let functions = functions
            .map(|(position, id)| (position.to_string().into(), id))
            .collect();
        let guest = self.assembly.bundle_core(functions);
        let args = vec![(glue::GUEST.into(), guest), (name.into(), other)];
        self.assembly.instantiate_core(module, args)
    }
}
