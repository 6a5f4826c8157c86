//! The core modules beside the guest's: one with the adapter's memory, and one with everything that
//! needs nothing of the guest.
//!
//! The host's functions that use the adapter's memory are lowered between the two, so that the
//! second imports them as they are. It consists of the adapter, of the [handles](super::handles), of
//! the [calls](super::glue) that copy nothing, and of what the answer of a server goes
//! [to](super::answer::promise).

use super::glue::{self, ADAPTER, Callee, GuestSide, HANDLES, Types};
use super::handles::{self, Table, Tag};
use super::removed::{Removal, Replaced};
use super::{Failure, answer};
use crate::adapter;
use crate::component::assembly::Assembly;
use crate::component::{Alias, CoreInstance, Definition, ItemId, Model, ScopeId, Sort};
use crate::core_module::indices::Indices;
use crate::core_module::shim::{self, SlotType};
use crate::core_module::{self, APART_MEMORY, APART_TABLE, Apart, Unit};
use crate::error::InternalError;
use crate::flatten::Part;
use hashbrown::HashMap;
use std::borrow::Cow;

/// The adapter but for its second core instance.
pub(super) struct Beside<'a> {
    /// The memory.
    pub memory: ItemId,
    /// What the second is instantiated with.
    args: Vec<(Cow<'a, str>, ItemId)>,
    units: Vec<Own>,
    /// The type of the streams that the adapter reads files by, if it does.
    pub file_bytes: Option<ItemId>,
    /// The size of the adapter's own table, if it has one.
    table: Option<u32>,
    /// How many slots its table has for what the guest calls.
    slots: u32,
}

/// A core module that becomes a part of the second one.
struct Own {
    bytes: Vec<u8>,
    /// The indices in its code, where they are known.
    indices: Option<Indices>,
    prefix: String,
    args: Vec<(&'static str, usize)>,
}

/// The position of the adapter's own core module.
const ADAPTERS: usize = 0;

/// Places what the adapter's component consists of, but for the instance of its core module.
pub(super) fn place<'a>(
    assembly: &mut Assembly<'_, 'a>,
    root: ScopeId,
    core: Apart,
) -> Result<Beside<'a>, Failure> {
    let broken = |what: &str| InternalError::adapter(what);
    let mut removal = Removal::of(assembly.model, root, false, |name| {
        name == adapter::answer::INTERFACE
    });
    removal
        .find_live(assembly.model, root, |_| false)
        .map_err(InternalError::adapter)?;
    let items = assembly.model[root].items.clone();
    let instances = Instances::of(assembly, &items)?;
    let memory_instance = assembly.instantiate_core(core.memory, Vec::new());
    let memory = assembly.core_export(Sort::CoreMemory, memory_instance, APART_MEMORY);
    for id in &items {
        if let Definition::Alias(Alias::CoreExport { instance, name }) =
            &assembly.model[*id].definition
            && *instance != instances.main
            && let Some(lowered) = instances.lowered.get(name)
        {
            // It was called by way of a table.
            let lowered = Definition::SameAs(*lowered);
            assembly.model.redefine(*id, lowered);
        }
    }
    merge_built_ins(assembly.model, &items);
    let imports = instances.imports(assembly);
    let model = &*assembly.model;
    let origins: Vec<ItemId> = imports.iter().map(|(_, id)| model.origin(*id)).collect();
    let first_of = |origin: ItemId| origins.iter().position(|it| *it == origin);
    let rest = adapter::with_imports(&core.rest, |module, name| {
        let mut imports = imports.iter();
        let position = imports.position(|([of, it], _)| of == module && it == name)?;
        let first = first_of(origins[position])?;
        Some((HOSTS.to_string(), first.to_string()))
    })?;
    let file_read = imports.iter().find(|([_, name], _)| name == FILE_READ);
    let file_bytes = file_read.and_then(|(_, id)| match &model[model.origin(*id)].definition {
        Definition::BuiltIn(built_in) => built_in.ty(),
        _ => None,
    });
    for id in items {
        // The adapter's parts are no business of whoever reads the result.
        assembly.model.forget_debug_name(id);
        let is_table = assembly.model[id].sort == Sort::CoreTable;
        if !removal.stays(assembly.model, id) || instances.all.contains(&id) || is_table {
            continue;
        }
        match removal.replaced.get(&id) {
            Some(Replaced::Called(..) | Replaced::Handled(..)) => {
                return Err(broken("it is of several parts").into());
            }
            // The answer's functions are of the same core module.
            Some(Replaced::Lowered(..) | Replaced::Dropped(_)) => continue,
            None => {}
        }
        match &assembly.model[id].definition {
            Definition::Custom { .. } | Definition::CoreModule(_) => continue,
            Definition::Alias(Alias::CoreExport { instance, name }) => {
                let name = name.clone();
                if *instance == instances.main {
                    assembly.replace_by_core_export(id, memory_instance, name);
                }
            }
            _ => assembly.place(id),
        }
    }
    let served = imports.into_iter().map(|(_, id)| id).enumerate();
    let served = served.filter(|(position, _)| first_of(origins[*position]) == Some(*position));
    let served = served.map(|(position, id)| (position.to_string().into(), id));
    let served = served.collect();
    let args = vec![
        (HOSTS.into(), assembly.bundle_core(served)),
        (APART_MEMORY.into(), memory_instance),
    ];
    let own = Own {
        bytes: rest,
        indices: Some(core.indices),
        prefix: String::new(),
        args: Vec::new(),
    };
    Ok(Beside {
        memory,
        args,
        units: vec![own],
        file_bytes,
        table: core.table,
        slots: 0,
    })
}

