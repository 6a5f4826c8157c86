//! Makes one component of the guest and the adapter.
//!
//! Linked as two components, guest and adapter have the host between them: it copies every list
//! byte by byte, keeps the handles, and starts a task for every call. Here the adapter's core
//! module becomes a part of the guest's component instead. The guest's core modules stay as they
//! are. In place of lowered functions of another component they import core functions ([`glue`])
//! that do between the two memories what lowering and lifting would have done, with handles that
//! are kept beside the adapter ([`handles`]).
//!
//! An engine makes an instance of each core module, for each of which a host that serves a request
//! with a new instance pays. So there are few: what needs nothing of the guest is one core module
//! ([`beside`]), which is instantiated without running anything, and the guest's encoder's two
//! modules for a table are left out where they would bring nothing but the adapter ([`shim`]).
//!
//! A guest that is composed of several components becomes one first, whose parts stay apart in the
//! same way.

mod answer;
mod behind;
mod beside;
mod copy;
mod direct_read;
mod fitness;
mod glue;
mod guest;
mod handles;
mod leaving;
mod one_memory;
mod removed;
mod replacements;
mod resources;
mod server;
mod shim;
mod started;
mod tags;
#[cfg(test)]
mod tests;
mod text;
mod wit;
mod wrap;

use crate::adapter::{self, FusibleAdapter};
use crate::catalogue::{Catalogue, LIFECYCLE};
use crate::component::assembly::Assembly;
use crate::component::write::{self, Written};
use crate::component::{Definition, ItemId, Model, ScopeId};
use crate::core_module;
use crate::demand::Demand;
use crate::error::{FuseError, InternalError};
use crate::flatten::{Flat, Part, flatten};
use crate::front::{self, Description};
use crate::inspect::Guest;
use crate::plan::Plan;
use crate::producers;
use crate::shared;
use crate::waiting::{self, CannotWait};
use behind::behind;
use fitness::{check_built_ins, check_host_handles};
use glue::{GuestSide, Strings, Types};
use guest::GuestPart;
use handles::{Table, Tag};
use hashbrown::HashMap;
use removed::{Removal, Replaced};
use replacements::{Replacements, Served};
use server::Server;
use shim::Shim;
use started::started;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use tags::Tags;
use wit_parser::{Resolve, Type, TypeDefKind, TypeId};

/// The package with the streams that the adapter offers to have read.
const FILES: &str = "wasi:filesystem";

/// Why a guest has not become one component with the adapter.
pub(crate) enum Failure {
    /// It can't.
    Unfusible(FuseError),
    Internal(InternalError),
}

impl From<FuseError> for Failure {
    fn from(reason: FuseError) -> Self {
        Failure::Unfusible(reason)
    }
}

impl From<InternalError> for Failure {
    fn from(error: InternalError) -> Self {
        Failure::Internal(error)
    }
}

impl From<shared::Error> for Failure {
    fn from(error: shared::Error) -> Self {
        match error {
            shared::Error::Extended { import } => FuseError::Shared { import }.into(),
            shared::Error::Internal(error) => error.into(),
        }
    }
}

/// The one component.
pub(crate) struct Fused {
    pub written: Written,
    /// What can't wait in a guest of several parts. Of these, more can than of components.
    pub cannot_wait: Option<Vec<CannotWait>>,
}

