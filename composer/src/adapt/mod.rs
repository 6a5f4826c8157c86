//! Cuts the adapter down to what a guest needs.
//!
//! The adapter comes as one core module that exports every WASI 0.2 interface, with its WIT in a
//! custom section. Both are reduced to the functions that a guest imports: the WIT here, the module
//! in [`trim`]. What is left becomes a component. Which of its functions are `async` is for the
//! adapter's own WIT to say; there is no list of them here.

mod absence;
pub(crate) mod answer;
pub(crate) mod handles;
mod imports;
pub mod trim;

pub(crate) use absence::Absence;

use crate::Error;
use crate::Target;
use crate::embedded;
use crate::inspect::InterfaceName;
use crate::plan::Plan;
use crate::shape::{self, Shapes};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use trim::{Module, Names};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata, metadata};
use wit_parser::{InterfaceId, LiveTypes, Resolve, TypeDefKind, TypeId, WorldId, WorldItem};

/// The interface that the composer's own components call: `drain` waits until what the adapter has
/// accepted is with the host.
pub const LIFECYCLE: &str = "wasi-uplift:adapter/lifecycle";

/// How requests are handed over to a guest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming<'a> {
    /// The adapter's interface for that.
    pub interface: &'a str,
    /// The adapter's export with the types.
    pub types: &'a str,
}

impl Incoming<'_> {
    /// To guests of WASI 0.2.
    pub const STABLE: Incoming<'static> = Incoming {
        interface: "wasi-uplift:adapter/incoming",
        types: "wasi:http/types@0.2.12",
    };

    /// To guests of its release candidates.
    pub const CANDIDATE: Incoming<'static> = Incoming {
        interface: "wasi-uplift:adapter/incoming-candidate",
        types: "wasi:http/types@0.2.0-rc-2023-11-10",
    };

    /// The one for a plan.
    pub fn of(plan: &Plan) -> Option<Incoming<'static>> {
        let types = plan.handler_types()?;
        [Self::STABLE, Self::CANDIDATE]
            .into_iter()
            .find(|incoming| incoming.types == types)
    }
}

/// Begins the name of the built-in without which there can't be an output stream.
const NEW_STREAM: &str = "[stream-new-";

/// The whole adapter.
pub struct Adapter<'a> {
    bytes: Cow<'a, [u8]>,
    target: Target,
    resolve: Resolve,
    world: WorldId,
    interfaces: Vec<Interface>,
    absence: Absence,
}

/// An interface that the adapter exports.
pub struct Interface {
    /// The full name, for example `wasi:io/poll@0.2.12`.
    pub name: String,
    /// The name taken apart.
    pub parts: InterfaceName,
    /// What its functions and types look like.
    pub shapes: Shapes,
    /// The functions by name, and whether each may wait.
    pub functions: BTreeMap<String, bool>,
    id: InterfaceId,
}

/// The adapter for one guest.
pub struct TrimmedAdapter {
    /// The component.
    pub bytes: Vec<u8>,
    /// Whether the adapter may have accepted bytes that are not with the host yet, and exports
    /// `wasi-uplift:adapter/lifecycle`.
    pub drains: bool,
    /// The version of WASI 0.3 that it imports.
    pub target: Target,
}

/// The adapter for a guest that becomes one component with it.
pub(crate) struct FusibleAdapter {
    /// The component, which imports what [`handles`] and [`answer`] declare.
    pub bytes: Vec<u8>,
    /// What its core module exports for functions of interfaces, by what an adapter component's
    /// core module does. Nobody but the core modules around it sees these names.
    exports: BTreeMap<String, String>,
    /// See [`TrimmedAdapter::drains`].
    pub drains: bool,
    /// What the exports of the core module look like.
    pub resolve: Resolve,
    /// The resources, by the numbers that they have in the names of the imports.
    pub resources: Vec<Resource>,
}

impl FusibleAdapter {
    /// What the core module exports in place of `function` of `interface`, if it does.
    pub fn export(&self, interface: &str, function: &str) -> Option<&str> {
        let export = self.exports.get(&format!("{interface}#{function}"))?;
        Some(export)
    }

