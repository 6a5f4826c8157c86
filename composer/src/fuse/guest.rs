//! Places the guest's definitions in the component that it shares with the adapter.

use super::direct_read;
use super::glue::{self, Callee, GuestSide, Types};
use super::leaving;
use super::one_memory;
use super::removed::{Encoding, Handling, Lifted, Lowering, Removal, Replaced};
use super::replacements::Replacements;
use super::resources::{self, HandleFunction};
use super::wrap::{self, Signature, Wrapper};
use crate::component::assembly::Assembly;
use crate::component::parsed::Parsed;
use crate::component::read::CoreSignatures;
use crate::component::{Alias, CanonicalOption, Definition, ItemId, ItemSet, Model, Sort, Type};
use crate::error::InternalError;
use crate::flatten::{Flat, Part};
use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::CanonicalFunction;

/// The guest's definitions, and what takes the place of some of them.
pub(super) struct GuestPart<'p> {
    pub flat: &'p Flat,
    pub removal: &'p Removal,
    pub replacements: &'p Replacements,
    /// The adapter's function in place of a lowered one.
    pub callee: &'p dyn Fn(ItemId) -> Result<Callee<'p>, InternalError>,
    pub types: &'p Types<'p>,
    /// The types of the functions between parts.
    pub part_types: &'p Types<'p>,
    /// The core instances of [`handles`] for each part, and that of the adapter.
    pub handles: &'p [ItemId],
    pub adapter_instance: ItemId,
    /// The type of the streams that the adapter reads files by, if it does.
    pub file_bytes: Option<ItemId>,
    /// What that exports in place of lowered functions and `resource.drop`s that need nothing else.
    pub direct: &'p HashMap<ItemId, String>,
    /// The lowered functions that are called by way of that instance's table, and their slots.
    pub filled: &'p HashMap<ItemId, u32>,
    /// What is left out of the guest's definitions.
    pub needless: &'p HashSet<ItemId>,
    /// The types of the guest's core functions.
    pub signatures: &'p CoreSignatures,
    /// Whether the guest imports a function that may wait.
    pub waits: bool,
    /// `true` if glue is split into modules with one memory each.
    pub one_memory: bool,
    /// Whether anybody but the host calls what must not leave the guest, see [`leaving`].
    pub is_entered: bool,
    /// Whether the guest has exceptions.
    pub throws: bool,
    /// Whether the guest's functions have names.
    pub named: bool,
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
    let items = assembly.model[part.flat.root].items.clone();
    let model = &*assembly.model;
    let stay = |id: &&ItemId| part.removal.stays(model, **id);
    let mut positions = vec![0; assembly.model.len()];
    for (position, id) in items.iter().enumerate() {
        positions[id.place()] = position;
    }
    let mut unwrapped: HashMap<ItemId, Vec<ItemId>> = HashMap::new();
    let mut unclosed = BTreeMap::new();
    let mut unguarded: BTreeMap<(Part, usize), Vec<ItemId>> = BTreeMap::new();
    for id in items.iter().filter(stay) {
        if let Some(function) = part.wrapped_function(model, *id)
            && let Some(core_instance) = core_instance_of(model, function)
        {
            unwrapped.entry(core_instance).or_default().push(*id);
        }
        if !part.removal.replaced.contains_key(id) {
            let called = called_by_host(&model[*id].definition);
            unclosed.extend(called.into_iter().map(|called| {
                let place = (part.flat.part(called), positions[called.place()]);
                (place, called)
            }));
        }
        if part.is_guarded(model, *id) {
            let after = last_reference(model, &positions, *id);
            let place = (part.flat.part(*id), after);
            unguarded.entry(place).or_default().push(*id);
        }
    }
    let mut uncalled: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut unhandled: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for id in &items {
        match part.removal.replaced.get(id) {
            Some(Replaced::Called(lifted, lowering)) => {
                let way = between(part.flat, *id, lifted, lowering);
                uncalled.entry(way).or_default().push(*id);
            }
            Some(Replaced::Handled(..)) => {
                let of_part = unhandled.entry(part.flat.part(*id));
                of_part.or_default().push(*id);
            }
            _ => {}
        }
    }
    let mut placement = Placement {
        uncalled,
        unhandled,
        pending: Pending::of(&items, &part),
        assembly,
        part: &part,
        placed: ItemSet::default(),
        unwrapped,
        wrapped: HashSet::new(),
        unclosed,
        closed: HashMap::new(),
        unguarded,
        positions,
    };
    for id in items {
        let stays = placement.part.removal.stays(placement.assembly.model, id);
        if stays && !part.needless.contains(&id) {
            placement.item(id)?;
        }
    }
    Ok(())
}

