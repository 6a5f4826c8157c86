//! Makes one component of the guest and the adapter.
//!
//! Linked as two components, guest and adapter have the host between them: it copies every list
//! byte by byte, keeps the handles, and starts a task for every call. Here the adapter's core
//! module becomes a part of the guest's component instead. The guest's core modules stay as they
//! are. What they import is no lowered function of another component any more, but a core function
//! ([`glue`]) that does between the two memories what lowering and lifting would have done, with
//! handles that a core module keeps ([`handles`]).

mod answer;
mod copy;
mod glue;
mod handles;
mod kept;
pub(crate) mod merge;
mod names;
pub(crate) mod scan;
#[cfg(test)]
mod tests;

use crate::Error;
use crate::adapt::{self, Adapter, FusibleAdapter, Incoming, LIFECYCLE};
use crate::front::Description;
use crate::inspect::{self, Extern};
use crate::plan::{ImportFate, Plan};
use glue::{Callee, Strings, Types};
use scan::{Fate, Gone, Replaced, Scan};
use std::collections::{BTreeMap, BTreeSet};
use wit_parser::{Function, Resolve, Type, TypeDefKind, TypeId};

/// Why a guest can't become one component with the adapter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfusible {
    /// A function of WASI 0.2 is used as a component function.
    #[error("{0} takes the function `{2}` of `{1}` to another component")]
    Function(String, String, String),
    /// An interface of WASI 0.2 is used as a component instance.
    #[error("{0} takes `{1}` to another component")]
    Instance(String, String),
    /// A type of WASI 0.2 is used outside of WASI 0.2.
    #[error("{0} has the type `{2}` of `{1}`")]
    Type(String, String, String),
    /// Guest and adapter import the same, and the guest has something in it that isn't known.
    #[error("the guest imports `{0}` itself, and takes from it what the adapter doesn't know")]
    Shared(String),
    /// A function of WASI 0.2 is called asynchronously.
    #[error("the guest calls the function `{1}` of `{0}` asynchronously")]
    Asynchronous(String, String),
    /// It isn't clear what the host is to start.
    #[error("the export `{0}` is no function that the guest implements")]
    Start(String),
    /// An HTTP server has other types than its requests and responses.
    #[error("the types of the export `{0}` are not those of an import `wasi:http/types`")]
    Handler(String),
    /// An HTTP server has hardly any use for HTTP.
    #[error("the server behind the export `{0}` uses too little of `wasi:http/types`")]
    Idle(String),
    /// A type is of a kind that WASI 0.2 has none of.
    #[error("the function `{1}` of `{0}` has a type that can't be passed on")]
    Unbridged(String, String),
    /// The component can't be read in parts.
    #[error("it can't be taken apart: {0}")]
    Unreadable(String),
}

/// Why a guest has not become one component with the adapter.
pub(crate) enum Failure {
    /// It can't.
    Unfusible(Unfusible),
    /// Something is broken.
    Broken(Error),
}

impl From<Unfusible> for Failure {
    fn from(reason: Unfusible) -> Self {
        Failure::Unfusible(reason)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Broken(error)
    }
}

/// A function of the guest's imports, found in the adapter.
struct Found<'a> {
    interface: &'a str,
    function: &'a Function,
}