    /// What is to be called after such a function, if anything.
    pub fn post_return(&self, interface: &str, function: &str) -> Option<&str> {
        self.export(&format!("cabi_post_{interface}"), function)
    }
}

/// A resource that the adapter exports.
pub(crate) struct Resource {
    pub ty: TypeId,
    pub interface: String,
    pub name: String,
}

/// The adapter's core module with what a guest needs, and what it looks like.
struct Cut {
    trimmed: trim::Trimmed,
    resolve: Resolve,
    drains: bool,
}

/// What is kept of an exported interface.
#[derive(Default)]
struct Wanted {
    functions: BTreeSet<String>,
    types: BTreeSet<String>,
}

impl Adapter<'static> {
    /// The adapter that is part of this crate, for a version of WASI 0.3.
    ///
    /// # Errors
    ///
    /// If it is broken.
    pub fn embedded(target: Target) -> Result<Self, Error> {
        Adapter::read(target.configure(&embedded::ADAPTER)?, target)
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Adapter(format!("{error:#}"))
}

impl<'a> Adapter<'a> {
    /// Reads an adapter from its core module.
    ///
    /// # Errors
    ///
    /// If it isn't one.
    pub fn read(bytes: Cow<'a, [u8]>, target: Target) -> Result<Self, Error> {
        let (_, mut bindgen) = metadata::decode(&bytes).map_err(broken)?;
        target.retarget(&mut bindgen.resolve)?;
        let mut adapter = Adapter {
            bytes,
            target,
            resolve: bindgen.resolve,
            world: bindgen.world,
            interfaces: Vec::new(),
            absence: Absence::default(),
        };
        for item in adapter.resolve.worlds[adapter.world].exports.values() {
            let &WorldItem::Interface { id, .. } = item else {
                continue;
            };
            let name = adapter.resolve.id_of(id);
            let name = name.ok_or(Error::Adapter("an export has no name".to_string()))?;
            let functions = &adapter.resolve.interfaces[id].functions;
            let functions = functions
                .iter()
                .map(|(name, function)| (name.clone(), function.kind.is_async()))
                .collect();
            let parts = InterfaceName::parse(&name)
                .ok_or_else(|| Error::Adapter(format!("`{name}` is no name of an interface")))?;
            adapter.interfaces.push(Interface {
                shapes: shape::of_interface(&adapter.resolve, id),
                name,
                parts,
                functions,
                id,
            });
        }
        Ok(adapter)
    }

    /// The version of WASI 0.3 that it imports.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Has it import nothing of some packages of WASI 0.3, for a host that hasn't got them. It
    /// still serves these packages of WASI 0.2, with the answers that say so.
    ///
    /// # Errors
    ///
    /// If there is no such package.
    pub fn leave_out(mut self, packages: &[String]) -> Result<Self, Error> {
        self.check_packages(packages.iter().map(String::as_str))?;
        self.absence = Absence::of(packages);
        Ok(self)
    }

    /// What is left out.
    pub(crate) fn absence(&self) -> &Absence {
        &self.absence
    }