/// The lowered functions of removed imports that have not been replaced, by how they are called.
struct Pending(BTreeMap<(Part, Encoding, Memory), BTreeMap<Realloc, Vec<ItemId>>>);

type Memory = Option<ItemId>;
type Realloc = Option<ItemId>;

impl Pending {
    fn of(items: &[ItemId], part: &GuestPart<'_>) -> Self {
        let mut pending: BTreeMap<_, BTreeMap<_, Vec<ItemId>>> = BTreeMap::new();
        for id in items {
            if let Some(Replaced::Lowered(_, lowering)) = part.removal.replaced.get(id)
                && !part.direct.contains_key(id)
            {
                let with_memory = pending
                    .entry((part.flat.part(*id), lowering.encoding, lowering.memory))
                    .or_default();
                with_memory.entry(lowering.realloc).or_default().push(*id);
            }
        }
        Pending(pending)
    }

    /// Takes the functions that can share a core module with one that is called in this way: those
    /// that don't need more than that, or than an allocator that `is_there` already. Returns the way
    /// that is right for all of them. Each has a memory: what needs none is called directly.
    fn take(
        &mut self,
        part: Part,
        lowering: &Lowering,
        is_there: impl Fn(ItemId) -> bool,
    ) -> (Lowering, Vec<ItemId>) {
        let mut all = *lowering;
        let way = (part, all.encoding, all.memory);
        let mut taken = Vec::new();
        if let Some(pending) = self.0.get_mut(&way) {
            if all.realloc.is_none() {
                let mut reallocs = pending.keys().flatten();
                all.realloc = reallocs.find(|realloc| is_there(**realloc)).copied();
            }
            for realloc in [None, all.realloc] {
                taken.extend(pending.remove(&realloc).into_iter().flatten());
            }
        }
        taken.sort_unstable();
        (all, taken)
    }
}

/// The way in which one part calls another.
type Between = [(Part, Lowering); 2];

/// The part of a guest that calls a function by this lowering, and the one that lifts it.
fn between(flat: &Flat, id: ItemId, lifted: &Lifted, lowering: &Lowering) -> Between {
    [
        (flat.part(id), *lowering),
        (flat.part(lifted.function), lifted.lowering),
    ]
}

struct Placement<'s, 'm, 'a, 'p> {
    assembly: &'s mut Assembly<'m, 'a>,
    part: &'s GuestPart<'p>,
    placed: ItemSet,
    pending: Pending,
    /// The lifted functions and resources whose core functions are to be wrapped, by the core
    /// instance that has these.
    unwrapped: HashMap<ItemId, Vec<ItemId>>,
    /// Those that have been.
    wrapped: HashSet<ItemId>,
    /// The core functions that the host calls where the guest must not leave, by position, as long
    /// as there is nothing around them.
    unclosed: BTreeMap<(Part, usize), ItemId>,
    /// What is around them.
    closed: HashMap<ItemId, ItemId>,
    /// The guest's own ways out that are to be guarded, by the position after which they can be
    /// placed.
    unguarded: BTreeMap<(Part, usize), Vec<ItemId>>,
    /// The functions of one part that another calls and that have not been replaced, by how they
    /// are called.
    uncalled: BTreeMap<Between, Vec<ItemId>>,
    /// What parts do with resources that parts define and that has not been replaced.
    unhandled: BTreeMap<Part, Vec<ItemId>>,
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
        signature(self.flat, self.signatures, function)
    }

    /// The instance of [`handles`] for the part that a definition is of.
    fn handles(&self, id: ItemId) -> ItemId {
        self.handles[self.flat.part(id).place()]
    }

    /// What a part that calls in this way looks like.
    fn side(&self, model: &Model<'_>, lowering: &Lowering) -> GuestSide {
        GuestSide {
            memory: lowering.memory.is_some(),
            realloc: lowering.realloc.is_some(),
            gives_once: lowering
                .realloc
                .is_some_and(|realloc| gives_once(model, realloc)),
            throws: self.throws,
            named: self.named,
            encoding: lowering.encoding,
        }
    }
}

