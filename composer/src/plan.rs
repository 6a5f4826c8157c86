//! Decides for each import and export of a guest what it becomes in the result.

use crate::catalogue::{Catalogue, Incoming, Interface};
use crate::component::shape::{Shape, Shapes};
use crate::component::{
    Alias, Definition, ExternType, FuncType, ItemId, Model, Sort, Type, ValType, ValueType,
};
use crate::error::{FixedReason, InternalError, OptionsError, PlanError, Unserved, UnservedImport};
use crate::inspect::{Extern, Guest};
use crate::name::{Generation, InterfaceName};
use crate::options::Options;
use hashbrown::{HashMap, HashSet};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

/// The decision on each import and export of a guest. It is data, made before anything is changed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The imports, in the guest's order.
    pub imports: Vec<Planned<ImportFate>>,
    /// The exports, in the guest's order.
    pub exports: Vec<Planned<ExportFate>>,
    /// `true` if the core modules that are added have one memory each.
    pub one_memory: bool,
    /// `true` if there is to be a component before a guest that is an HTTP server.
    pub front: bool,
}

/// An import or export with the decision on it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned<Fate> {
    /// The import or export of the guest.
    pub item: Extern,
    /// The decision.
    pub fate: Fate,
}

/// The decision on an import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportFate {
    /// The adapter serves it.
    #[non_exhaustive]
    Adapter {
        /// The name of the adapter's export.
        by: String,
        /// The functions that may wait, and become `async`.
        waiting: BTreeSet<String>,
    },
    /// It is WASI 0.3 already, which the host has.
    AlreadyP3,
    /// It is of no package of WASI 0.2: it stays an import of the result.
    Host,
}

/// The decision on an export.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFate {
    /// It becomes its WASI 0.3 counterpart.
    #[non_exhaustive]
    Lifted {
        /// The name of that export.
        to: String,
    },
    /// It is WASI 0.3 already.
    AlreadyP3,
    /// It is exported under the same name. Its functions become `async` if the guest may wait.
    Kept,
    /// It is exported under the same name, and its functions keep their types.
    Sync,
    /// It is exported under the same name, and its functions become `async`.
    Async,
}

/// The interfaces that make up WASI 0.2, and are therefore never the host's.
const P2_INTERFACES: [&str; 32] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    P2_RUN,
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/timezone",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:http/incoming-handler",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// Whether the package is one of WASI 0.2.
fn is_of_p2(name: &InterfaceName) -> bool {
    let package = |path: &str| Some(path.split_once('/')?.0 == name.package);
    P2_INTERFACES.iter().any(|path| package(path) == Some(true))
}

/// Where a WASI 0.2 command starts.
const P2_RUN: &str = "wasi:cli/run";

/// Where a WASI 0.2 component is called with a request.
const P2_HANDLER: &str = "wasi:http/incoming-handler";

/// Where a WASI 0.3 component is.
const P3_HANDLER: &str = "wasi:http/handler";

/// The interfaces by which a host of WASI 0.2 calls a component.
const ENTRIES: [Entry; 2] = [
    Entry {
        path: P2_RUN,
        function: "run",
        shape: "func() -> result<_, _>",
        counterpart: P2_RUN,
    },
    Entry {
        path: P2_HANDLER,
        function: "handle",
        shape: "func(request: own<incoming-request>, response-out: own<response-outparam>)",
        counterpart: P3_HANDLER,
    },
];

struct Entry {
    path: &'static str,
    /// The only function.
    function: &'static str,
    /// Its type, in the words of [`Shapes::text`].
    shape: &'static str,
    /// The interface of WASI 0.3 in its place.
    counterpart: &'static str,
}

/// The decision on an import or export, or why it can't be served.
pub(crate) type Decision<Fate> = Planned<Result<Fate, Box<PlanError>>>;

/// The decisions on all imports and exports of a guest.
pub(crate) struct Decisions {
    pub imports: Vec<Decision<ImportFate>>,
    pub exports: Vec<Decision<ExportFate>>,
}