/// What the adapter's core module imports the host's functions from, by their positions: their own
/// names take a tenth of the result.
const HOSTS: &str = "";

/// The import that reads the bytes of a file.
const FILE_READ: &str = "[async-lower][stream-read-0][method]descriptor.read-via-stream";

/// An import, by module and name, and what serves it.
type Import<'a> = ([Cow<'a, str>; 2], ItemId);

/// Makes each built-in that equals an earlier one another name of that. The streams and futures of
/// different functions are often of one type, and each import costs something in every instance.
fn merge_built_ins(model: &mut Model<'_>, items: &[ItemId]) {
    let mut distinct: Vec<ItemId> = Vec::new();
    for id in items {
        let Definition::BuiltIn(built_in) = &model[*id].definition else {
            continue;
        };
        let is_equal = |other: &&ItemId| matches!(&model[**other].definition, Definition::BuiltIn(other) if other == built_in);
        match distinct.iter().find(is_equal).copied() {
            Some(first) => model.redefine(*id, Definition::SameAs(first)),
            None => distinct.push(*id),
        }
    }
}

/// The core instances of the adapter's component.
struct Instances<'a> {
    /// That of the core module that everything else is there for.
    main: ItemId,
    /// What it is instantiated with.
    args: Vec<(Cow<'a, str>, ItemId)>,
    /// What it calls by way of a table, by the names that the functions in front of the table have.
    lowered: HashMap<Cow<'a, str>, ItemId>,
    /// All of them, with what is only there to instantiate them.
    all: Vec<ItemId>,
}

impl<'a> Instances<'a> {
    /// The encoder writes the core module that it was given first. If that imports functions which
    /// are lowered with its own memory, there is one with a table of them, and one that fills it.
    fn of(assembly: &Assembly<'_, 'a>, items: &[ItemId]) -> Result<Self, InternalError> {
        let broken = || InternalError::adapter("its core instances are not known");
        let mut core_modules = Vec::new();
        let mut instances = Vec::new();
        let mut bundles = HashMap::new();
        for id in items {
            match &assembly.model[*id].definition {
                Definition::CoreModule(_) => core_modules.push(*id),
                Definition::CoreInstance(CoreInstance::Instantiate { module, args }) => {
                    instances.push((*id, *module, args));
                }
                Definition::CoreInstance(CoreInstance::Exports(exports)) => {
                    bundles.insert(*id, exports);
                }
                _ => {}
            }
        }
        let instance = |position: usize| {
            let module = core_modules.get(position)?;
            instances.iter().find(|(_, of, _)| of == module)
        };
        let (main, _, args) = instance(0).ok_or_else(broken)?;
        let mut all: Vec<ItemId> = instances.iter().map(|(id, ..)| *id).collect();
        all.extend(args.iter().map(|(_, bundle)| *bundle));
        let mut lowered = HashMap::new();
        if let Some((_, _, args)) = instance(2) {
            let [(_, bundle)] = args[..] else {
                return Err(broken());
            };
            lowered.extend(bundles.get(&bundle).ok_or_else(broken)?.iter().cloned());
            all.push(bundle);
        }
        if instances.len() > 3 {
            return Err(broken());
        }
        Ok(Instances {
            main: *main,
            args: Vec::clone(args),
            lowered,
            all,
        })
    }