/// Makes one component of a guest, which has been retyped, and the adapter.
///
/// # Errors
///
/// If the guest is one that has to be linked with the adapter instead.
pub(crate) fn fuse(guest: Guest<'_>, plan: &Plan, catalogue: &Catalogue) -> Result<Fused, Failure> {
    let Guest {
        mut model,
        root,
        mut signatures,
        bytes,
        ..
    } = guest;
    let flat = flatten(&mut model, root)?;
    let guest = flat.root;
    check_built_ins(&model, &flat)?;
    if flat.has_parts() {
        signatures.add_inner(bytes).map_err(InternalError::result)?;
    }
    let adapted = plan.adapted_names();
    let is_adapted = |name: &str| adapted.contains(name);
    let mut removal = Removal::of(&model, guest, flat.has_parts(), is_adapted);
    let served = Served::new(plan, catalogue)?;
    let waits = plan.may_wait();
    let mut helpers = helpers(&removal, &served, catalogue)?;
    if waits {
        helpers.insert(glue::LET_WAIT);
    }
    let mut demand = Demand::of(plan);
    if !plan.one_memory && !catalogue.leaves_out(FILES) {
        demand.read_directly();
    }
    let (adapter, core) = adapter::fusible(catalogue, &demand, &helpers, waits)?;

    let (shared_imports, front_component) = (OnceCell::new(), OnceCell::new());
    // It lives no longer than what it reads from here on.
    let mut model = model;
    let adapter_root = model.read(&adapter.bytes).map_err(InternalError::adapter)?;
    let needed = plan.handler().map(|_| server::needed_import(catalogue));
    let shared_root = shared::imports(
        &mut model,
        [guest, adapter_root],
        catalogue,
        needed,
        &shared_imports,
    )?;
    let mut assembly = Assembly::as_large_as(guest, &mut model);
    if let Some(shared) = shared_root {
        assembly.import_from(shared, |_| true);
        for root in [adapter_root, guest] {
            share_imports(&mut assembly, root);
        }
    }

    let run = plan.run().map(|(run, to)| (run.name.as_str(), to));
    let run_function = match run {
        Some((export, _)) => Some(started(assembly.model, guest, export)?),
        None => None,
    };
    let server = match plan.handler() {
        Some((handler, to)) => {
            let names = (handler.name.as_str(), to);
            Some(Server::find(names, plan, assembly.model, guest)?)
        }
        None => None,
    };
    removal.find_live(assembly.model, guest, |export| {
        server
            .as_ref()
            .is_some_and(|server| server.export == export)
    })?;
    check_host_handles(assembly.model, &flat, &removal, plan)?;

    let types = Types::new(adapter.resolve);
    let mut tags = Tags::default();
    let replacements = Replacements::find(
        assembly.model,
        &flat,
        &removal,
        &served,
        adapter.resolve,
        &mut tags,
    )?;
    let given = match &server {
        Some(server) => {
            let given = server.given(assembly.model, adapter.resolve, &mut tags);
            Some(given.ok_or_else(|| FuseError::Handler {
                export: server.export.clone(),
            })?)
        }
        None => None,
    };

    let mut beside = beside::place(&mut assembly, adapter_root, core)?;
    let prepared = match &server {
        Some(server) => {
            let prepared = server.prepare(&mut assembly, catalogue, beside.memory)?;
            let description = Description::of_answer(catalogue)?;
            beside.add_answer(answer::promise(&description), prepared.host);
            Some(prepared)
        }
        None => None,
    };
    let callee = |lowered| replacements.callee(&served, &adapter, lowered);
    let named = is_named(assembly.model, guest);
    let mut direct = HashMap::new();
    let mut tables = Vec::new();
    for part in flat.parts() {
        let dropped = of_part(&flat, part, &replacements.dropped);
        let destructors = destructors(&dropped, &tags, &adapter)?;
        let names = dropped.into_iter();
        direct.extend(names.map(|(id, tag)| (id, beside::discard(part, tag))));
        tables.push(Table {
            dropped: destructors,
            lends: flat.has_parts(),
            named,
        });
    }
    let mut calls = vec![Vec::new(); tables.len()];
    for (id, replaced) in &removal.replaced {
        if let Replaced::Lowered(..) = replaced
            && let callee = callee(*id)?
            && glue::copies_nothing(adapter.resolve, callee.function)
        {
            let part = flat.part(*id);
            let calls = &mut calls[part.place()];
            direct.insert(*id, beside::call(part, calls.len()));
            calls.push(callee);
        }
    }
    let side = GuestSide {
        named,
        ..GuestSide::default()
    };
    for ((part, table), calls) in flat.parts().zip(&tables).zip(&calls) {
        beside.add_part(part, table, &types, calls, side);
    }
    let mut shim = match flat.has_parts() {
        true => Shim::default(),
        false => Shim::find(assembly.model, guest, &removal),
    };
    let mut slots = Vec::new();
    for lowered in &shim.slots {
        slots.push(callee(*lowered)?.slot(adapter.resolve));
    }
    // A function with another type in front of its slot can't be called, but is there.
    if slots != shim.types {
        (shim, slots) = Default::default();
    }
    let first = beside.add_slots(&slots);
    let filled = shim.slots.iter().copied().zip(first..).collect();
    for (id, slot) in &shim.exports {
        let lowered = shim.slots.get(*slot);
        let plain = lowered.and_then(|lowered| direct.get(lowered)).cloned();
        let in_front = || beside::in_front_of(*slot as u32);
        direct.insert(*id, plain.unwrap_or_else(in_front));
    }
    let file_bytes = beside.file_bytes;
    let adapter_instance = beside.finish(&mut assembly)?;
    let mut handles = Vec::new();
    for (part, table) in flat.parts().zip(&tables) {
        let of_part = beside::handles_of(&mut assembly, adapter_instance, part, table);
        handles.push(of_part);
    }
    let export = |interface: &str, function: &str| {
        let export = adapter.called(interface, function);
        export.map(str::to_string)
    };
    // What a host starts is `async`, so that most guests have nothing else to look at.
    let is_started = |function: &ItemId| {
        run_function == Some(*function)
            || server
                .as_ref()
                .is_some_and(|server| server.function == *function)
    };
    let mut wrapped = HashMap::new();
    let mut others_wait = false;
    for function in &assembly.model[guest].items {
        let Definition::Lift { core, .. } = &assembly.model[*function].definition else {
            continue;
        };
        let ty = assembly.model.func_type(*function);
        let is_async = ty.is_some_and(|ty| ty.is_async);
        if is_started(function) {
            continue;
        }
        if waits && !is_async {
            let signature = guest::signature(&flat, &signatures, *core)?;
            wrapped.insert(*function, wrap::Wrapper::CannotWait(signature));
        }
        others_wait |= waits && is_async;
    }
    if let Some(function) = run_function.filter(|_| waits || adapter.drains) {
        let drain = adapter.drains.then(|| export(LIFECYCLE, "drain"));
        let drain = drain.transpose()?;
        wrapped.insert(function, wrap::Wrapper::Started { waits, drain });
    }
    let cannot_wait = flat.has_parts().then(|| {
        waiting::in_parts(assembly.model, &flat, |id| {
            removal.stays(assembly.model, id)
        })
    });
    let part_types = Types::new(&replacements.part_types.resolve);
    let part = GuestPart {
        flat: &flat,
        removal: &removal,
        replacements: &replacements,
        callee: &callee,
        types: &types,
        part_types: &part_types,
        handles: &handles,
        adapter_instance,
        file_bytes,
        direct: &direct,
        filled: &filled,
        needless: &shim.items,
        signatures: &signatures,
        waits,
        one_memory: plan.one_memory,
        is_entered: server.is_some() || removal.allocates(),
        throws: throws(assembly.model, guest),
        named,
        wrapped,
        renamed: run,
    };
    guest::place(&mut assembly, part)?;
    if others_wait {
        let args = vec![(glue::ADAPTER.into(), adapter_instance)];
        assembly.instantiate_core(glue::after_guest(), args);
    }
    if let (Some(server), Some(prepared), Some(given)) = (server, prepared, given) {
        let interface = server.incoming.interface;
        let accept = export(interface, "accept")?;
        let finish = export(interface, "finish")?;
        let handles = handles[flat.part(server.function).place()];
        server.place(
            &mut assembly,
            prepared,
            [&accept, &finish],
            given,
            [adapter_instance, handles],
            [waits, plan.front],
        )?;
    }
    let mut root = assembly.finish();
    model[root].debug_name = model[guest].debug_name.clone();
    if let Some((_, handler)) = plan.handler().filter(|_| plan.front) {
        let component = front::forward(catalogue)?;
        let front = model.read(front_component.get_or_init(|| component));
        let front = front.map_err(InternalError::link)?;
        root = behind(&mut model, front, root, handler)?;
    }
    producers::add(&mut model, root);
    let written = write::component(&model, root).map_err(InternalError::result)?;
    Ok(Fused {
        written,
        cannot_wait,
    })
}

