//! Cuts the adapter down to what a guest needs.
//!
//! Its WIT and its core module are reduced to the functions that the guest imports: the WIT to an
//! [`Excerpt`], the module by [`trim`](crate::trim). What is left becomes a component.

pub(crate) mod answer;
mod imports;
mod rename;
mod resources;

use crate::catalogue::{Catalogue, Excerpt, LIFECYCLE, OFFERS};
use crate::core_module::{self, Apart};
use crate::demand::{Demand, Items};
use crate::error::InternalError;
use crate::trim::{Names, StandIn, Trimmed};
use hashbrown::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use wasm_encoder::Section;
use wasmparser::{BinaryReaderError, Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, TypeId, TypeOwner};

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
    /// A component that imports what the adapter does, and the interface that [`answer`] declares. Its
    /// core module has nothing but these imports.
    pub bytes: Vec<u8>,
    /// The exports of the adapter's core module for functions of interfaces, by the names that these
    /// have in an adapter component. Nobody but the core modules around it sees the names.
    exports: HashMap<String, String>,
    /// See [`LinkableAdapter::drains`].
    pub drains: bool,
    /// The whole WIT, with the types of the core module's exports.
    pub resolve: &'static Resolve,
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
        let resource = &self.resolve.types[ty];
        let interface = match resource.owner {
            TypeOwner::Interface(interface) => self.resolve.id_of(interface),
            _ => None,
        };
        let (Some(interface), Some(name)) = (interface, &resource.name) else {
            return Err(InternalError::adapter("it lacks a resource"));
        };
        self.called(&interface, &format!("[dtor]{name}"))
    }

    /// The core module's export to be called after such a function, if there is one.
    pub fn post_return(&self, interface: &str, function: &str) -> Option<&str> {
        self.export(&format!("cabi_post_{interface}"), function)
    }
}

/// The adapter's core module with what a guest needs, and what it exports for that.
struct Cut<'c> {
    trimmed: Trimmed,
    exported: Excerpt<'c>,
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
        exported,
        drains,
    } = cut(catalogue, demand, &BTreeSet::new(), |_, _| None, &[])?;
    Ok(LinkableAdapter {
        bytes: linked(catalogue, trimmed, exported)?,
        drains,
    })
}

/// The symbol of the byte that says whose tasks the adapter's functions run in, see
/// `adapter/src/canon/task.rs`. 1 is for a guest in one component with the adapter, of which nothing can
/// wait yet.
const GUEST: &str = "WASI_UPLIFT_GUEST";

/// The adapter's function that allocates.
pub(crate) const REALLOC: &str = "cabi_realloc";

/// Makes the adapter for a guest that becomes one component with it, which may wait if it `waits`, and
/// its core module, taken apart. That exports the `helpers`, too.
///
/// # Errors
///
/// If the adapter is broken.
pub(crate) fn fusible(
    catalogue: &Catalogue,
    demand: &Demand,
    helpers: &BTreeSet<&str>,
    waits: bool,
) -> Result<(FusibleAdapter, Apart), InternalError> {
    let set: &[&str] = if waits { &[GUEST] } else { &[] };
    let Cut {
        trimmed, drains, ..
    } = cut(catalogue, demand, helpers, resources::stand_in, set)?;
    let is_of_interface = |name: &&String| name.contains('#');
    let exports = trimmed.exports.iter().filter(is_of_interface);
    let numbered = exports.zip(0_u32..);
    let exports: HashMap<String, String> = numbered
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
    let module = imports::only_imports(&module).map_err(InternalError::adapter)?;
    let mut imported = Excerpt::of(catalogue);
    imported.add_imports(&imports_of(&module)?);
    let mut resolve = imported.wit();
    answer::import(&mut resolve, catalogue.world())?;
    let adapter = FusibleAdapter {
        bytes: encode(catalogue, module, resolve)?,
        exports,
        drains,
        resolve: catalogue.resolve(),
    };
    Ok((adapter, core.map_err(InternalError::adapter)?))
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
    let mut exported = Excerpt::of(catalogue);
    for interface in catalogue.interfaces() {
        // An interface for front components goes with the package that they are for.
        let package = match interface.parts.package() {
            package if Some(package) != own_package => package,
            _ if interface.name == LIFECYCLE => "wasi:cli",
            _ => "wasi:http",
        };
        let is_next_handler = interface.name.starts_with(NEXT_HANDLER);
        // Nobody but glue reads into another memory.
        let takes_memory = interface.name == OFFERS;
        if !without.contains(&package) && !is_next_handler && !takes_memory {
            exported.add_functions(interface.id);
            for ty in catalogue.contents(interface).types.keys() {
                exported.add_type(interface.id, ty);
            }
        }
    }
    let names = exports(catalogue, &exported, &BTreeSet::new());
    let stand_in = with_absence(catalogue, |_, _| None)?;
    let trimmed = trim_module(catalogue, &names, &stand_in, &[])?;
    linked(catalogue, trimmed, exported)
}

/// Makes a component of the trimmed adapter, with what it exports.
fn linked(
    catalogue: &Catalogue,
    trimmed: Trimmed,
    mut excerpt: Excerpt<'_>,
) -> Result<Vec<u8>, InternalError> {
    let module = retarget(catalogue, trimmed.bytes)?;
    excerpt.add_imports(&imports_of(&module)?);
    encode(catalogue, module, excerpt.wit())
}

