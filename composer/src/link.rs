//! Puts the guest and the adapter together.
//!
//! Both become inner components of the result. It imports what either of them imports of the host,
//! each interface once, and hands it on.

use crate::adapt::{Adapter, Incoming, LIFECYCLE, TrimmedAdapter};
use crate::fuse::merge::{Item, Merged};
use crate::fuse::scan::{Fate, Scan};
use crate::fuse::{Failure, shared_imports};
use crate::inspect::Extern;
use crate::plan::{ExportFate, ImportFate, Plan};
use crate::{Error, Unfusible, front};
use std::collections::HashMap;
use wasmparser::ComponentExternalKind as Kind;

/// The components to be linked.
pub struct Parts {
    /// The guest, retyped.
    pub guest: Vec<u8>,
    /// The adapter, trimmed.
    pub adapter: TrimmedAdapter,
}

/// Links the parts, of which one was cut from the whole adapter, into one component.
///
/// # Errors
///
/// If an import of the guest that is for the host can't be one of the result.
pub fn link(parts: Parts, plan: &Plan, whole: &Adapter<'_>) -> Result<Vec<u8>, Error> {
    let target = parts.adapter.target;
    let is_adapted = |name: &str| matches!(plan.import(name), Some(ImportFate::Adapter { .. }));
    let read = |component: &[u8], is_gone: &dyn Fn(&str) -> bool| {
        let fate = |name: &str| match is_gone(name) {
            true => Fate::Goes,
            false => Fate::Stays,
        };
        Scan::imports(component, &fate).map_err(|reason| failed(reason.into()))
    };
    let guest = read(&parts.guest, &is_adapted)?;
    let adapters = read(&parts.adapter.bytes, &|_| false)?;
    let mut result = Merged::default();
    let shared = shared_imports(plan, whole, [&guest, &adapters]).map_err(failed)?;
    let imports = shared.as_deref().unwrap_or(&parts.adapter.bytes);
    result.imports(imports, |_| true).map_err(failed)?;
    result
        .imports(&parts.guest, |name| !is_adapted(name))
        .map_err(failed)?;

    let adapter = instantiate(
        &mut result,
        &parts.adapter.bytes,
        &adapters,
        &HashMap::new(),
    )?;
    let mut served = HashMap::new();
    for (import, by) in plan.adapted() {
        let export = result.take(adapter, Kind::Instance, by);
        served.insert(import.name.as_str(), export);
    }
    let instance = instantiate(&mut result, &parts.guest, &guest, &served)?;
    for export in &plan.exports {
        let name = &export.item.name;
        let exported = guest.exports.get(name);
        let exported = exported.ok_or_else(|| broken(format!("no export is called `{name}`")))?;
        let item = result.take(instance, exported.kind, name);
        let is = |entry: Option<(&Extern, &str)>| entry.is_some_and(|(item, _)| item.name == *name);
        let ExportFate::Lifted(to) = &export.fate else {
            result.export(name, item);
            continue;
        };
        let front = if is(plan.run()) && parts.adapter.drains {
            Some((front::run(target)?, vec![LIFECYCLE], front::GUEST_RUN))
        } else if is(plan.handler()) {
            let incoming = Incoming::of(plan).ok_or_else(|| Error::Shape {
                name: name.clone(),
                reason: "its types are not those of an import `wasi:http/types`".to_string(),
            })?;
            let served = vec![incoming.types, incoming.interface];
            let front = front::handler(whole, &incoming)?;
            Some((front, served, front::GUEST_HANDLER))
        } else {
            None
        };
        let item = match front {
            Some((front, of_adapter, of_guest)) => {
                let mut served = HashMap::from([(of_guest, item)]);
                for name in of_adapter {
                    served.insert(name, result.take(adapter, Kind::Instance, name));
                }
                let imports = read(&front, &|_| false)?;
                let front = instantiate(&mut result, &front, &imports, &served)?;
                result.take(front, Kind::Instance, to)
            }
            None => item,
        };
        result.export(to, item);
    }
    Ok(result.finish())
}

fn broken(reason: String) -> Error {
    Error::Link(reason)
}

fn failed(failure: Failure) -> Error {
    match failure {
        Failure::Broken(error) => error,
        Failure::Unfusible(Unfusible::Shared(import)) => Error::Extended(import),
        Failure::Unfusible(reason) => broken(reason.to_string()),
    }
}

/// Instantiates a component: with what serves its imports, and with those of the result.
fn instantiate(
    result: &mut Merged,
    component: &[u8],
    scan: &Scan,
    served: &HashMap<&str, Item>,
) -> Result<u32, Error> {
    let mut args: Vec<(&str, Item)> = served.iter().map(|(name, it)| (*name, *it)).collect();
    for name in scan.imports.keys().map(String::as_str) {
        if !served.contains_key(name) {
            let import = result.import(name);
            let missing = || broken(format!("nothing is imported as `{name}`"));
            args.push((name, import.ok_or_else(missing)?));
        }
    }
    // The same guest gives the same bytes every time.
    args.sort_unstable_by_key(|(name, _)| *name);
    Ok(result.instantiate_component(component, &args))
}

#[cfg(test)]
mod tests {
    use crate::{Error, LinkMode, Options, compose, inspect::Guest};

    /// The names of what the result imports, of a guest that is linked as a component.
    fn imports(guest: &str) -> Result<Vec<String>, Error> {
        let options = Options::default().link(LinkMode::Component);
        let composed = compose(&wat::parse_str(guest).unwrap(), &options)?;
        let imports = Guest::read(&composed.bytes)?.imports;
        Ok(imports.into_iter().map(|import| import.name).collect())
    }

    #[test]
    fn all_kinds_of_imports_are_handed_on() {
        let imports = imports(
            r#"(component
                (import "wasi:clocks/monotonic-clock@0.2.0" (instance
                    (export "now" (func (result u64)))))
                (type $record (record (field "number" u32)))
                (import "record" (type $named (eq $record)))
                (import "resource" (type $resource (sub resource)))
                (import "function" (func (param "record" $named) (param "it" (own $resource))))
                (core type $module-type (module (import "" "f" (func)) (export "g" (func))))
                (import "module" (core module (type $module-type)))
                (component $inner)
                (instance $of-its-own (instantiate $inner))
                (import "component" (component
                    (import "other:host/host" (instance (export "f" (func)))))))"#,
        );
        assert_eq!(
            imports.unwrap(),
            [
                "wasi:clocks/monotonic-clock@0.3.0",
                "record",
                "resource",
                "function",
                "module",
                "component",
            ]
        );
    }

    #[test]
    fn an_interface_that_both_need_is_imported_once() {
        let imports = imports(
            r#"(component
                (import "wasi:clocks/monotonic-clock@0.2.0" (instance
                    (export "now" (func (result u64)))))
                (import "wasi:clocks/monotonic-clock@0.3.0" (instance
                    (export "wait-for" (func async (param "how-long" u64)))))
                (import "other:host/host" (instance (export "f" (func)))))"#,
        );
        assert_eq!(
            imports.unwrap(),
            [
                // This is where `duration` is from.
                "wasi:clocks/types@0.3.0",
                "wasi:clocks/monotonic-clock@0.3.0",
                "other:host/host",
            ]
        );
    }
}
