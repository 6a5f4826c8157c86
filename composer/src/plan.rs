//! Decides what becomes of each import and export of a guest.

use crate::Error;
use crate::adapt::{Adapter, Interface};
use crate::error::Unserved;
use crate::inspect::{Extern, Generation, Guest, InterfaceName};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of each import and export: data, which says it all before anything is done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The imports, in the guest's order.
    pub imports: Vec<Planned<ImportFate>>,
    /// The exports, in the guest's order.
    pub exports: Vec<Planned<ExportFate>>,
}

/// An import or export and what becomes of it.
#[derive(Clone, Debug)]
pub struct Planned<Fate> {
    /// The import or export of the guest.
    pub item: Extern,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportFate {
    /// The adapter serves it.
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

/// What becomes of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFate {
    /// It becomes an export of this name, which is its WASI 0.3 counterpart.
    Lifted(String),
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

/// What a host of WASI 0.2 calls, with the only function of each, what it looks like in the words
/// of [`shape`](crate::shape), and the WASI 0.3 counterpart.
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
    function: &'static str,
    shape: &'static str,
    counterpart: &'static str,
}

impl Plan {
    /// Plans for a guest.
    ///
    /// # Errors
    ///
    /// If something that the guest imports or exports can't be served.
    pub fn new(guest: &Guest<'_>, adapter: &Adapter<'_>) -> Result<Self, Error> {
        let mut plan = Plan {
            imports: Vec::new(),
            exports: Vec::new(),
        };
        let families = Families::choose(guest, adapter)?;
        let mut unserved = Vec::new();
        for import in &guest.imports {
            match import_fate(import, &families) {
                Ok(fate) => plan.imports.push(Planned {
                    item: import.clone(),
                    fate,
                }),
                Err(reason) => unserved.push((import.name.clone(), reason)),
            }
        }
        if !unserved.is_empty() {
            return Err(Error::Imports(unserved));
        }
        plan.check_answers(adapter)?;
        plan.check_references()?;
        // A host calls one of a kind: what the guest has for WASI 0.3, if it has.
        let mut lifted: BTreeSet<&str> = guest.exports.iter().filter_map(p3_entry).collect();
        for export in &guest.exports {
            let mut fate = export_fate(export, adapter)?;
            if let (ExportFate::Lifted(_), Some(entry)) = (&fate, p2_entry(export))
                && !lifted.insert(entry.counterpart)
            {
                fate = ExportFate::Kept;
            }
            plan.exports.push(Planned {
                item: export.clone(),
                fate,
            });
        }
        Ok(plan)
    }

