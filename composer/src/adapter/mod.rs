//! Cuts the adapter down to what a guest needs.
//!
//! Its WIT and its core module are reduced to the functions that the guest imports: the WIT here,
//! the module by [`trim`](crate::trim). What is left becomes a component.

pub(crate) mod answer;
mod imports;
mod rename;
mod resources;

use crate::catalogue::{Catalogue, LIFECYCLE, exported_interfaces};
use crate::component::read;
use crate::core_module::{self, Apart};
use crate::demand::{Demand, Items};
use crate::error::InternalError;
use crate::trim::{Names, StandIn, Trimmed};
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use wasm_encoder::Section;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{InterfaceId, LiveTypes, Resolve, TypeDefKind, TypeId, WorldId, WorldItem};

pub(crate) use imports::imports;

/// The prefix of the built-in without which there can't be an output stream.
const NEW_STREAM: &str = "[stream-new-";

/// The adapter for a guest that it is linked with.
pub(crate) struct LinkableAdapter {
    /// The component.
    pub bytes: Vec<u8>,
    /// Whether the adapter may have accepted bytes that are not with the host yet when the guest
    /// ends. It exports [`LIFECYCLE`] then.
    pub drains: bool,
}

/// The adapter for a guest that becomes one component with it.
pub(crate) struct FusibleAdapter {
    /// The component. It exports nothing, and imports the interface that [`answer`] declares.
    pub bytes: Vec<u8>,
    /// Its core module, taken apart.
    pub core: Apart,
    /// The exports of its core module for functions of interfaces, by the names that these have in
    /// an adapter component. Nobody but the core modules around it sees the names.
    exports: BTreeMap<String, String>,
    /// See [`LinkableAdapter::drains`].
    pub drains: bool,
    /// The types of the core module's exports.
    pub resolve: Resolve,
    resources: Vec<Resource>,
}

impl FusibleAdapter {
    /// The core module's export for `function` of `interface`.
    pub fn export(&self, interface: &str, function: &str) -> Option<&str> {
        let export = self.exports.get(&format!("{interface}#{function}"))?;
        Some(export)
    }

    /// The same for a function that the guest calls.
    ///
    /// # Errors
    ///
    /// If there is no such export.
    pub fn called(&self, interface: &str, function: &str) -> Result<&str, InternalError> {
        let missing =
            || InternalError::adapter(format!("it doesn't export `{function}` of `{interface}`"));
        self.export(interface, function).ok_or_else(missing)
    }

    /// The core module's export for the destructor of a resource.
    ///
    /// # Errors
    ///
    /// If there is no such export.
    pub fn destructor(&self, ty: TypeId) -> Result<&str, InternalError> {
        let resource = self.resources.iter().find(|resource| resource.ty == ty);
        let missing = || InternalError::adapter("it lacks a resource");
        let resource = resource.ok_or_else(missing)?;
        self.called(&resource.interface, &format!("[dtor]{}", resource.name))
    }

    /// The core module's export to be called after such a function, if there is one.
    pub fn post_return(&self, interface: &str, function: &str) -> Option<&str> {
        self.export(&format!("cabi_post_{interface}"), function)
    }
}

/// A resource that the adapter exports.
struct Resource {
    ty: TypeId,
    interface: String,
    name: String,
}

/// The adapter's core module with what a guest needs, and its types.
struct Cut {
    trimmed: Trimmed,
    resolve: Resolve,
    drains: bool,
}

/// Makes the adapter for a guest that it is linked with.
///
/// # Errors
///
/// If the adapter is broken.
pub(crate) fn linkable(
    catalogue: &Catalogue,
    demand: &Demand,
) -> Result<LinkableAdapter, InternalError> {
    let Cut {
        trimmed,
        resolve,
        drains,
    } = cut(catalogue, demand, &BTreeSet::new(), |_, _| None, &[])?;
    Ok(LinkableAdapter {
        bytes: encode(catalogue, retarget(catalogue, trimmed.bytes)?, resolve)?,
        drains,
    })
}

/// The symbol of the byte that says whose tasks the adapter's functions run in, see
/// `adapter/src/canon/task.rs`. 1 is for a guest in one component with the adapter, of which nothing can
/// wait yet.
const GUEST: &str = "WASI_UPLIFT_GUEST";

/// The adapter's function that allocates.
pub(crate) const REALLOC: &str = "cabi_realloc";