impl Decisions {
    /// Decides on all imports and exports of a guest.
    ///
    /// # Errors
    ///
    /// If the adapter is broken.
    pub fn of(guest: &Guest<'_>, catalogue: &Catalogue) -> Result<Self, InternalError> {
        let undecided = |item| Planned {
            item,
            fate: Ok(ImportFate::Host),
        };
        let mut decisions = Decisions {
            imports: Vec::with_capacity(guest.model[guest.root].imports.len()),
            exports: Vec::new(),
        };
        decisions.imports.extend(guest.imports().map(undecided));
        let mut shapes = Shapes::default();
        let imports = decisions.imports.iter().map(|import| &import.item);
        let families = Families::choose(guest, imports, catalogue, &mut shapes);
        for Planned { item, fate } in &mut decisions.imports {
            *fate = import_fate(item, &families);
        }
        decisions.check_answers(catalogue)?;
        decisions.check_references(guest);
        // A host calls one of a kind: the guest's own for WASI 0.3, if it has one.
        let exports: Vec<Extern> = guest.exports().collect();
        let mut lifted: BTreeSet<&str> = exports.iter().filter_map(p3_entry).collect();
        for item in exports {
            let mut fate = export_fate(&guest.model, &item, catalogue, &mut shapes);
            if let (Ok(ExportFate::Lifted { .. }), Some(entry)) = (&fate, p2_entry(&item))
                && !lifted.insert(entry.counterpart)
            {
                fate = Ok(ExportFate::Kept);
            }
            let fate = fate.map_err(Box::new);
            decisions.exports.push(Planned { item, fate });
        }
        Ok(decisions)
    }

    /// The plan, if everything can be served.
    ///
    /// # Errors
    ///
    /// If something can't: all imports that nothing serves, or else the first of other kinds.
    pub fn into_plan(self) -> Result<Plan, PlanError> {
        fn decided<Fate>(
            decisions: Vec<Decision<Fate>>,
            mut failed: impl FnMut(PlanError),
        ) -> Vec<Planned<Fate>> {
            let decided = decisions.into_iter().filter_map(|Planned { item, fate }| {
                let fate = fate.map_err(|error| failed(*error)).ok()?;
                Some(Planned { item, fate })
            });
            decided.collect()
        }
        let mut unserved = Vec::new();
        let mut first = None;
        let imports = decided(self.imports, |error| match error {
            PlanError::Imports { imports } => unserved.extend(imports),
            error => _ = first.get_or_insert(error),
        });
        if !unserved.is_empty() {
            return Err(PlanError::Imports { imports: unserved });
        }
        let exports = decided(self.exports, |error| _ = first.get_or_insert(error));
        match first {
            Some(error) => Err(error),
            None => Ok(Plan {
                imports,
                exports,
                one_memory: false,
                front: false,
            }),
        }
    }

    /// The plan for what can be served.
    pub fn to_plan_of_served(&self) -> Plan {
        fn served<Fate: Clone>(items: &[Decision<Fate>]) -> Vec<Planned<Fate>> {
            let served = items.iter().filter_map(|planned| {
                Some(Planned {
                    item: planned.item.clone(),
                    fate: planned.fate.as_ref().ok()?.clone(),
                })
            });
            served.collect()
        }
        Plan {
            imports: served(&self.imports),
            exports: served(&self.exports),
            one_memory: false,
            front: false,
        }
    }

    /// An import that stays with the host can't have resources of one that the host hasn't got, and
    /// the adapter can't have types of the host's.
    fn check_references(&mut self, guest: &Guest<'_>) {
        let is_adapted =
            |import: &&Decision<_>| matches!(import.fate, Ok(ImportFate::Adapter { .. }));
        let adapted = self.imports.iter().filter(is_adapted);
        let refused = self.imports.iter().filter(|import| import.fate.is_err());
        let references = References::find(
            guest,
            &adapted.map(|import| import.item.item).collect(),
            &refused.map(|import| import.item.item).collect(),
        );
        let name_of = |item: ItemId| match &guest.model[item].definition {
            Definition::Import { name, .. } => name.name.to_string(),
            _ => String::new(),
        };
        for import in &mut self.imports {
            let name = &import.item.name;
            let found = references.of(import.item.item);
            match (&import.fate, found) {
                (
                    Ok(ImportFate::Adapter { .. }),
                    Reference {
                        not_adapted: Some(other),
                        ..
                    },
                ) => {
                    let other = name_of(other);
                    let error = PlanError::Shape {
                        name: name.clone(),
                        reason: format!("they refer to types of the import `{other}`"),
                    };
                    import.fate = Err(error.into());
                }
                (
                    Ok(ImportFate::Host | ImportFate::AlreadyP3),
                    Reference {
                        adapted_resource: Some(other),
                        ..
                    },
                ) => {
                    let (function, resource) = crossing(&guest.model, import.item.item, other);
                    let error = PlanError::ForeignTypes {
                        import: name.clone(),
                        function,
                        resource,
                        types_of: name_of(other),
                    };
                    import.fate = Err(error.into());
                }
                _ => {}
            }
        }
    }