    /// What stays with the host can't have types of what the host doesn't have, nor can the adapter
    /// have types of the host's.
    fn check_references(&self) -> Result<(), Error> {
        let is_adapted =
            |name: &&String| matches!(self.import(name), Some(ImportFate::Adapter { .. }));
        for import in &self.imports {
            let name = &import.item.name;
            let mut refers_to = import.item.refers_to.iter();
            match import.fate {
                ImportFate::Adapter { .. } => {
                    if let Some(to) = refers_to.find(|name| !is_adapted(name)) {
                        return Err(Error::Shape {
                            name: name.clone(),
                            reason: format!("they refer to types of the import `{to}`"),
                        });
                    }
                }
                ImportFate::Host | ImportFate::AlreadyP3 => {
                    if let Some(to) = refers_to.find(is_adapted) {
                        return Err(Error::Refers {
                            import: name.clone(),
                            to: to.clone(),
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// What is left out has to be answered for.
    fn check_answers(&self, adapter: &Adapter<'_>) -> Result<(), Error> {
        let mut unserved: Vec<(String, Unserved)> = Vec::new();
        for it in adapter.unanswered(self)? {
            // One function of an import is enough to say.
            if unserved.iter().all(|(import, _)| *import != it.import) {
                let reason = Unserved::Unanswered {
                    function: it.function,
                    package: it.package,
                };
                unserved.push((it.import, reason));
            }
        }
        if unserved.is_empty() {
            return Ok(());
        }
        Err(Error::Imports(unserved))
    }

    /// Says what becomes of an export that keeps its name.
    pub(crate) fn settle(&mut self, name: &str, fate: ExportFate) -> Result<(), Error> {
        let export = self.exports.iter_mut().find(|it| it.item.name == name);
        let Some(export) = export else {
            let names = self.exports.iter().map(|export| export.item.name.clone());
            return Err(Error::NoExport {
                name: name.to_string(),
                known: names.collect(),
            });
        };
        let settled = match (&export.fate, &fate) {
            (ExportFate::Kept, _) => true,
            (settled, fate) => settled == fate,
        };
        if !settled {
            return Err(Error::Settled {
                export: name.to_string(),
                by: export.fate.clone(),
            });
        }
        export.fate = fate;
        Ok(())
    }

    /// Whether the guest needs nothing: it imports and exports nothing of WASI 0.2.
    pub fn is_identity(&self) -> bool {
        let import = |import: &Planned<_>| !matches!(import.fate, ImportFate::Adapter { .. });
        let export = |export: &Planned<_>| {
            let is_changed = matches!(export.fate, ExportFate::Lifted(_) | ExportFate::Async);
            !is_changed
        };
        self.imports.iter().all(import) && self.exports.iter().all(export)
    }

    /// The imports that the adapter serves, each with the name of the adapter's export.
    pub fn adapted(&self) -> impl Iterator<Item = (&Extern, &str)> {
        self.imports.iter().filter_map(|import| match &import.fate {
            ImportFate::Adapter { by, .. } => Some((&import.item, by.as_str())),
            _ => None,
        })
    }

    /// Whether the guest imports a function that may wait.
    pub fn may_wait(&self) -> bool {
        self.imports.iter().any(|import| match &import.fate {
            ImportFate::Adapter { waiting, .. } => !waiting.is_empty(),
            _ => false,
        })
    }

    /// What becomes of the import of this name.
    pub fn import(&self, name: &str) -> Option<&ImportFate> {
        let named = |import: &&Planned<_>| import.item.name == name;
        Some(&self.imports.iter().find(named)?.fate)
    }

    /// The exports that become what a WASI 0.3 host calls, and the names they get.
    pub fn lifted(&self) -> impl Iterator<Item = (&Extern, &str)> {
        self.exports.iter().filter_map(|export| match &export.fate {
            ExportFate::Lifted(to) => Some((&export.item, to.as_str())),
            _ => None,
        })
    }

    fn lifted_from(&self, path: &str) -> Option<(&Extern, &str)> {
        let is = |item: &Extern| p2_entry(item).is_some_and(|entry| entry.path == path);
        self.lifted().find(|(item, _)| is(item))
    }

    /// The export that becomes `wasi:cli/run` of WASI 0.3, and the name it gets.
    pub fn run(&self) -> Option<(&Extern, &str)> {
        self.lifted_from(P2_RUN)
    }

    /// The export that becomes `wasi:http/handler` of WASI 0.3, and the name it gets.
    pub fn handler(&self) -> Option<(&Extern, &str)> {
        self.lifted_from(P2_HANDLER)
    }

    /// The adapter's export that has the types of the [handler](Self::handler)'s function.
    pub fn handler_types(&self) -> Option<&str> {
        let (handler, _) = self.handler()?;
        let version = &handler.interface.as_ref()?.version;
        let is_types = |name: &&InterfaceName| name.path() == "wasi:http/types";
        let mut found = None;
        for (import, by) in self.adapted() {
            if let Some(name) = import.interface.as_ref().filter(is_types)
                && (found.is_none() || name.version == *version)
            {
                found = Some(by);
            }
        }
        found
    }
}

/// Which of its versions of a package the adapter serves each of the guest's versions with.
///
/// A label of a release candidate can stand for more than one shape, and what a package's
/// interfaces share has to come from one place. So it is chosen for a package as a whole, by what
/// the guest's imports look like.
struct Families<'a> {
    adapter: &'a Adapter<'a>,
    /// By the guest's package and release candidate.
    chosen: BTreeMap<(String, String), &'a Version>,
}

/// What tells the guest's versions of a package apart. Releases of the 0.2 line are one.
fn family(name: &InterfaceName) -> (String, String) {
    let version = name.version.as_ref();
    let candidate = version.map_or(String::new(), |version| version.pre.to_string());
    (name.package.clone(), candidate)
}

impl<'a> Families<'a> {
    fn choose(guest: &Guest<'_>, adapter: &'a Adapter<'a>) -> Result<Self, Error> {
        let mut groups: BTreeMap<_, Vec<(&Extern, &InterfaceName)>> = BTreeMap::new();
        for import in &guest.imports {
            if let Some(name) = &import.interface
                && name.is_wasi()
                && name.generation() == Some(Generation::P2)
            {
                groups.entry(family(name)).or_default().push((import, name));
            }
        }
        let mut families = Families {
            adapter,
            chosen: BTreeMap::new(),
        };
        for (key, imports) in groups {
            let (package, candidate) = &key;
            // The release first for a release, the release candidate first for one of those.
            let mut versions: Vec<&Version> = adapter
                .interfaces()
                .iter()
                .filter(|interface| interface.parts.package == *package)
                .filter_map(|interface| interface.parts.version.as_ref())
                .filter(|version| !candidate.is_empty() || version.pre.is_empty())
                .collect();
            versions
                .sort_by_key(|version| (version.pre.is_empty() != candidate.is_empty(), *version));
            versions.dedup();
            let mut mismatch = None;
            let fits = |version: &&&Version| {
                let found = imports.iter().find_map(|(import, name)| {
                    let interface = families.at(name, version)?;
                    difference(import, interface)
                });
                let fits = found.is_none();
                // What is said of a guest that nothing fits is about the likeliest.
                mismatch = mismatch.take().or(found);
                fits
            };
            if let Some(version) = versions.iter().find(fits) {
                families.chosen.insert(key, version);
            } else if let Some(error) = mismatch {
                return Err(error);
            }
        }
        Ok(families)
    }

    fn at(&self, name: &InterfaceName, version: &Version) -> Option<&'a Interface> {
        self.adapter.interfaces().iter().find(|interface| {
            interface.parts.path() == name.path()
                && interface.parts.version.as_ref() == Some(version)
        })
    }

    fn interface(&self, name: &InterfaceName) -> Option<&'a Interface> {
        self.at(name, self.chosen.get(&family(name))?)
    }
}

/// Where an import doesn't look like the interface that is to serve it, if anywhere. That it wants
/// a function that isn't there is found out later.
fn difference(import: &Extern, interface: &Interface) -> Option<Error> {
    let differs = |(name, shape): &(&String, &String)| {
        interface
            .shapes
            .get(*name)
            .is_some_and(|other| other != *shape)
    };
    let (name, shape) = import.shapes.iter().find(differs)?;
    Some(Error::Shape {
        name: import.name.clone(),
        reason: format!(
            "`{name}` is {shape}, and should be {}",
            interface.shapes[name]
        ),
    })
}

fn import_fate(import: &Extern, families: &Families<'_>) -> Result<ImportFate, Unserved> {
    let Some(name) = import.interface.as_ref().filter(|name| name.is_wasi()) else {
        return Ok(ImportFate::Host);
    };
    // There is more under the name of WASI than what makes up WASI 0.2: `wasi:config`, for example.
    if !is_of_p2(name) && name.generation() != Some(Generation::P3) {
        return Ok(ImportFate::Host);
    }
    let is_p2 = P2_INTERFACES.contains(&name.path().as_str());
    match name.generation() {
        Some(Generation::P3) if families.adapter.absence().has(&name.package) => {
            return Err(Unserved::LeftOut(name.package.clone()));
        }
        Some(Generation::P3) => return Ok(ImportFate::AlreadyP3),
        _ if !is_p2 => return Err(Unserved::Unknown),
        Some(Generation::P2) => {}
        None => return Err(Unserved::Version),
    }
    let target = families.adapter.target();
    let is_left_out = families.adapter.absence().has(&name.package);
    if !is_left_out && !target.serves(&name.package) {
        return Err(Unserved::Target(target));
    }
    let Some(interface) = families.interface(name) else {
        return Err(Unserved::NotYet);
    };
    let missing = |function: &&String| !interface.functions.contains_key(*function);
    if let Some(function) = import.functions.iter().find(missing) {
        return Err(Unserved::Function(function.clone()));
    }
    let waits = |function: &&String| interface.functions.get(*function) == Some(&true);
    Ok(ImportFate::Adapter {
        by: interface.name.clone(),
        waiting: import.functions.iter().filter(waits).cloned().collect(),
    })
}

fn export_fate(export: &Extern, adapter: &Adapter<'_>) -> Result<ExportFate, Error> {
    let Some(name) = export.interface.as_ref().filter(|name| name.is_wasi()) else {
        return Ok(ExportFate::Kept);
    };
    match name.generation() {
        Some(Generation::P3) => Ok(ExportFate::AlreadyP3),
        _ if !is_of_p2(name) => Ok(ExportFate::Kept),
        Some(Generation::P2) => {
            let Some(entry) = p2_entry(export) else {
                return Err(Error::Export(export.name.clone()));
            };
            let Entry {
                function, shape, ..
            } = entry;
            let found = export.shapes.get(*function);
            let found = found.map_or("not there", String::as_str);
            if found != *shape {
                return Err(Error::Shape {
                    name: export.name.clone(),
                    reason: format!("`{function}` is {found}, and should be {shape}"),
                });
            }
            // Its types are those of an import.
            if entry.counterpart == P3_HANDLER && adapter.absence().has(&name.package) {
                return Err(Error::LeftOut {
                    export: export.name.clone(),
                    package: name.package.clone(),
                });
            }
            let counterpart = adapter.target().interface(entry.counterpart);
            Ok(ExportFate::Lifted(counterpart))
        }
        None if P2_INTERFACES.contains(&name.path().as_str()) => {
            Err(Error::Export(export.name.clone()))
        }
        None => Ok(ExportFate::Kept),
    }
}

/// What a host of WASI 0.2 calls this export for.
fn p2_entry(export: &Extern) -> Option<&'static Entry> {
    let name = export.interface.as_ref()?;
    let is = |entry: &&Entry| name.path() == entry.path;
    let is_p2 = name.generation() == Some(Generation::P2);
    ENTRIES.iter().find(is).filter(|_| is_p2)
}

/// What a host of WASI 0.3 calls this export for.
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

    fn plan(component: &str) -> Result<Plan, Error> {
        let bytes = wat::parse_str(format!("(component {component})")).unwrap();
        Plan::new(
            &Guest::read(&bytes)?,
            &Adapter::embedded(crate::Target::default())?,
        )
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
            let Some(ImportFate::Adapter { by, waiting }) = plan.import(&name) else {
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
            [&ExportFate::Lifted("wasi:cli/run@0.3.0".to_string())]
        );
        assert_eq!(plan.run().unwrap().0.name, "wasi:cli/run@0.2.3");
        assert!(!plan.is_identity());
    }

    #[test]
    fn one_run_is_the_hosts_to_start() {
        let lifted = ExportFate::Lifted("wasi:cli/run@0.3.0".to_string());
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