/// The name by which `wit-component` finds the allocator of an adapter for WASI's first preview, which
/// returns memory that its caller has provided.
const PREVIEW1_REALLOC: &str = "cabi_import_realloc";

/// See [`GuestSide::gives_once`].
fn gives_once(model: &Model<'_>, realloc: ItemId) -> bool {
    matches!(
        &model[model.origin(realloc)].definition,
        Definition::Alias(Alias::CoreExport { name, .. }) if name == PREVIEW1_REALLOC
    )
}

/// The type of one of the core functions of a guest.
pub(super) fn signature(
    flat: &Flat,
    signatures: &CoreSignatures,
    function: ItemId,
) -> Result<Signature, InternalError> {
    let unknown = || InternalError::result("a core function of the guest has no type");
    let function = flat.original(function);
    Signature::new(signatures.of(function).ok_or_else(unknown)?)
}

/// Takes what is of a part, and at a position before another.
fn take_before<T>(of: &mut BTreeMap<(Part, usize), T>, part: Part, position: usize) -> Vec<T> {
    let mut taken = Vec::new();
    while let Some((place, _)) = of.range((part, 0)..(part, position)).next() {
        let place = *place;
        taken.extend(of.remove(&place));
    }
    taken
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

/// The position of the last of the items that an item refers to. The name of a function or of a
/// resource doesn't count: what it is the name of does.
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
            matches!(*built_in.parsed, CanonicalFunction::ThreadYield { .. })
        }
        _ => false,
    }
}