fn cut<'c>(
    catalogue: &'c Catalogue,
    demand: &Demand,
    helpers: &BTreeSet<&str>,
    stand_in: impl Fn(&str, &str) -> Option<StandIn> + 'c,
    set: &[&str],
) -> Result<Cut<'c>, InternalError> {
    let mut exported = excerpt(catalogue, &demand.interfaces);
    if let Some(incoming) = demand.incoming {
        add_functions(&mut exported, catalogue, incoming.interface);
    }
    let stand_in = with_absence(catalogue, stand_in)?;
    let mut names = exports(catalogue, &exported, helpers);
    let drains = demand.is_command && makes_streams(catalogue, &names, &stand_in)?;
    if drains {
        add_functions(&mut exported, catalogue, LIFECYCLE);
        names = exports(catalogue, &exported, helpers);
    }
    let trimmed = trim_module(catalogue, &names, &stand_in, set)?;
    Ok(Cut {
        trimmed,
        exported,
        drains,
    })
}

/// Adds all functions of the adapter's exported interface with this name, if there is one.
fn add_functions(excerpt: &mut Excerpt<'_>, catalogue: &Catalogue, interface: &str) {
    if let Some(interface) = catalogue.interface(interface) {
        excerpt.add_functions(interface.id);
    }
}

/// Extends what stands in for imports by what does for lack of a package.
fn with_absence<'c>(
    catalogue: &'c Catalogue,
    stand_in: impl Fn(&str, &str) -> Option<StandIn> + 'c,
) -> Result<impl Fn(&str, &str) -> Option<StandIn> + 'c, InternalError> {
    let module = catalogue.module()?;
    Ok(move |interface: &str, name: &str| {
        stand_in(interface, name).or_else(|| catalogue.stand_in(module, interface, name))
    })
}

/// Returns `true` if the adapter, trimmed to these exports of its core module, can create output
/// streams.
fn makes_streams(
    catalogue: &Catalogue,
    exports: &BTreeSet<String>,
    stand_in: &impl Fn(&str, &str) -> Option<StandIn>,
) -> Result<bool, InternalError> {
    let module = catalogue.module()?;
    let needs = module.needs(|export| exports.contains(export), stand_in);
    let needs = needs.map_err(InternalError::adapter)?;
    Ok(needs.iter().any(|(_, name)| name.starts_with(NEW_STREAM)))
}

/// Makes a component of a core module that imports what the adapter does, by the target's names.
fn encode(
    catalogue: &Catalogue,
    mut module: Vec<u8>,
    mut resolve: Resolve,
) -> Result<Vec<u8>, InternalError> {
    catalogue.detach(&mut resolve);
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

/// Gives the imports of the adapter's core module the target's label.
fn retarget(catalogue: &Catalogue, module: Vec<u8>) -> Result<Vec<u8>, InternalError> {
    let target = catalogue.target();
    if target == Default::default() {
        return Ok(module);
    }
    let import = |module: &str, name: &str| Some((target.renamed(module)?, name.to_string()));
    with_imports(&module, import)
}

/// Selects what is wanted of the interfaces that the adapter exports.
fn excerpt<'c>(catalogue: &'c Catalogue, wanted: &BTreeMap<String, Items>) -> Excerpt<'c> {
    let mut excerpt = Excerpt::of(catalogue);
    for (name, items) in wanted {
        let Some(interface) = catalogue.interface(name) else {
            continue;
        };
        for function in &items.functions {
            excerpt.add_function(interface.id, function);
        }
        for ty in &items.types {
            excerpt.add_type(interface.id, ty);
        }
    }
    excerpt
}

/// Returns the imports of a core module, each as module and name.
fn imports_of(module: &[u8]) -> Result<Vec<(&str, &str)>, InternalError> {
    let broken = |error: BinaryReaderError| InternalError::adapter(error);
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload.map_err(broken)? {
            for import in section.into_imports() {
                let import = import.map_err(broken)?;
                imports.push((import.module, import.name));
            }
            break;
        }
    }
    Ok(imports)
}

/// Returns the names of what the adapter's core module exports for these exports of the component, of
/// its allocator, and the `helpers`.
fn exports(
    catalogue: &Catalogue,
    exported: &Excerpt<'_>,
    helpers: &BTreeSet<&str>,
) -> BTreeSet<String> {
    let mut exports = BTreeSet::from([REALLOC.to_string()]);
    exports.extend(helpers.iter().map(|name| name.to_string()));
    for interface in catalogue.interfaces() {
        let name = &interface.name;
        for function in exported.functions_of(interface.id) {
            exports.insert(format!("{name}#{function}"));
            exports.insert(format!("cabi_post_{name}#{function}"));
        }
        for resource in exported.resources_of(interface.id) {
            exports.insert(format!("{name}#[dtor]{resource}"));
        }
    }
    exports
}

/// Returns the adapter's core module with these exports and what they need. Something may take the
/// place of its imports. Some data is `set`.
fn trim_module(
    catalogue: &Catalogue,
    exports: &BTreeSet<String>,
    stand_in: &impl Fn(&str, &str) -> Option<StandIn>,
    set: &[&str],
) -> Result<Trimmed, InternalError> {
    let module = catalogue.module()?;
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