    /// What is left out has to be answered for.
    fn check_answers(&mut self, catalogue: &Catalogue) -> Result<(), InternalError> {
        let mut wanted = Vec::new();
        for (position, import) in self.imports.iter().enumerate() {
            if let Ok(ImportFate::Adapter { by, .. }) = &import.fate {
                let functions = import.item.functions().iter();
                wanted.extend(functions.map(|function| (position, by.as_str(), function.as_str())));
            }
        }
        let functions: Vec<(&str, &str)> = wanted
            .iter()
            .map(|(_, by, function)| (*by, *function))
            .collect();
        let found = catalogue.unanswered(&functions)?;
        let reasons = found.into_iter().map(|found| {
            let (position, _, function) = wanted[found.position];
            let reason = Unserved::Unanswered {
                function: function.to_string(),
                package: found.package,
            };
            (position, reason)
        });
        let reasons: Vec<(usize, Unserved)> = reasons.collect();
        for (position, reason) in reasons {
            let import = &mut self.imports[position];
            // One function of an import is enough to say.
            if import.fate.is_ok() {
                import.fate = Err(unserved(&import.item, reason).into());
            }
        }
        Ok(())
    }
}

/// The error for one import that can't be served.
fn unserved(import: &Extern, reason: Unserved) -> PlanError {
    PlanError::Imports {
        imports: vec![UnservedImport {
            import: import.name.clone(),
            reason,
        }],
    }
}

impl Planned<ExportFate> {
    fn settle(&mut self, fate: &ExportFate) -> Result<(), OptionsError> {
        let reason = match &self.fate {
            ExportFate::Kept => None,
            settled if settled == fate => None,
            ExportFate::Lifted { to } => Some(FixedReason::Lifted { to: to.clone() }),
            ExportFate::AlreadyP3 => Some(FixedReason::AlreadyP3),
            ExportFate::Sync | ExportFate::Async => Some(FixedReason::Both),
        };
        if let Some(reason) = reason {
            return Err(OptionsError::FixedExport {
                export: self.item.name.clone(),
                reason,
            });
        }
        self.fate = fate.clone();
        Ok(())
    }
}

impl Plan {
    /// Decides on the exports that options name.
    ///
    /// # Errors
    ///
    /// If there is no such export, or it can't be chosen.
    pub(crate) fn follow(&mut self, options: &Options) -> Result<(), OptionsError> {
        self.one_memory = options.one_memory;
        self.front = options.front;
        let kept = options.keep_sync.iter();
        let made = options.make_async.iter();
        kept.map(|export| (export, ExportFate::Sync))
            .chain(made.map(|export| (export, ExportFate::Async)))
            .try_for_each(|(export, fate)| self.settle(export, fate))
    }

    /// Decides on the export of a name, or on those of all versions if the name has none.
    fn settle(&mut self, name: &str, fate: ExportFate) -> Result<(), OptionsError> {
        let has_name = |item: &Extern| item.name == name;
        let has_path = |item: &Extern| {
            let interface = item.interface.as_ref();
            interface.is_some_and(|interface| interface.path() == name)
        };
        let mut exports = self.exports.iter();
        let is_meant: &dyn Fn(&Extern) -> bool = match exports.any(|it| has_name(&it.item)) {
            true => &has_name,
            false => &has_path,
        };
        let mut found = self.exports.iter_mut().filter(|it| is_meant(&it.item));
        let Some(first) = found.next() else {
            drop(found);
            let names = self.exports.iter().map(|export| export.item.name.clone());
            return Err(OptionsError::UnknownExport {
                export: name.to_string(),
                known: names.collect(),
            });
        };
        for export in [first].into_iter().chain(found) {
            export.settle(&fate)?;
        }
        Ok(())
    }

    /// Whether the guest is left as it is: it imports and exports nothing of WASI 0.2.
    pub fn is_identity(&self) -> bool {
        self.adapted().next().is_none() && !self.has_async()
    }

    /// The export of which a function has a resource of an import that the adapter serves, as an
    /// error. Whether the result can have such an export depends on whether the export has a name for
    /// the resource, so that this is only said of a result that is not valid.
    pub(crate) fn exported_resource(&self, model: &Model<'_>) -> Option<PlanError> {
        let mut resources = HashMap::new();
        for (import, _) in self.adapted() {
            for (_, id) in model.exports_of(import.item) {
                if let Some(ExternType::Resource) = model.extern_type(id) {
                    resources.insert(id, import.name.as_str());
                }
            }
        }
        let arguments = model.arguments();
        let resources = AdaptedResources {
            resources,
            arguments,
        };
        self.exports.iter().find_map(|export| {
            Some(PlanError::ExportedResource {
                export: export.item.name.clone(),
                types_of: resources.import_of(model, export.item.item)?.to_string(),
            })
        })
    }