/// Makes one component of a guest, which has been retyped, and the adapter.
pub(crate) fn fuse(guest: &[u8], plan: &Plan, adapter: &Adapter<'_>) -> Result<Vec<u8>, Failure> {
    let is_adapted = |name: &str| matches!(plan.import(name), Some(ImportFate::Adapter { .. }));
    let handler = plan
        .handler()
        .map(|(handler, name)| (handler.name.as_str(), name));
    let is_anew = |name: &str| handler.is_some_and(|(handler, _)| name == handler);
    let goes = |goes| if goes { Fate::Goes } else { Fate::Stays };
    let mut scan = Scan::read(guest, &|name| goes(is_adapted(name)), &is_anew)?;
    let mut helpers = helpers(&scan, plan, adapter)?;
    let waits = plan.may_wait();
    if waits {
        helpers.push(glue::LET_WAIT);
    }
    let trimmed = adapter.trim_to_fuse(plan, &helpers)?;
    let is_fused =
        |name: &str| [adapt::handles::INTERFACE, adapt::answer::INTERFACE].contains(&name);
    let mut adapter_scan = Scan::read(&trimmed.bytes, &|name| goes(is_fused(name)), &|_| false)?;
    let shared = shared_imports(plan, adapter, [&scan, &adapter_scan])?;
    let mut merged = merge::Merged::default();
    if let Some(imports) = &shared {
        merged.imports(imports, |_| true)?;
        let fate = |name: &str, gone| match merged.import(name) {
            Some(_) => Fate::Shared,
            None => goes(gone),
        };
        scan = Scan::read(guest, &|name| fate(name, is_adapted(name)), &is_anew)?;
        let of_adapter = |name: &str| fate(name, is_fused(name));
        adapter_scan = Scan::read(&trimmed.bytes, &of_adapter, &|_| false)?;
    }
    let run = plan.run().map(|(run, name)| (run.name.as_str(), name));
    let run_function = match run {
        Some((name, _)) => Some(started(&scan, name)?),
        None => None,
    };
    let server = match handler {
        Some(names) => {
            let imports = shared.as_deref().unwrap_or(&trimmed.bytes);
            Some(Server::new(names, plan, &scan, adapter, imports)?)
        }
        None => None,
    };

    let resources = trimmed.resources.iter().zip(0..);
    let resources = resources.map(|(resource, number)| (resource.ty, number));
    let types = Types::new(&trimmed.resolve, resources.collect());
    let handles = merged.instantiate(&handles::module(trimmed.resources.len() as u32), &[]);
    let mut instances = vec![(adapt::handles::INTERFACE, handles)];
    let answer = server
        .as_ref()
        .map(|_| merged.instantiate(&answer::promise(), &[]));
    instances.extend(answer.map(|answer| (adapt::answer::INTERFACE, answer)));
    let part = merge::AdapterPart {
        scan: &adapter_scan,
        instances: &instances,
    };
    let adapter_places = merged
        .adapter(&trimmed.bytes, &part)
        .map_err(Error::Rewrite)?;
    let adapter_instance = adapter_places.core_instance;
    let export = |interface: &str, function: &str| {
        let export = trimmed.export(interface, function);
        let missing = || Error::Adapter(format!("it doesn't export `{function}` of `{interface}`"));
        export.ok_or_else(missing)
    };
    let destructors = trimmed
        .resources
        .iter()
        .map(|resource| export(&resource.interface, &format!("[dtor]{}", resource.name)))
        .collect::<Result<Vec<_>, _>>()?;
    if waits || !destructors.is_empty() {
        merged.instantiate(
            &glue::before_guest(&destructors, waits),
            &[(glue::HANDLES, handles), (glue::ADAPTER, adapter_instance)],
        );
    }
    // What a host starts is `async`, so that most guests have nothing else to look at.
    let is_started = |(function, core_function): &(u32, u32)| {
        run_function == Some(*function)
            || server
                .as_ref()
                .is_some_and(|it| it.function == *core_function)
    };
    let lifted = scan.lifted.iter().map(|(one, other)| (*one, *other));
    let kept = match waits {
        true => Some(kept::functions(
            guest,
            &lifted.filter(|it| !is_started(it)).collect(),
        )?),
        false => None,
    };
    let drained = match run_function.filter(|_| trimmed.drains) {
        Some(function) => Some((function, export(LIFECYCLE, "drain")?)),
        None => None,
    };
    let part = merge::GuestPart {
        scan: &scan,
        types: &types,
        handles,
        adapter: adapter_instance,
        callee: &|gone| callee(&trimmed, plan, gone),
        resource: &|gone| resource(&types, plan, gone),
        run,
        drained,
        kept: kept.as_ref(),
        anew: server.as_ref().map(|it| (it.export, it.function)),
    };
    let guest_function = merged.guest(guest, &part).map_err(Error::Rewrite)?;
    if waits {
        merged.instantiate(&glue::after_guest(), &[(glue::ADAPTER, adapter_instance)]);
    }
    if let (Some(server), Some(answer), Some(guest)) = (server, answer, guest_function) {
        let description = Description::new(adapter, &server.incoming)?;
        let types = adapter_places.imports.get(&server.types);
        let missing = || Error::Adapter(format!("it doesn't import `{}`", server.types));
        merged.handler(&merge::Handler {
            name: server.name,
            types: *types.ok_or_else(missing)?,
            front: &answer::front(
                &description,
                export(server.incoming.interface, "accept")?,
                export(server.incoming.interface, "finish")?,
            ),
            args: &[
                (glue::ADAPTER, adapter_instance),
                (glue::HANDLES, handles),
                (answer::ANSWER, answer),
            ],
            adapter: adapter_instance,
            guest,
        });
    }
    Ok(merged.finish())
}

/// The imports that more than one of the parts has, with what all of them take from them.
pub(crate) fn shared_imports(
    plan: &Plan,
    adapter: &Adapter<'_>,
    [guest, adapters]: [&Scan; 2],
) -> Result<Option<Vec<u8>>, Failure> {
    let names = guest.imports.keys();
    let shared: Vec<&String> = names
        .filter(|name| adapters.imports.contains_key(*name))
        .collect();
    if shared.is_empty() {
        return Ok(None);
    }
    let named = |name: &String| {
        let mut items = plan.imports.iter().map(|import| &import.item);
        items.find(|item| item.name == *name)
    };
    let mut functions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in adapters.imports.keys() {
        let taken = adapters.taken.get(name).cloned();
        functions.insert(name.clone(), taken.unwrap_or_default());
    }
    for name in &shared {
        let declared = named(name).into_iter().flat_map(|item| &item.functions);
        let all = functions.entry(name.to_string()).or_default();
        all.extend(declared.cloned());
    }
    let bytes = adapter.imports(&functions)?;
    let offered = inspect::Guest::read(&bytes)?;
    for name in shared {
        let offered = offered.imports.iter().find(|item| item.name == *name);
        let fits = |wanted: &Extern, offered: &Extern| {
            let mut needed = wanted.types.iter().chain(&wanted.functions);
            needed.all(|item| {
                let shape = offered.shapes.get(item);
                shape.is_some() && shape == wanted.shapes.get(item)
            })
        };
        if !matches!((named(name), offered), (Some(wanted), Some(offered)) if fits(wanted, offered))
        {
            return Err(Unfusible::Shared(name.clone()).into());
        }
    }
    Ok(Some(bytes))
}