/// Makes the adapter for a guest that becomes one component with it, which may wait if it `waits`. Its
/// core module exports the `helpers`, too.
///
/// # Errors
///
/// If the adapter is broken.
pub(crate) fn fusible(
    catalogue: &Catalogue,
    demand: &Demand,
    helpers: &BTreeSet<&str>,
    waits: bool,
) -> Result<FusibleAdapter, InternalError> {
    let set: &[&str] = if waits { &[GUEST] } else { &[] };
    let Cut {
        trimmed,
        resolve,
        drains,
    } = cut(catalogue, demand, helpers, resources::stand_in, set)?;
    let mut resources = Vec::new();
    for id in exported_interfaces(&resolve, catalogue.world()) {
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
    let exports: BTreeMap<String, String> = numbered
        .map(|(name, number)| (name.clone(), number.to_string()))
        .collect();
    let module = rename::rename(
        &trimmed.bytes,
        &|_, name| Some((answer::INTERFACE.into(), answer::function(name)?.into())),
        &|name| exports.get(name).cloned(),
    )
    .map_err(InternalError::adapter)?;
    let module = retarget(catalogue, module)?;
    let core = core_module::apart(&module, &trimmed.indices, REALLOC, ["memory", "adapter"]);
    let mut importing = resolve.clone();
    answer::import(&mut importing, catalogue.world())?;
    Ok(FusibleAdapter {
        core: core.map_err(InternalError::adapter)?,
        bytes: encode(catalogue, module, importing)?,
        exports,
        drains,
        resolve,
        resources,
    })
}

/// The interface by which a guest has another component answer requests. Serving it takes an import
/// that only hosts of such guests have.
const NEXT_HANDLER: &str = "wasi:http/incoming-handler@";

/// Makes the adapter with everything that it serves, but for what is of the packages `without` and
/// for [`NEXT_HANDLER`], as a component.
///
/// # Errors
///
/// If the adapter is broken.
pub(crate) fn whole(catalogue: &Catalogue, without: &[&str]) -> Result<Vec<u8>, InternalError> {
    let lifecycle = catalogue.interface(LIFECYCLE);
    let own_package = lifecycle.map(|lifecycle| lifecycle.parts.package());
    let mut wanted = BTreeMap::new();
    for interface in catalogue.interfaces() {
        // An interface for front components goes with the package that they are for.
        let package = match interface.parts.package() {
            package if Some(package) != own_package => package,
            _ if interface.name == LIFECYCLE => "wasi:cli",
            _ => "wasi:http",
        };
        let is_next_handler = interface.name.starts_with(NEXT_HANDLER);
        if !without.contains(&package) && !is_next_handler {
            let types = catalogue.resolve().interfaces[interface.id].types.keys();
            let all = Items {
                functions: interface.functions.keys().cloned().collect(),
                types: types.cloned().collect(),
            };
            wanted.insert(interface.name.clone(), all);
        }
    }
    let resolve = trim_world(catalogue, &wanted);
    let trimmed = trim_module(catalogue, &resolve, &BTreeSet::new(), &|_, _| None, &[])?;
    encode(catalogue, retarget(catalogue, trimmed.bytes)?, resolve)
}

fn cut(
    catalogue: &Catalogue,
    demand: &Demand,
    helpers: &BTreeSet<&str>,
    stand_in: impl Fn(&str, &str) -> Option<StandIn>,
    set: &[&str],
) -> Result<Cut, InternalError> {
    let mut wanted = demand.interfaces.clone();
    let all_of = |name: &str, wanted: &mut BTreeMap<String, Items>| {
        if let Some(interface) = catalogue.interface(name) {
            let functions = interface.functions.keys().cloned().collect();
            wanted.entry(name.to_string()).or_default().functions = functions;
        }
    };
    if let Some(incoming) = demand.incoming {
        all_of(incoming.interface, &mut wanted);
    }
    let mut resolve = trim_world(catalogue, &wanted);
    let mut trimmed = trim_module(catalogue, &resolve, helpers, &stand_in, set)?;
    let new_stream = |(_, name): &(String, String)| name.starts_with(NEW_STREAM);
    let drains = demand.is_command && trimmed.imports.iter().any(new_stream);
    if drains {
        all_of(LIFECYCLE, &mut wanted);
        resolve = trim_world(catalogue, &wanted);
        trimmed = trim_module(catalogue, &resolve, helpers, &stand_in, set)?;
    }
    Ok(Cut {
        trimmed,
        resolve,
        drains,
    })
}

/// Makes a component of the adapter's core module, whose imports have the target's label.
fn encode(
    catalogue: &Catalogue,
    mut module: Vec<u8>,
    mut resolve: Resolve,
) -> Result<Vec<u8>, InternalError> {
    catalogue.detach(&mut resolve);
    let header = read::core_module_header(&module).map_err(InternalError::adapter)?;
    trim_imports(&mut resolve, catalogue.world(), &header.imports_from);
    embed_component_metadata(
        &mut module,
        &resolve,
        catalogue.world(),
        StringEncoding::UTF8,
    )
    .and_then(|()| ComponentEncoder::default().module(&module)?.encode())
    .map_err(InternalError::adapter)
}

/// The adapter's core module with other imports (module, name), where there are others.
///
/// # Errors
///
/// If the adapter is broken.
pub(crate) fn with_imports(
    module: &[u8],
    imports: impl Fn(&str, &str) -> Option<(String, String)>,
) -> Result<Vec<u8>, InternalError> {
    rename::rename(module, &imports, &|_| None).map_err(InternalError::adapter)
}

/// Leaves out what the world imports and neither the core module nor what is exported needs. The
/// encoder would do without it, too, but read it first.
fn trim_imports(resolve: &mut Resolve, world: WorldId, modules: &BTreeSet<String>) {
    let imported = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    };
    let all = resolve.worlds[world].imports.values().filter_map(imported);
    let called = all.filter(|id| modules.contains(&resolve.id_of(*id).unwrap_or_default()));
    let mut pending: Vec<InterfaceId> = called.collect();
    for id in exported_interfaces(resolve, world) {
        pending.extend(resolve.interface_direct_deps(id));
    }
    let mut needed = BTreeSet::new();
    while let Some(id) = pending.pop() {
        if needed.insert(id) {
            pending.extend(resolve.interface_direct_deps(id));
        }
    }
    let imports = &mut resolve.worlds[world].imports;
    imports.retain(|_, item| imported(item).is_none_or(|id| needed.contains(&id)));
}