    /// The imports that the adapter serves, each with the name of the adapter's export.
    pub fn adapted(&self) -> impl Iterator<Item = (&Extern, &str)> {
        self.imports.iter().filter_map(|import| match &import.fate {
            ImportFate::Adapter { by, .. } => Some((&import.item, by.as_str())),
            _ => None,
        })
    }

    /// The names of the imports that the adapter serves, for looking up many.
    pub(crate) fn adapted_names(&self) -> HashSet<&str> {
        self.adapted()
            .map(|(import, _)| import.name.as_str())
            .collect()
    }

    /// Whether the guest imports a function that may wait.
    pub fn may_wait(&self) -> bool {
        self.imports.iter().any(|import| match &import.fate {
            ImportFate::Adapter { waiting, .. } => !waiting.is_empty(),
            _ => false,
        })
    }

    /// Whether the plan makes a function `async`.
    pub(crate) fn has_async(&self) -> bool {
        let is_async = |export: &Planned<ExportFate>| {
            matches!(export.fate, ExportFate::Lifted { .. } | ExportFate::Async)
        };
        self.may_wait() || self.exports.iter().any(is_async)
    }

    /// The decision on the import of this name.
    pub fn import(&self, name: &str) -> Option<&ImportFate> {
        let named = |import: &&Planned<_>| import.item.name == name;
        Some(&self.imports.iter().find(named)?.fate)
    }

    /// The exports that become what a WASI 0.3 host calls, and the names they get.
    pub fn lifted(&self) -> impl Iterator<Item = (&Extern, &str)> {
        self.exports.iter().filter_map(|export| match &export.fate {
            ExportFate::Lifted { to } => Some((&export.item, to.as_str())),
            _ => None,
        })
    }

    fn lifted_from(&self, path: &str) -> Option<(&Extern, &str)> {
        let is = |item: &Extern| p2_entry(item).is_some_and(|entry| entry.path == path);
        self.lifted().find(|(item, _)| is(item))
    }

    /// The export that becomes `wasi:cli/run` of WASI 0.3, and the name it gets.
    pub(crate) fn run(&self) -> Option<(&Extern, &str)> {
        self.lifted_from(P2_RUN)
    }

    /// The export that becomes `wasi:http/handler` of WASI 0.3, and the name it gets.
    pub(crate) fn handler(&self) -> Option<(&Extern, &str)> {
        self.lifted_from(P2_HANDLER)
    }

    /// The interface through which the guest's handler gets its requests: the one whose types the
    /// guest imports. `None` if the guest is no server, or has the types from elsewhere.
    pub(crate) fn incoming(&self) -> Option<Incoming> {
        let (handler, _) = self.handler()?;
        let version = &handler.interface.as_ref()?.version;
        let is_types = |name: &&InterfaceName| name.path() == "wasi:http/types";
        let mut found = None;
        for (import, by) in self.adapted() {
            if let Some(name) = import.interface.as_deref().filter(is_types)
                && (found.is_none() || name.version == *version)
            {
                found = Some(by);
            }
        }
        Incoming::with_types(found?)
    }
}

/// The resources that imports served by the adapter have, with the names of the imports.
struct AdaptedResources<'p> {
    resources: HashMap<ItemId, &'p str>,
    arguments: HashMap<ItemId, ItemId>,
}