/// A guest that is an HTTP server.
struct Server<'a> {
    export: &'a str,
    /// The export of WASI 0.3 in its place.
    name: &'a str,
    /// The import of WASI 0.3 with the types of that.
    types: String,
    /// The guest's core function.
    function: u32,
    incoming: Incoming<'static>,
}

impl<'a> Server<'a> {
    /// What `imports` imports is all that there is to make the export of.
    fn new(
        (export, name): (&'a str, &'a str),
        plan: &Plan,
        guest: &Scan,
        adapter: &Adapter<'_>,
        imports: &[u8],
    ) -> Result<Self, Failure> {
        let function = guest.lifted[&started(guest, export)?];
        let incoming = Incoming::of(plan).ok_or_else(|| Unfusible::Handler(export.to_string()))?;
        let types = adapter.target().interface("wasi:http/types");
        let imports = inspect::Guest::read(imports)?.imports;
        let imported = imports.iter().find(|import| import.name == types);
        let is_there =
            |name: &&str| imported.is_some_and(|it| it.types.iter().any(|ty| ty == name));
        if !merge::HANDLER_TYPES.iter().all(is_there) {
            return Err(Unfusible::Idle(export.to_string()).into());
        }
        Ok(Server {
            export,
            name,
            types,
            function,
            incoming,
        })
    }
}

/// The name of the adapter's interface that serves an import.
fn served_by<'a>(plan: &'a Plan, import: &str) -> &'a str {
    match plan.import(import) {
        Some(ImportFate::Adapter { by, .. }) => by,
        _ => unreachable!("only what the adapter serves goes"),
    }
}

fn find<'a>(resolve: &'a Resolve, plan: &'a Plan, gone: &Gone) -> Option<Found<'a>> {
    let interface = served_by(plan, &gone.import);
    let mut interfaces = resolve.interfaces.iter();
    let (_, found) = interfaces.find(|(id, _)| resolve.id_of(*id).as_deref() == Some(interface))?;
    let function = found.functions.get(&gone.name)?;
    Some(Found {
        interface,
        function,
    })
}

fn callee<'a>(adapter: &'a FusibleAdapter, plan: &'a Plan, gone: &Gone) -> Callee<'a> {
    let found = find(&adapter.resolve, plan, gone);
    let found = found.expect("the adapter was trimmed to what the guest imports");
    let export = adapter.export(found.interface, &gone.name);
    Callee {
        function: found.function,
        export: export.expect("the adapter was trimmed to what the guest imports"),
        post_return: adapter.post_return(found.interface, &gone.name),
    }
}

fn resource(types: &Types<'_>, plan: &Plan, gone: &Gone) -> u32 {
    let interface = served_by(plan, &gone.import);
    let mut interfaces = types.resolve.interfaces.iter();
    let named = interfaces.find(|(id, _)| types.resolve.id_of(*id).as_deref() == Some(interface));
    let ty = named.and_then(|(_, interface)| interface.types.get(&gone.name));
    types.resource(*ty.expect("the adapter was trimmed to what the guest imports"))
}

/// Looks at the functions that the guest calls, and returns what they need of the adapter.
fn helpers(
    scan: &Scan,
    plan: &Plan,
    adapter: &Adapter<'_>,
) -> Result<Vec<&'static str>, Unfusible> {
    let resolve = adapter.resolve();
    let types = Types::new(resolve, BTreeMap::new());
    let mut helpers = BTreeSet::new();
    for replaced in scan.core_functions.iter().flatten() {
        let Replaced::Lowered(gone, lowering) = replaced else {
            continue;
        };
        let (import, name) = (gone.import.clone(), gone.name.clone());
        if lowering.is_async {
            return Err(Unfusible::Asynchronous(import, name));
        }
        let found = find(resolve, plan, gone);
        let bridged = |found: &Found<'_>| {
            let params = found.function.params.iter().map(|param| &param.ty);
            let mut all = params.chain(&found.function.result);
            all.all(|ty| is_bridged(resolve, ty))
        };
        let Some(found) = found.filter(bridged) else {
            return Err(Unfusible::Unbridged(import, name));
        };
        let strings = types.strings(found.function, Strings::default());
        helpers.extend(strings.exports(lowering.encoding.unwrap_or_default()));
    }
    Ok(helpers.into_iter().collect())
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

/// The one function that an export holds.
fn started(scan: &Scan, export: &str) -> Result<u32, Unfusible> {
    let held = scan.exports.get(export).map(|it| &it.functions[..]);
    match held {
        Some([function]) if scan.lifted.contains_key(function) => Ok(*function),
        _ => Err(Unfusible::Start(export.to_string())),
    }
}