    fn check_packages<'b>(&self, names: impl Iterator<Item = &'b str>) -> Result<(), Error> {
        let packages = self.interfaces.iter().map(|it| it.parts.package.as_str());
        let packages: BTreeSet<&str> = packages.filter(|it| it.starts_with("wasi:")).collect();
        for name in names {
            if !packages.contains(name) {
                return Err(Error::Package {
                    name: name.to_string(),
                    known: packages.into_iter().map(str::to_string).collect(),
                });
            }
        }
        Ok(())
    }

    /// Its interfaces, imports and exports.
    pub fn resolve(&self) -> &Resolve {
        &self.resolve
    }

    /// The exported interfaces.
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    fn interface(&self, name: &str) -> Option<&Interface> {
        self.interfaces
            .iter()
            .find(|interface| interface.name == name)
    }

    /// The adapter for a guest, as a component.
    ///
    /// # Errors
    ///
    /// If the adapter is broken.
    pub fn trim(&self, plan: &Plan) -> Result<TrimmedAdapter, Error> {
        let cut = self.cut(plan, &[])?;
        Ok(TrimmedAdapter {
            bytes: self.encode(cut.trimmed.bytes, &cut.resolve)?,
            drains: cut.drains,
            target: self.target,
        })
    }

    /// The adapter with everything that can be served with its target, but for the packages
    /// `without`, as a component.
    ///
    /// # Errors
    ///
    /// If there is no such package, or the adapter is broken.
    pub fn whole(&self, without: &[&str]) -> Result<Vec<u8>, Error> {
        self.check_packages(without.iter().copied())?;
        let is_wanted = |interface: &Interface| {
            let package = interface.parts.package.as_str();
            // What the fronts call goes with what they are in front of.
            let package = match self.interface(LIFECYCLE) {
                Some(lifecycle) if lifecycle.parts.package != package => package,
                Some(lifecycle) if lifecycle.name == interface.name => "wasi:cli",
                _ => "wasi:http",
            };
            !without.contains(&package) && self.target.serves(package)
        };
        let module = Module::parse(&self.bytes)?;
        let mut wanted: BTreeMap<&str, Wanted> = BTreeMap::new();
        for interface in &self.interfaces {
            if is_wanted(interface) {
                let types = self.resolve.interfaces[interface.id].types.keys();
                let all = Wanted {
                    functions: interface.functions.keys().cloned().collect(),
                    types: types.cloned().collect(),
                };
                wanted.insert(&interface.name, all);
            }
        }
        let resolve = self.trim_world(&wanted);
        let trimmed = self.trim_module(&module, &resolve, &[])?;
        self.encode(trimmed.bytes, &resolve)
    }

    /// The adapter for a guest that becomes one component with it: a component that exports
    /// nothing, and whose core module exports what the guest needs and `helpers`.
    pub(crate) fn trim_to_fuse(
        &self,
        plan: &Plan,
        helpers: &[&str],
    ) -> Result<FusibleAdapter, Error> {
        let Cut {
            trimmed,
            resolve,
            drains,
        } = self.cut(plan, helpers)?;
        let mut resources = Vec::new();
        for item in resolve.worlds[self.world].exports.values() {
            let &WorldItem::Interface { id, .. } = item else {
                continue;
            };
            let interface = resolve.id_of(id).unwrap_or_default();
            for (name, ty) in &resolve.interfaces[id].types {
                if let TypeDefKind::Resource = resolve.types[*ty].kind {
                    resources.push(Resource {
                        ty: *ty,
                        interface: interface.clone(),
                        name: name.clone(),
                    });
                }
            }
        }
        let is_of_interface = |name: &&String| name.contains('#');
        let exports = trimmed.exports.iter().filter(is_of_interface);
        let numbered = exports.zip(0_u32..);
        let exports = numbered
            .map(|(name, number)| (name.clone(), number.to_string()))
            .collect();
        let module = handles::import(&trimmed, &resources, &exports)?;
        // Nothing is exported, so it doesn't matter that this isn't trimmed.
        let mut importing = self.resolve.clone();
        handles::declare(&mut importing, self.world, resources.len())?;
        Ok(FusibleAdapter {
            bytes: self.encode(module, &importing)?,
            exports,
            drains,
            resolve,
            resources,
        })
    }

    fn cut(&self, plan: &Plan, helpers: &[&str]) -> Result<Cut, Error> {
        let module = Module::parse(&self.bytes)?;
        let mut wanted: BTreeMap<&str, Wanted> = BTreeMap::new();
        for (import, by) in plan.adapted() {
            let wanted = wanted.entry(by).or_default();
            wanted.functions.extend(import.functions.iter().cloned());
            wanted.types.extend(import.types.iter().cloned());
        }
        if let Some(incoming) = Incoming::of(plan)
            && let Some(interface) = self.interface(incoming.interface)
        {
            let all = interface.functions.keys().cloned().collect();
            wanted.entry(&interface.name).or_default().functions = all;
        }
        let mut resolve = self.trim_world(&wanted);
        let mut trimmed = self.trim_module(&module, &resolve, helpers)?;
        let new_stream = |(_, name): &(String, String)| name.starts_with(NEW_STREAM);
        let drains = plan.run().is_some() && trimmed.imports.iter().any(new_stream);
        if drains && let Some(lifecycle) = self.interface(LIFECYCLE) {
            let all = lifecycle.functions.keys().cloned().collect();
            wanted.entry(&lifecycle.name).or_default().functions = all;
            resolve = self.trim_world(&wanted);
            trimmed = self.trim_module(&module, &resolve, helpers)?;
        }
        Ok(Cut {
            trimmed,
            resolve,
            drains,
        })
    }

    fn encode(&self, module: Vec<u8>, resolve: &Resolve) -> Result<Vec<u8>, Error> {
        let mut module = self.target.rename_imports(module)?;
        let mut resolve = Cow::Borrowed(resolve);
        if self.absence.packages().next().is_some() {
            self.absence.detach(resolve.to_mut());
        }
        embed_component_metadata(&mut module, &resolve, self.world, StringEncoding::UTF8)
            .map_err(broken)?;
        ComponentEncoder::default()
            .module(&module)
            .and_then(|mut encoder| encoder.encode())
            .map_err(broken)
    }

    /// The adapter's WIT with only what is wanted in the exports of its world.
    fn trim_world(&self, wanted: &BTreeMap<&str, Wanted>) -> Resolve {
        let mut resolve = self.resolve.clone();
        let mut live = LiveTypes::default();
        for interface in &self.interfaces {
            let nothing = Wanted::default();
            let wanted = wanted.get(interface.name.as_str()).unwrap_or(&nothing);
            let functions = &mut resolve.interfaces[interface.id].functions;
            functions.retain(|name, _| wanted.functions.contains(name));
            let interface = &resolve.interfaces[interface.id];
            for function in interface.functions.values() {
                live.add_func(&resolve, function);
            }
            for (name, ty) in &interface.types {
                if wanted.types.contains(name) {
                    live.add_type_id(&resolve, *ty);
                }
            }
        }
        let live: BTreeSet<TypeId> = live.iter().collect();
        for interface in &self.interfaces {
            let types = &mut resolve.interfaces[interface.id].types;
            types.retain(|_, ty| live.contains(ty));
        }
        let Resolve {
            worlds, interfaces, ..
        } = &mut resolve;
        worlds[self.world].exports.retain(|_, item| match item {
            WorldItem::Interface { id, .. } => {
                let interface = &interfaces[*id];
                !interface.functions.is_empty() || !interface.types.is_empty()
            }
            _ => true,
        });
        resolve
    }

    /// The adapter's core module with what the exports of the trimmed world need.
    fn trim_module(
        &self,
        module: &Module<'_>,
        resolve: &Resolve,
        helpers: &[&str],
    ) -> Result<trim::Trimmed, Error> {
        let mut exports = BTreeSet::from(["cabi_realloc".to_string()]);
        exports.extend(helpers.iter().map(|name| name.to_string()));
        for item in resolve.worlds[self.world].exports.values() {
            let &WorldItem::Interface { id, .. } = item else {
                continue;
            };
            let name = resolve.id_of(id).unwrap_or_default();
            let interface = &resolve.interfaces[id];
            for function in interface.functions.keys() {
                exports.insert(format!("{name}#{function}"));
                exports.insert(format!("cabi_post_{name}#{function}"));
            }
            for (resource, ty) in &interface.types {
                if let TypeDefKind::Resource = resolve.types[*ty].kind {
                    exports.insert(format!("{name}#[dtor]{resource}"));
                }
            }
        }
        let stand_in = |interface: &str, name: &str| self.stand_in(module, interface, name);
        Ok(module.trim_with(|export| exports.contains(export), stand_in, Names::Drop)?)
    }
}