impl<'p> AdaptedResources<'p> {
    /// The import of which a function of an export has a resource.
    fn import_of(&self, model: &Model<'_>, export: ItemId) -> Option<&'p str> {
        let mut seen = HashSet::new();
        let mut pending = vec![export];
        while let Some(id) = pending.pop() {
            match model[id].sort {
                Sort::Instance => pending.extend(model.exports_of(id).iter().map(|(_, id)| *id)),
                Sort::Func => {
                    if let Some(FuncType { params, result, .. }) = model.func_type(id) {
                        let params = params.iter().map(|(_, ty)| *ty);
                        let types = params.chain(*result);
                        pending.extend(types.filter_map(|ty| match ty {
                            ValType::Type(id) => Some(id),
                            ValType::Primitive(_) => None,
                        }));
                    }
                }
                Sort::Type => {
                    let ty = model.type_outside(id, &self.arguments);
                    if let Some(import) = self.resources.get(&ty) {
                        return Some(import);
                    }
                    if seen.insert(ty) && model.ty(ty).is_some() {
                        model.references(ty, &mut |part| pending.push(part));
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// The imports whose types each definition of a guest refers to.
struct References(HashMap<ItemId, Reference>);

/// Imports that a definition has types of.
#[derive(Clone, Copy, Default)]
struct Reference {
    /// One that the adapter serves, of which the definition has a resource. A type of values is the
    /// same wherever it is defined, so that nobody has to serve it.
    adapted_resource: Option<ItemId>,
    /// One that the adapter doesn't serve.
    not_adapted: Option<ItemId>,
}

impl References {
    /// Goes through the outermost definitions once: what one refers to comes before it. Which imports
    /// the adapter serves is given, and those that nothing does: types of these are no matter.
    fn find(guest: &Guest<'_>, adapted: &HashSet<ItemId>, refused: &HashSet<ItemId>) -> Self {
        let model = &guest.model;
        let is_served = |id: ItemId| {
            let is_import = matches!(model[id].definition, Definition::Import { .. });
            is_import && !refused.contains(&id)
        };
        let mut resources = Resources::default();
        let mut found: HashMap<ItemId, Reference> = HashMap::new();
        for id in &model[guest.root].items {
            let mut reference = Reference::default();
            match &model[*id].definition {
                Definition::Alias(Alias::Export { instance, .. })
                    if is_served(model.origin(*instance)) =>
                {
                    let import = model.origin(*instance);
                    if !adapted.contains(&import) {
                        reference.not_adapted = Some(import);
                    } else if model[*id].sort != Sort::Type || resources.are_in(model, *id) {
                        reference.adapted_resource = Some(import);
                    }
                }
                _ => model.references(*id, &mut |to| {
                    if let Some(other) = found.get(&to) {
                        let Reference {
                            adapted_resource,
                            not_adapted,
                        } = &mut reference;
                        *adapted_resource = adapted_resource.or(other.adapted_resource);
                        *not_adapted = not_adapted.or(other.not_adapted);
                    }
                }),
            }
            if reference.adapted_resource.is_some() || reference.not_adapted.is_some() {
                found.insert(*id, reference);
            }
        }
        References(found)
    }

    fn of(&self, import: ItemId) -> Reference {
        self.0.get(&import).copied().unwrap_or_default()
    }
}

/// The function of an import that has a resource of another one, and the resource. Either is empty if
/// there is none that has a name.
fn crossing(model: &Model<'_>, import: ItemId, other: ItemId) -> (String, String) {
    let mut resources = Resources::default();
    let mut resource_of = |id: ItemId| {
        let all = model.closure([id], |_| true);
        let named = all
            .into_iter()
            .filter_map(|id| match &model[id].definition {
                Definition::Alias(Alias::Export { instance, name, .. })
                    if model.origin(*instance) == other && resources.are_in(model, id) =>
                {
                    // Rather the resource itself than what it is in.
                    let is_value = model.ty(id).is_some();
                    Some((is_value, id, name.to_string()))
                }
                _ => None,
            });
        named.min().map(|(.., name)| name)
    };
    let functions = model.exports_of(import).into_iter();
    let mut functions = functions.filter(|(_, id)| model[*id].sort == Sort::Func);
    let found = functions.find_map(|(name, id)| Some((name.to_string(), resource_of(id)?)));
    found.unwrap_or_else(|| (String::new(), resource_of(import).unwrap_or_default()))
}

/// The types that are resources or have handles in them, as far as they have been looked at.
#[derive(Default)]
pub(crate) struct Resources(HashMap<ItemId, bool>);

impl Resources {
    /// Whether a type is a resource or has handles in it. The validator bounds how deep types refer
    /// to others.
    pub fn are_in(&mut self, model: &Model<'_>, ty: ItemId) -> bool {
        let ty = model.type_origin(ty);
        if let Some(known) = self.0.get(&ty) {
            return *known;
        }
        let found = match &model[ty].definition {
            Definition::Type(Type::Value(ValueType::Own(_) | ValueType::Borrow(_))) => true,
            Definition::Type(Type::Value(_)) => {
                let mut parts = Vec::new();
                model.references(ty, &mut |part| parts.push(part));
                parts.into_iter().any(|part| self.are_in(model, part))
            }
            _ => true,
        };
        self.0.insert(ty, found);
        found
    }
}

/// Which of its versions of a package the adapter serves each of the guest's versions with.
///
/// A label of a release candidate can stand for more than one shape, and what a package's
/// interfaces share has to come from one place. So it is chosen for a package as a whole, by what
/// the guest's imports look like.
struct Families<'a> {
    catalogue: &'a Catalogue,
    /// By the guest's package and release candidate.
    chosen: BTreeMap<(String, String), &'a Version>,
    /// The imports that don't have the types of the version that was chosen.
    mismatches: HashMap<ItemId, PlanError>,
}

/// What tells the guest's versions of a package apart. Releases of the 0.2 line are one.
fn family(name: &InterfaceName) -> (String, String) {
    let version = name.version.as_ref();
    let candidate = version.map_or(String::new(), |version| version.pre.to_string());
    (name.package.clone(), candidate)
}

impl<'a> Families<'a> {
    fn choose<'i>(
        guest: &Guest<'_>,
        imports: impl Iterator<Item = &'i Extern>,
        catalogue: &'a Catalogue,
        shapes: &mut Shapes,
    ) -> Self {
        let mut groups: BTreeMap<_, Vec<(&Extern, &InterfaceName)>> = BTreeMap::new();
        for import in imports {
            if let Some(name) = &import.interface
                && name.is_wasi()
                && name.generation() == Some(Generation::P2)
            {
                groups.entry(family(name)).or_default().push((import, name));
            }
        }
        let mut families = Families {
            catalogue,
            chosen: BTreeMap::new(),
            mismatches: HashMap::new(),
        };
        for (key, imports) in groups {
            let (package, candidate) = &key;
            // The release first for a release, the release candidate first for one of those.
            let mut versions: Vec<&Version> = catalogue
                .interfaces()
                .iter()
                .filter(|interface| interface.parts.package == *package)
                .filter_map(|interface| interface.parts.version.as_ref())
                .filter(|version| !candidate.is_empty() || version.pre.is_empty())
                .collect();
            versions
                .sort_by_key(|version| (version.pre.is_empty() != candidate.is_empty(), *version));
            versions.dedup();
            let mut mismatches_of = |version: &Version| -> Vec<(ItemId, PlanError)> {
                let mismatch = |(import, name): &(&Extern, &InterfaceName)| {
                    let interface = families.at(name, version)?;
                    let error = difference(&guest.model, import, catalogue, interface, shapes)?;
                    Some((import.item, error))
                };
                imports.iter().filter_map(mismatch).collect()
            };
            let lacks = |version: &Version| {
                let missing = |(import, name): &(&Extern, &InterfaceName)| {
                    let all = import.functions().len() + import.types().len();
                    families.at(name, version).map_or(all, |interface| {
                        let functions = missing_functions(import, interface, catalogue).count();
                        functions + missing_types(import, interface, catalogue).count()
                    })
                };
                imports.iter().map(missing).sum::<usize>()
            };
            // The first version that has all that the guest wants, as it wants it. What is said of a
            // guest that none fits is about the likeliest.
            let rated = versions.into_iter().map(|version| {
                let mismatches = mismatches_of(version);
                ((mismatches.len(), lacks(version)), version, mismatches)
            });
            let best = rated.min_by_key(|(rating, ..)| *rating);
            if let Some((_, version, mismatches)) = best {
                families.chosen.insert(key, version);
                families.mismatches.extend(mismatches);
            }
        }
        families
    }

    fn at(&self, name: &InterfaceName, version: &Version) -> Option<&'a Interface> {
        self.catalogue.interfaces().iter().find(|interface| {
            interface.parts.package == name.package
                && interface.parts.interface == name.interface
                && interface.parts.version.as_ref() == Some(version)
        })
    }

    fn interface(&self, name: &InterfaceName) -> Option<&'a Interface> {
        self.at(name, self.chosen.get(&family(name))?)
    }
}

/// The first difference between the types of an import and of the interface that is to serve it.
/// That the import has a function that isn't there is no difference here.
fn difference(
    model: &Model<'_>,
    import: &Extern,
    catalogue: &Catalogue,
    interface: &Interface,
    shapes: &mut Shapes,
) -> Option<PlanError> {
    let offered = shapes.of_interface(catalogue.resolve(), interface.id);
    let wanted = shapes.of_instance(model, import.item);
    let differs = |(name, shape): &(&String, &Shape)| {
        let offered = offered.get(*name);
        offered.is_some_and(|offered| offered != *shape)
    };
    let (name, shape) = wanted.iter().find(differs)?;
    Some(PlanError::Shape {
        name: import.name.clone(),
        reason: format!(
            "`{name}` is {}, and should be {}",
            shapes.text(*shape),
            shapes.text(offered[name])
        ),
    })
}

/// The functions of an import that an interface doesn't have.
fn missing_functions<'i>(
    import: &'i Extern,
    interface: &Interface,
    catalogue: &Catalogue,
) -> impl Iterator<Item = &'i String> {
    let known = &catalogue.contents(interface).functions;
    let functions = import.functions().iter();
    functions.filter(|function| !known.contains_key(*function))
}

/// The types of an import that an interface doesn't have.
fn missing_types<'i>(
    import: &'i Extern,
    interface: &Interface,
    catalogue: &Catalogue,
) -> impl Iterator<Item = &'i String> {
    let known = &catalogue.contents(interface).types;
    let types = import.types().iter();
    types.filter(|ty| !known.contains_key(*ty))
}