    /// What the core module imports, but for what takes the place of an answer's future.
    fn imports(&self, assembly: &Assembly<'_, 'a>) -> Vec<Import<'a>> {
        let mut imports = Vec::new();
        for (module, bundle) in &self.args {
            let definition = &assembly.model[*bundle].definition;
            if let Definition::CoreInstance(CoreInstance::Exports(exports)) = definition
                && module != adapter::answer::INTERFACE
            {
                let exports = exports.iter();
                imports.extend(exports.map(|(name, id)| ([module.clone(), name.clone()], *id)));
            }
        }
        imports
    }
}

impl<'a> Beside<'a> {
    fn add(&mut self, prefix: String, bytes: Vec<u8>, args: Vec<(&'static str, usize)>) -> usize {
        self.units.push(Own {
            bytes,
            indices: None,
            prefix,
            args,
        });
        self.units.len() - 1
    }

    /// Adds what the adapter's answer goes to, which gets the host's built-in of this instance.
    pub fn add_answer(&mut self, module: Vec<u8>, host: ItemId) {
        self.args.push((answer::HOST.into(), host));
        let answer = self.add("answer-".into(), module, Vec::new());
        self.units[ADAPTERS].args = vec![(adapter::answer::INTERFACE, answer)];
    }

    /// Adds the handles of a part of the guest, and the adapter's functions that the part calls and
    /// that need nothing of it. They are exported as [`handle`] and [`call`] say.
    pub fn add_part(
        &mut self,
        part: Part,
        table: &Table<'_>,
        types: &Types<'_>,
        callees: &[Callee<'_>],
        side: GuestSide,
    ) {
        let handles = handles::module(table);
        let handles = self.add(handle(part, ""), handles, vec![(ADAPTER, ADAPTERS)]);
        if !callees.is_empty() {
            let module = glue::module(types, side, callees, &[]);
            let args = vec![(ADAPTER, ADAPTERS), (HANDLES, handles)];
            self.add(call(part, ""), module, args);
        }
    }

    /// Adds functions that call what is in these slots of a table, which are exported as
    /// [`in_front_of`] says. Returns the first of the slots.
    pub fn add_slots(&mut self, slots: &[SlotType]) -> u32 {
        self.slots = slots.len() as u32;
        if slots.is_empty() {
            return 0;
        }
        let module = shim::calls([ADAPTER, APART_TABLE], self.table, slots, in_front_of);
        self.add(String::new(), module, vec![(ADAPTER, ADAPTERS)]);
        self.table.unwrap_or_default()
    }

    /// Places the second core instance.
    pub fn finish(self, assembly: &mut Assembly<'_, 'a>) -> Result<ItemId, InternalError> {
        let units = self.units.iter().map(|own| Unit {
            bytes: &own.bytes,
            indices: own.indices.as_ref(),
            prefix: &own.prefix,
            args: own.args.clone(),
        });
        let units: Vec<Unit<'_>> = units.collect();
        let module =
            core_module::join("adapter", &units, self.slots).map_err(InternalError::adapter)?;
        Ok(assembly.instantiate_core(module, self.args))
    }
}

/// What the handles of a part are exported as.
pub(super) fn handle(part: Part, name: impl std::fmt::Display) -> String {
    format!("h{}-{name}", part.place())
}

/// What the drop of a resource with this tag is exported as.
pub(super) fn discard(part: Part, tag: Tag) -> String {
    handle(part, tag.discard())
}

/// What the functions that copy nothing are exported as, by their positions.
pub(super) fn call(part: Part, position: impl std::fmt::Display) -> String {
    format!("c{}-{position}", part.place())
}

/// What the function in front of a slot is exported as.
pub(super) fn in_front_of(slot: u32) -> String {
    format!("s{slot}")
}

/// Places an instance that exports the handles of a part by their own names.
pub(super) fn handles_of(
    assembly: &mut Assembly<'_, '_>,
    adapter: ItemId,
    part: Part,
    table: &Table<'_>,
) -> ItemId {
    let exports = handles::exports(table).into_iter().map(|(sort, name)| {
        let export = assembly.core_export(sort, adapter, handle(part, name));
        (name.into(), export)
    });
    let exports = exports.collect();
    assembly.bundle_core(exports)
}
