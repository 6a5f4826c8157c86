//! Places the guest's definitions in the component that it shares with the adapter.

use super::glue::{self, Callee, Caller, Types};
use super::handles;
use super::removed::{Encoding, Lowering, Removal, RemovedItem, Replaced};
use super::wrap::{self, Signature, Wrapper};
use crate::adapter::FusibleAdapter;
use crate::catalogue::Catalogue;
use crate::component::assembly::Assembly;
use crate::component::{Alias, Definition, ItemId, Model, ScopeId, Sort, Type};
use crate::error::InternalError;
use crate::plan::Plan;
use std::collections::{BTreeMap, HashMap, HashSet};
use wit_parser::{Function, InterfaceId, Resolve};

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

    /// The adapter's function for one of the guest's imports, with its names in the core module.
    pub fn callee<'a>(
        &self,
        adapter: &'a FusibleAdapter,
        item: &RemovedItem,
    ) -> Result<Callee<'a>, InternalError> {
        let missing = || {
            let RemovedItem { import, name } = item;
            InternalError::adapter(format!(
                "it was cut down too far for `{name}` of `{import}`"
            ))
        };
        let (interface, _) = self.0.get(item.import.as_str()).ok_or_else(missing)?;
        Ok(Callee {
            function: self.function(&adapter.resolve, item).ok_or_else(missing)?,
            export: adapter.called(interface, &item.name)?,
            post_return: adapter.post_return(interface, &item.name),
        })
    }

    /// The number of a resource of one of the guest's imports.
    pub fn resource(&self, types: &Types<'_>, item: &RemovedItem) -> Result<u32, InternalError> {
        let missing = || {
            let RemovedItem { import, name } = item;
            InternalError::adapter(format!("it has no resource `{name}` for `{import}`"))
        };
        let (_, id) = self.0.get(item.import.as_str()).ok_or_else(missing)?;
        let ty = types.resolve.interfaces[*id].types.get(&item.name);
        Ok(types.resource(*ty.ok_or_else(missing)?))
    }
}

/// The guest's definitions, and what takes the place of some of them.
pub(super) struct GuestPart<'p> {
    pub root: ScopeId,
    pub removal: &'p Removal,
    /// The adapter's function for one of a removed import.
    pub callee: &'p dyn Fn(&RemovedItem) -> Result<Callee<'p>, InternalError>,
    /// The number of a resource of a removed import.
    pub resource: &'p dyn Fn(&RemovedItem) -> Result<u32, InternalError>,
    pub types: &'p Types<'p>,
    /// The core instances of [`handles`] and of the adapter.
    pub handles: ItemId,
    pub adapter_instance: ItemId,
    /// Whether the guest imports a function that may wait.
    pub waits: bool,
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
    let mut unwrapped: HashMap<ItemId, Vec<ItemId>> = HashMap::new();
    for id in items.iter().filter(|id| part.wrapped.contains_key(id)) {
        if let Some(core_instance) = core_instance_of(assembly.model, *id)
            && part.removal.stays(assembly.model, *id)
        {
            unwrapped.entry(core_instance).or_default().push(*id);
        }
    }
    let mut placement = Placement {
        pending: Pending::of(&items, &part),
        assembly,
        part: &part,
        placed: HashSet::new(),
        unwrapped,
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
    /// The lifted functions that are to be wrapped, by the core instance that has them.
    unwrapped: HashMap<ItemId, Vec<ItemId>>,
}

/// The core instance that exports the core function of a lifted function.
fn core_instance_of(model: &Model<'_>, lift: ItemId) -> Option<ItemId> {
    let Definition::Lift { core, .. } = model[lift].definition else {
        return None;
    };
    match model[core].definition {
        Definition::Alias(Alias::CoreExport { instance, .. }) => Some(instance),
        _ => None,
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
            Some(Replaced::Dropped(item)) => {
                let resource = (self.part.resource)(item)?;
                let name = handles::discard(resource);
                self.assembly
                    .replace_by_core_export(id, self.part.handles, name);
                self.placed.insert(id);
                return Ok(());
            }
            None => {}
        }
        match &self.assembly.model[id].definition {
            Definition::Lift { .. } if self.part.wrapped.contains_key(&id) => self.wrap(id),
            Definition::Type(Type::Resource {
                destructor: Some(destructor),
                ..
            }) if self.part.waits => {
                let wrapper = Wrapper::CannotWait(Signature::destructor());
                let functions = self.wrappers(&[wrapper], &[*destructor]);
                if let Definition::Type(Type::Resource { destructor, .. }) =
                    &mut self.assembly.model[id].definition
                {
                    *destructor = functions.first().copied();
                }
            }
            Definition::Export { name, .. } => {
                if let Some((_, to)) = self.part.renamed.filter(|(from, _)| name.name == *from)
                    && let Definition::Export { name, .. } = &mut self.assembly.model[id].definition
                {
                    name.name = to.to_string().into();
                }
            }
            _ => {}
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
            let Some(Replaced::Lowered(item, _)) = self.part.removal.replaced.get(id) else {
                continue;
            };
            callees.push((self.part.callee)(item)?);
        }
        let caller = Caller {
            memory: lowering.memory.is_some(),
            realloc: lowering.realloc.is_some(),
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

    /// Places wrappers for a lifted function, and for all others whose core functions are exports
    /// of the same core instance: an engine bounds the number of core instances.
    fn wrap(&mut self, lift: ItemId) {
        let Some(core_instance) = core_instance_of(self.assembly.model, lift) else {
            return self.wrap_all(&[lift]);
        };
        if let Some(lifts) = self.unwrapped.remove(&core_instance) {
            self.wrap_all(&lifts);
        }
    }

    fn wrap_all(&mut self, lifts: &[ItemId]) {
        let mut cores = Vec::new();
        let mut wrappers = Vec::new();
        for lift in lifts {
            let (Definition::Lift { core, .. }, Some(wrapper)) = (
                &self.assembly.model[*lift].definition,
                self.part.wrapped.get(lift),
            ) else {
                continue;
            };
            let core = *core;
            if self.placed.insert(core) {
                self.assembly.place(core);
            }
            cores.push(core);
            wrappers.push(wrapper);
        }
        let functions = self.wrappers_of(&wrappers, &cores);
        for (lift, function) in lifts.iter().zip(functions) {
            if let Definition::Lift { core, .. } = &mut self.assembly.model[*lift].definition {
                *core = function;
            }
        }
    }

    fn wrappers(&mut self, wrappers: &[Wrapper], guests: &[ItemId]) -> Vec<ItemId> {
        self.wrappers_of(&wrappers.iter().collect::<Vec<_>>(), guests)
    }

    /// Places a core module of wrappers, and returns the functions around the guest's.
    fn wrappers_of(&mut self, wrappers: &[&Wrapper], guests: &[ItemId]) -> Vec<ItemId> {
        let named = guests.iter().enumerate();
        let guests: Vec<_> = named
            .map(|(position, id)| (position.to_string().into(), *id))
            .collect();
        let count = guests.len();
        let guests = self.assembly.bundle_core(guests);
        let args = vec![
            (glue::GUEST.into(), guests),
            (glue::ADAPTER.into(), self.part.adapter_instance),
        ];
        let module = wrap::module(wrappers.iter().copied());
        let instance = self.assembly.instantiate_core(module, args);
        let mut export = |position: usize| {
            self.assembly
                .core_export(Sort::CoreFunc, instance, position.to_string())
        };
        (0..count).map(&mut export).collect()
    }
}