fn import_fate(import: &Extern, families: &Families<'_>) -> Result<ImportFate, Box<PlanError>> {
    let unserved = |reason| Err(unserved(import, reason).into());
    let Some(name) = import.interface.as_ref().filter(|name| name.is_wasi()) else {
        return Ok(ImportFate::Host);
    };
    // There is more under the name of WASI than what makes up WASI 0.2 and 0.3: `wasi:config`, for
    // example.
    if !is_of_p2(name) {
        return Ok(ImportFate::Host);
    }
    let is_p2 = P2_INTERFACES.contains(&name.path().as_str());
    match name.generation() {
        Some(Generation::P3) if families.catalogue.leaves_out(&name.package) => {
            return unserved(Unserved::LeftOut {
                package: name.package.clone(),
            });
        }
        Some(Generation::P3) => {
            return match families.catalogue.missing_of_p3(name, import.functions()) {
                None => Ok(ImportFate::AlreadyP3),
                Some(reason) => unserved(reason),
            };
        }
        _ if !is_p2 => return unserved(Unserved::Unknown),
        Some(Generation::P2) => {}
        None => return unserved(Unserved::Version),
    }
    if let Some(error) = families.mismatches.get(&import.item) {
        return Err(error.clone().into());
    }
    let Some(interface) = families.interface(name) else {
        return unserved(Unserved::NotYet);
    };
    if let Some(function) = missing_functions(import, interface, families.catalogue).next() {
        return unserved(Unserved::Function {
            function: function.clone(),
        });
    }
    if let Some(ty) = missing_types(import, interface, families.catalogue).next() {
        return unserved(Unserved::Type { ty: ty.clone() });
    }
    let functions = &families.catalogue.contents(interface).functions;
    let is_async = |function: &wit_parser::Function| function.kind.is_async();
    let waits = |name: &&String| functions.get(*name).is_some_and(is_async);
    Ok(ImportFate::Adapter {
        by: interface.name.clone(),
        waiting: import.functions().iter().filter(waits).cloned().collect(),
    })
}