impl Placement<'_, '_, '_, '_> {
    /// Places a definition.
    fn item(&mut self, id: ItemId) -> Result<(), InternalError> {
        if self.placed.contains(id) {
            return Ok(());
        }
        if self.part.direct.contains_key(&id) {
            self.place_early(id);
            return Ok(());
        }
        match self.part.removal.replaced.get(&id) {
            Some(Replaced::Lowered(_, lowering)) => {
                return self.glue(self.part.flat.part(id), lowering);
            }
            Some(Replaced::Dropped(_)) => return Ok(()),
            Some(Replaced::Called(lifted, lowering)) => {
                return self.call(between(self.part.flat, id, lifted, lowering));
            }
            Some(Replaced::Handled(..)) => {
                self.handle(self.part.flat.part(id));
                return Ok(());
            }
            None => {}
        }
        if self.part.is_guarded(self.assembly.model, id) {
            return self.guard(id);
        }
        let function = self.part.wrapped_function(self.assembly.model, id);
        if function.is_some() && !self.wrapped.contains(&id) {
            self.wrap(id)?;
        }
        self.close(id, self.positions[id.place()])?;
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
    fn glue(&mut self, part: Part, lowering: &Lowering) -> Result<(), InternalError> {
        let placed = &self.placed;
        let (lowering, group) = self.pending.take(part, lowering, |id| placed.contains(id));
        let mut callees = Vec::new();
        for id in &group {
            callees.push((self.part.callee)(*id)?);
        }
        let caller = self.part.side(self.assembly.model, &lowering);
        let slots = group.iter().map(|id| self.part.filled.get(id).copied());
        let slots: Vec<Option<u32>> = slots.collect();
        let mut args = vec![
            (glue::ADAPTER.into(), self.part.adapter_instance),
            (glue::HANDLES.into(), self.part.handles[part.place()]),
        ];
        let mut own = Vec::new();
        if callees.iter().any(|callee| callee.go_on.is_some()) {
            own.push((direct_read::READ.into(), self.file_read(&lowering)?));
        }
        args.extend(self.allocation(&lowering, own, glue::GUEST));
        let module = glue::module(self.part.types, caller, &callees, &slots);
        let instance = self.instantiate(module, args)?;
        self.replace(group, instance);
        Ok(())
    }

    /// Adds the built-in that reads the bytes of a file into the caller's memory.
    fn file_read(&mut self, lowering: &Lowering) -> Result<ItemId, InternalError> {
        let missing = || InternalError::adapter("it doesn't read files");
        let (stream, memory) = self
            .part
            .file_bytes
            .zip(lowering.memory)
            .ok_or_else(missing)?;
        let read = Definition::BuiltIn(Parsed::stream_read(stream, memory));
        Ok(self.assembly.define(Sort::CoreFunc, read))
    }

    /// Places an instance of glue, which may become two modules with a memory each.
    fn instantiate(
        &mut self,
        module: Vec<u8>,
        mut args: Vec<(Cow<'static, str>, ItemId)>,
    ) -> Result<ItemId, InternalError> {
        if self.part.one_memory
            && let Some(split) = one_memory::split(&module)?
        {
            let from = args.iter().filter(|(name, _)| *name == split.from);
            let from = from.cloned().collect();
            let reach = self.assembly.instantiate_core(split.reach, from);
            args.push((one_memory::REACH.into(), reach));
            return Ok(self.assembly.instantiate_core(split.module, args));
        }
        Ok(self.assembly.instantiate_core(module, args))
    }

    /// The argument with what a part has to be called, if that is anything.
    fn allocation(
        &mut self,
        lowering: &Lowering,
        functions: Vec<(Cow<'static, str>, ItemId)>,
        name: &'static str,
    ) -> Option<(Cow<'static, str>, ItemId)> {
        let mut exports = functions;
        exports.extend(lowering.memory.map(|id| (glue::MEMORY.into(), id)));
        exports.extend(lowering.realloc.map(|id| (glue::REALLOC.into(), id)));
        if exports.is_empty() {
            return None;
        }
        Some((name.into(), self.assembly.bundle_core(exports)))
    }

    /// Has functions be the exports of an instance, by their positions, but for those that the instance
    /// puts in a table.
    fn replace(&mut self, functions: Vec<ItemId>, instance: ItemId) {
        for (position, id) in functions.into_iter().enumerate() {
            if !self.part.filled.contains_key(&id) {
                self.assembly
                    .replace_by_core_export(id, instance, position.to_string());
            }
            self.placed.insert(id);
        }
    }

    /// Places the functions between two parts that are called in this way: what they refer to is
    /// there as soon as it is for one of them.
    fn call(&mut self, way: Between) -> Result<(), InternalError> {
        let group = self.uncalled.remove(&way).unwrap_or_default();
        let part = self.part;
        // One that is lowered more than once is there once.
        let mut all: Vec<&Lifted> = Vec::new();
        let mut known = HashMap::new();
        let mut positions = Vec::new();
        for id in group {
            if let Some(Replaced::Called(lifted, _)) = part.removal.replaced.get(&id) {
                let position = *known.entry(lifted.function).or_insert(all.len());
                if position == all.len() {
                    all.push(lifted);
                }
                positions.push((id, position));
            }
        }
        let names = all.iter().enumerate().map(|(position, lifted)| {
            let after = lifted.post_return.map(|_| format!("{position}-after"));
            (position.to_string(), after)
        });
        let names: Vec<(String, Option<String>)> = names.collect();
        let mut cores = Vec::new();
        let mut callees = Vec::new();
        for (lifted, (export, after)) in all.iter().zip(&names) {
            cores.push((export.clone().into(), lifted.core));
            cores.extend(after.clone().map(Cow::from).zip(lifted.post_return));
            callees.extend(
                part.replacements
                    .called
                    .get(&lifted.function)
                    .map(|it| Callee {
                        function: &it.function,
                        export,
                        post_return: after.as_deref(),
                        go_on: None,
                        tags: &it.tags,
                    }),
            );
        }
        let sides = way.map(|(_, lowering)| part.side(self.assembly.model, &lowering));
        let none = BTreeSet::new();
        let defined = way.map(|(of, _)| part.replacements.defined.get(&of).unwrap_or(&none));
        let module = glue::between(part.part_types, sides, defined, &callees);
        let [(caller, lowering), (callee, lifting)] = way;
        let mut args = vec![
            (glue::HANDLES.into(), part.handles[caller.place()]),
            (glue::CALLEE_HANDLES.into(), part.handles[callee.place()]),
        ];
        args.extend(self.allocation(&lowering, Vec::new(), glue::GUEST));
        args.extend(self.allocation(&lifting, cores, glue::CALLEE));
        let instance = self.instantiate(module, args)?;
        for (id, position) in positions {
            self.assembly
                .replace_by_core_export(id, instance, position.to_string());
            self.placed.insert(id);
        }
        Ok(())
    }

    /// Places what a part does with resources that parts define, as far as their destructors are
    /// there.
    fn handle(&mut self, part: Part) {
        let model = &self.assembly.model;
        let destructor = |id: &ItemId| match self.part.removal.replaced.get(id) {
            Some(Replaced::Handled(Handling::Drop, ty)) => match model[*ty].definition {
                Definition::Type(Type::Resource { destructor, .. }) => destructor,
                _ => None,
            },
            _ => None,
        };
        let all = self.unhandled.remove(&part).unwrap_or_default();
        let is_there = |id: &ItemId| destructor(id).is_none_or(|it| self.placed.contains(it));
        let (group, later): (Vec<_>, Vec<_>) = all.into_iter().partition(is_there);
        let mut functions = Vec::new();
        let mut destructors = Vec::new();
        for (position, id) in group.iter().enumerate() {
            if let (Some(Replaced::Handled(handling, _)), Some(tag)) = (
                self.part.removal.replaced.get(id),
                self.part.replacements.handled.get(id),
            ) {
                let destructor = destructor(id);
                functions.push(HandleFunction {
                    handling: *handling,
                    tag: *tag,
                    has_destructor: destructor.is_some(),
                });
                destructors.extend(destructor.map(|id| (position.to_string().into(), id)));
            }
        }
        self.unhandled.insert(part, later);
        let module = resources::module(&functions, self.part.throws);
        let mut args = vec![(glue::HANDLES.into(), self.part.handles[part.place()])];
        if !destructors.is_empty() {
            args.push((glue::GUEST.into(), self.assembly.bundle_core(destructors)));
        }
        let instance = self.assembly.instantiate_core(module, args);
        self.replace(group, instance);
    }

    /// Places wrappers for the core function of an item, and for those of all others that are
    /// exports of the same core instance: an engine bounds the number of core instances.
    fn wrap(&mut self, id: ItemId) -> Result<(), InternalError> {
        let model = &self.assembly.model;
        let function = self.part.wrapped_function(model, id);
        let core_instance = function.and_then(|function| core_instance_of(model, function));
        let group = core_instance.and_then(|core_instance| self.unwrapped.remove(&core_instance));
        let group = group.unwrap_or_else(|| vec![id]);
        self.wrapped.extend(&group);
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
    /// leave, and has the item refer to that. Others that come `before` this position, to which
    /// everything has been placed, get something around them with these.
    fn close(&mut self, id: ItemId, before: usize) -> Result<(), InternalError> {
        let called = called_by_host(&self.assembly.model[id].definition);
        if called.iter().any(|it| !self.closed.contains_key(it)) {
            let functions = take_before(&mut self.unclosed, self.part.flat.part(id), before);
            let signatures = functions.iter().map(|it| self.part.signature(*it));
            let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
            let module = leaving::closed(&signatures, self.part.throws);
            let handles = self.part.handles(id);
            let around = self.around(functions.clone(), module, handles, glue::HANDLES);
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
        let before = self.positions[id.place()];
        let part = self.part.flat.part(id);
        let group = take_before(&mut self.unguarded, part, before);
        let mut group: Vec<ItemId> = group.into_iter().flatten().collect();
        group.sort_unstable();
        let mut own = Vec::new();
        for id in &group {
            // The name of what it refers to may come later, see `last_reference`.
            match self.assembly.model[*id].definition {
                Definition::Lower { func: named, .. } | Definition::ResourceDrop(named) => {
                    self.place_early(named);
                }
                _ => {}
            }
            self.close(*id, before)?;
            let definition = self.assembly.model[*id].definition.clone();
            own.push(self.assembly.define(Sort::CoreFunc, definition));
        }
        let signatures = group.iter().map(|id| self.part.signature(*id));
        let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
        let module = leaving::guards(&signatures);
        let handles = self.part.handles[part.place()];
        let instance = self.instance_around(own, module, handles, glue::HANDLES);
        self.replace(group, instance);
        Ok(())
    }

    /// Places an item that refers to nothing that isn't there.
    fn place_early(&mut self, id: ItemId) {
        if !self.placed.insert(id) {
            return;
        }
        match self.part.direct.get(&id) {
            Some(name) => {
                let instance = self.part.adapter_instance;
                self.assembly
                    .replace_by_core_export(id, instance, name.clone());
            }
            None => self.assembly.place(id),
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