/// The `resource.drop`s of a part, with the tags of their resources, in the order of these.
fn of_part(flat: &Flat, part: Part, dropped: &HashMap<ItemId, Tag>) -> Vec<(ItemId, Tag)> {
    let all = dropped.iter().map(|(id, tag)| (*id, *tag));
    let mut of_part: Vec<_> = all.filter(|(id, _)| flat.part(*id) == part).collect();
    of_part.sort_unstable_by_key(|(id, tag)| (*tag, *id));
    of_part
}

/// What the adapter exports the destructors of these resources as, of each tag once.
fn destructors<'a>(
    dropped: &[(ItemId, Tag)],
    tags: &Tags,
    adapter: &'a FusibleAdapter,
) -> Result<Vec<(Tag, &'a str)>, InternalError> {
    let mut destructors: Vec<(Tag, &str)> = Vec::new();
    for (_, tag) in dropped {
        let is_new = destructors.last().is_none_or(|(last, _)| last != tag);
        if let Some(ty) = tags.adapters(*tag).filter(|_| is_new) {
            destructors.push((*tag, adapter.destructor(ty)?));
        }
    }
    Ok(destructors)
}

/// Whether one of a component's core modules has exceptions.
fn throws(model: &Model<'_>, root: ScopeId) -> bool {
    any_module(model, root, |module| {
        core_module::has_section(module, core_module::TAGS)
    })
}