fn export_fate(
    model: &Model<'_>,
    export: &Extern,
    catalogue: &Catalogue,
    shapes: &mut Shapes,
) -> Result<ExportFate, PlanError> {
    let unsupported = || PlanError::Export {
        export: export.name.clone(),
    };
    let Some(name) = export.interface.as_ref().filter(|name| name.is_wasi()) else {
        return Ok(ExportFate::Kept);
    };
    match name.generation() {
        Some(Generation::P3) => Ok(ExportFate::AlreadyP3),
        _ if !is_of_p2(name) => Ok(ExportFate::Kept),
        Some(Generation::P2) => {
            let Some(entry) = p2_entry(export) else {
                return Err(unsupported());
            };
            let Entry {
                function, shape, ..
            } = entry;
            let found = shapes.of_instance(model, export.item);
            let found = found.get(*function).map(|shape| shapes.text(*shape));
            let found = found.unwrap_or_else(|| "not there".to_string());
            if found != *shape {
                return Err(PlanError::Shape {
                    name: export.name.clone(),
                    reason: format!("`{function}` is {found}, and should be {shape}"),
                });
            }
            // Its types are those of an import.
            if entry.counterpart == P3_HANDLER && catalogue.leaves_out(&name.package) {
                return Err(PlanError::ExportLeftOut {
                    export: export.name.clone(),
                    package: name.package.clone(),
                });
            }
            let to = catalogue.target().interface(entry.counterpart);
            Ok(ExportFate::Lifted { to })
        }
        None if P2_INTERFACES.contains(&name.path().as_str()) => Err(unsupported()),
        None => Ok(ExportFate::Kept),
    }
}

/// The interface by which a host of WASI 0.2 calls this export.
fn p2_entry(export: &Extern) -> Option<&'static Entry> {
    let name = export.interface.as_ref()?;
    let is = |entry: &&Entry| name.path() == entry.path;
    let is_p2 = name.generation() == Some(Generation::P2);
    ENTRIES.iter().find(is).filter(|_| is_p2)
}