/// Gives the imports of the adapter's core module the target's label.
fn retarget(catalogue: &Catalogue, module: Vec<u8>) -> Result<Vec<u8>, InternalError> {
    let target = catalogue.target();
    if target == Default::default() {
        return Ok(module);
    }
    let import = |module: &str, name: &str| Some((target.renamed(module)?, name.to_string()));
    with_imports(&module, import)
}

/// The adapter's WIT with only what is wanted in the exports of its world.
fn trim_world(catalogue: &Catalogue, wanted: &BTreeMap<String, Items>) -> Resolve {
    let mut resolve = catalogue.resolve().clone();
    let mut live = LiveTypes::default();
    for interface in catalogue.interfaces() {
        let nothing = Items::default();
        let wanted = wanted.get(&interface.name).unwrap_or(&nothing);
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
    let mut empty = BTreeSet::new();
    for interface in catalogue.interfaces() {
        let interface_of_resolve = &mut resolve.interfaces[interface.id];
        interface_of_resolve.types.retain(|_, ty| live.contains(ty));
        if interface_of_resolve.functions.is_empty() && interface_of_resolve.types.is_empty() {
            empty.insert(interface.id);
        }
    }
    let exports = &mut resolve.worlds[catalogue.world()].exports;
    exports.retain(|_, item| match item {
        wit_parser::WorldItem::Interface { id, .. } => !empty.contains(id),
        _ => true,
    });
    resolve
}

/// The adapter's core module with what the exports of the trimmed world need. Something may take
/// the place of its imports, beside what does for lack of a package. Some data is `set`.
fn trim_module(
    catalogue: &Catalogue,
    resolve: &Resolve,
    helpers: &BTreeSet<&str>,
    stand_in: &impl Fn(&str, &str) -> Option<StandIn>,
    set: &[&str],
) -> Result<Trimmed, InternalError> {
    let mut exports = BTreeSet::from([REALLOC.to_string()]);
    exports.extend(helpers.iter().map(|name| name.to_string()));
    for id in exported_interfaces(resolve, catalogue.world()) {
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
    let module = catalogue.module()?;
    let stand_in = |interface: &str, name: &str| {
        stand_in(interface, name).or_else(|| catalogue.stand_in(module, interface, name))
    };
    let mut trimmed = module
        .trim(
            |export| exports.contains(export),
            stand_in,
            set,
            Names::Drop,
        )
        .map_err(InternalError::adapter)?;
    core_module::names("adapter", iter::empty()).append_to(&mut trimmed.bytes);
    Ok(trimmed)
}