/// Whether the functions of one of a component's core modules have names.
fn is_named(model: &Model<'_>, root: ScopeId) -> bool {
    any_module(model, root, core_module::is_named)
}

fn any_module(model: &Model<'_>, root: ScopeId, is_it: impl Fn(&[u8]) -> bool) -> bool {
    let mut items = model[root].items.iter();
    items.any(|id| match &model[*id].definition {
        Definition::CoreModule(module) => is_it(&module.bytes),
        _ => false,
    })
}

/// Has the imports of a component stand for those of the same name that have been placed.
fn share_imports(assembly: &mut Assembly<'_, '_>, root: ScopeId) {
    let imports = assembly.model.imports(root);
    let shared: Vec<(ItemId, ItemId)> = imports
        .filter_map(|(name, id)| Some((id, assembly.import(name)?)))
        .collect();
    for (id, shared) in shared {
        assembly.model[id].definition = Definition::SameAs(shared);
    }
}

/// The functions of the adapter that glue calls for the strings of the functions that the guest
/// calls.
fn helpers(
    removal: &Removal,
    served: &Served<'_>,
    catalogue: &Catalogue,
) -> Result<BTreeSet<&'static str>, FuseError> {
    let resolve = catalogue.resolve();
    let mut helpers = BTreeSet::new();
    for replaced in removal.replaced.values() {
        let Replaced::Lowered(item, lowering) = replaced else {
            continue;
        };
        let (import, function) = (item.import.clone(), item.name.clone());
        let is_bridged = |found: &&wit_parser::Function| {
            let params = found.params.iter().map(|param| &param.ty);
            let mut all = params.chain(&found.result);
            all.all(|ty| is_bridged(resolve, ty))
        };
        let Some(found) = served.function(resolve, item).filter(is_bridged) else {
            return Err(FuseError::Unbridged { import, function });
        };
        let strings = glue::strings(resolve, found, Strings::default());
        helpers.extend(strings.exports(lowering.encoding));
    }
    Ok(helpers)
}

fn is_bridged(resolve: &Resolve, ty: &Type) -> bool {
    let Type::Id(id) = ty else {
        return *ty != Type::ErrorContext;
    };
    let kind: &TypeDefKind = &resolve.types[TypeId::clone(id)].kind;
    copy::is_bridged(kind)
        && copy::parts(kind)
            .iter()
            .all(|part| is_bridged(resolve, part))
}