/// The interface by which a host of WASI 0.3 calls this export.
fn p3_entry(export: &Extern) -> Option<&'static str> {
    let name = export.interface.as_ref()?;
    let counterparts = ENTRIES.iter().map(|entry| entry.counterpart);
    let is_p3 = name.generation() == Some(Generation::P3);
    counterparts
        .filter(|_| is_p3)
        .find(|path| name.path() == *path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(component: &str) -> Result<Plan, PlanError> {
        let bytes = wat::parse_str(format!("(component {component})")).unwrap();
        let catalogue = Catalogue::new(crate::Target::default(), &[]).unwrap();
        let decisions = Decisions::of(&Guest::read(&bytes).unwrap(), &catalogue);
        decisions.unwrap().into_plan()
    }

    /// The same import of a pollable under another name.
    fn poll(name: &str) -> String {
        format!(
            r#"(import "{name}" (instance
                (export "pollable" (type $p (sub resource)))
                (export "[method]pollable.block" (func (param "self" (borrow $p))))))"#
        )
    }

    const RUN: &str = r#"
        (core module $m (func (export "run") (result i32) i32.const 0))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i "run")))
        (func $run-async async (result (result)) (canon lift (core func $i "run")))
        (instance $run (export "run" (func $run)))
        (instance $run-async (export "run" (func $run-async)))"#;

    fn fates(plan: &Plan) -> Vec<&ExportFate> {
        plan.exports.iter().map(|export| &export.fate).collect()
    }

    #[test]
    fn the_adapter_serves_all_known_versions() {
        for version in [
            "0.2.0",
            "0.2.99",
            "0.2.0-rc-2023-11-10",
            "0.2.0-rc-2023-12-05",
        ] {
            let name = format!("wasi:io/poll@{version}");
            let plan = plan(&poll(&name)).unwrap();
            let Some(ImportFate::Adapter { by, waiting, .. }) = plan.import(&name) else {
                panic!("{plan:?}");
            };
            assert!(by.starts_with("wasi:io/poll@0.2."), "{by}");
            assert!(waiting.contains("[method]pollable.block"), "{waiting:?}");
            assert!(!plan.is_identity());
        }
    }

    #[test]
    fn what_answers_at_once_does_not_wait() {
        let name = "wasi:clocks/monotonic-clock@0.2.0";
        let import = format!(r#"(import "{name}" (instance (export "now" (func (result u64)))))"#);
        let plan = plan(&import).unwrap();
        let Some(ImportFate::Adapter { waiting, .. }) = plan.import(name) else {
            panic!("{plan:?}");
        };
        assert_eq!(*waiting, BTreeSet::new());
    }

    #[test]
    fn the_host_keeps_what_it_has() {
        let plan = plan(
            r#"(import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func))))
            (import "other:poll/poll@0.2.0" (instance (export "poll" (func))))
            (import "f" (func $f))
            (export "other:api/f@0.2.0" (func $f))"#,
        )
        .unwrap();
        let fates: Vec<_> = plan.imports.iter().map(|import| &import.fate).collect();
        assert_eq!(
            fates,
            [&ImportFate::AlreadyP3, &ImportFate::Host, &ImportFate::Host]
        );
        assert_eq!(self::fates(&plan), [&ExportFate::Kept]);
        assert!(plan.is_identity());
        assert_eq!(plan.adapted().count(), 0);
    }

    #[test]
    fn run_is_lifted() {
        let plan = plan(&format!(
            r#"{RUN} (export "wasi:cli/run@0.2.3" (instance $run))"#
        ))
        .unwrap();
        assert_eq!(
            fates(&plan),
            [&ExportFate::Lifted {
                to: "wasi:cli/run@0.3.0".to_string(),
            }]
        );
        assert_eq!(plan.run().unwrap().0.name, "wasi:cli/run@0.2.3");
        assert!(!plan.is_identity());
    }

    #[test]
    fn one_run_is_the_hosts_to_start() {
        let lifted = ExportFate::Lifted {
            to: "wasi:cli/run@0.3.0".to_string(),
        };
        let twice = plan(&format!(
            r#"{RUN}
            (export "wasi:cli/run@0.2.0" (instance $run))
            (export "wasi:cli/run@0.2.3" (instance $run))"#
        ))
        .unwrap();
        assert_eq!(fates(&twice), [&lifted, &ExportFate::Kept]);

        let own = plan(&format!(
            r#"{RUN}
            (export "wasi:cli/run@0.2.0" (instance $run))
            (export "wasi:cli/run@0.3.1" (instance $run-async))"#
        ))
        .unwrap();
        assert_eq!(fates(&own), [&ExportFate::Kept, &ExportFate::AlreadyP3]);
        assert!(own.run().is_none());
    }
}
