//! Links the guest and the adapter as two components.
//!
//! Both become inner components of the result. It imports what either of them imports of the host,
//! each interface once, and hands it on.

use crate::adapter;
use crate::catalogue::{Catalogue, LIFECYCLE};
use crate::component::assembly::Assembly;
use crate::component::inner_exports::InnerExports;
use crate::component::write::{self, Written};
use crate::component::{Definition, Instance, Sort};
use crate::demand::Demand;
use crate::error::{InternalError, LinkError, PlanError};
use crate::front::{self, place_front};
use crate::inspect::{Extern, Guest};
use crate::plan::{ExportFate, Plan};
use crate::producers;
use crate::shared;
use hashbrown::HashMap;
use std::cell::OnceCell;

/// Why guest and adapter have not been linked.
pub(crate) enum Failure {
    Plan(PlanError),
    Link(LinkError),
    Internal(InternalError),
}

impl From<InternalError> for Failure {
    fn from(error: InternalError) -> Self {
        Failure::Internal(error)
    }
}

impl From<shared::Error> for Failure {
    fn from(error: shared::Error) -> Self {
        match error {
            shared::Error::Extended { import } => Failure::Link(LinkError::Extended { import }),
            shared::Error::Internal(error) => Failure::Internal(error),
        }
    }
}

/// A component in front of an export of the guest.
struct Front {
    component: Vec<u8>,
    /// The names of its imports that the adapter's exports of the same names serve.
    of_adapter: Vec<&'static str>,
    /// The name of its import that the guest's export serves.
    of_guest: &'static str,
}

impl Front {
    /// The front for an export of the guest that becomes another one, if it needs one.
    fn of(
        export: &str,
        plan: &Plan,
        drains: bool,
        catalogue: &Catalogue,
    ) -> Result<Option<Self>, Failure> {
        let is = |entry: Option<(&Extern, &str)>| entry.is_some_and(|(it, _)| it.name == export);
        if is(plan.run()) && drains {
            return Ok(Some(Front {
                component: front::run(catalogue.target())?,
                of_adapter: vec![LIFECYCLE],
                of_guest: front::GUEST_RUN,
            }));
        }
        if !is(plan.handler()) {
            return Ok(None);
        }
        let incoming = plan.incoming().ok_or_else(|| {
            Failure::Plan(PlanError::Shape {
                name: export.to_string(),
                reason: "its types are not those of an import `wasi:http/types`".to_string(),
            })
        })?;
        Ok(Some(Front {
            component: front::handler(catalogue, incoming)?,
            of_adapter: vec![incoming.types, incoming.interface],
            of_guest: front::GUEST_HANDLER,
        }))
    }
}

/// Links a guest, which has been retyped, with the adapter.
///
/// # Errors
///
/// If an import of the guest that is for the host can't be one of the result.
pub(crate) fn link(
    guest: Guest<'_>,
    plan: &Plan,
    catalogue: &Catalogue,
) -> Result<Written, Failure> {
    let adapter = adapter::linkable(catalogue, &Demand::of(plan))?;
    let mut fronts = HashMap::new();
    for (export, _) in plan.lifted() {
        if let Some(front) = Front::of(&export.name, plan, adapter.drains, catalogue)? {
            fronts.insert(export.name.as_str(), front);
        }
    }

    let shared_imports = OnceCell::new();
    let mut model = guest.model;
    let adapter_root = model.read(&adapter.bytes).map_err(InternalError::adapter)?;
    let roots = [guest.root, adapter_root];
    let shared_root = shared::imports(&mut model, roots, catalogue, None, &shared_imports)?;
    let adapted = plan.adapted_names();
    let mut assembly = Assembly::as_large_as(guest.root, &mut model);
    assembly.import_from(shared_root.unwrap_or(adapter_root), |_| true);
    assembly.import_from(guest.root, |name| !adapted.contains(name));

    let unserved =
        |import: String| InternalError::link(format!("nothing is imported as `{import}`"));
    let adapter = assembly
        .instantiate(adapter_root, Vec::new())
        .map_err(unserved)?;
    let mut served = Vec::new();
    for (import, by) in plan.adapted() {
        // What nothing is taken of, the adapter doesn't export.
        let export = match import.functions().is_empty() && import.types().is_empty() {
            true => assembly.define(
                Sort::Instance,
                Definition::Instance(Instance::Exports(Vec::new())),
            ),
            false => assembly.instance_export(Sort::Instance, adapter, by.to_string()),
        };
        served.push((import.name.clone(), export));
    }
    let instance = assembly.instantiate(guest.root, served).map_err(unserved)?;
    let mut exports = InnerExports::of(instance);
    for export in &plan.exports {
        let name = &export.item.name;
        let ExportFate::Lifted { to } = &export.fate else {
            exports.hand_on(&mut assembly, name.clone(), export.item.item);
            continue;
        };
        let item = exports.place(&mut assembly, name, export.item.item);
        let item = match fronts.get(name.as_str()) {
            Some(front) => {
                let component = assembly.model.read(&front.component);
                let component = component.map_err(InternalError::link)?;
                let of_adapter = front.of_adapter.iter().map(|name| {
                    let export = assembly.instance_export(Sort::Instance, adapter, *name);
                    (name.to_string(), export)
                });
                let of_adapter = of_adapter.collect();
                let of_guest = (front.of_guest, item);
                place_front(&mut assembly, component, of_adapter, of_guest, to)?
            }
            None => item,
        };
        assembly.export(to.clone(), item);
    }
    let root = assembly.finish();
    producers::add(&mut model, root);
    write::component(&model, root).map_err(|error| InternalError::result(error).into())
}

#[cfg(test)]
mod tests {
    use crate::{ComposeError, LinkMode, Options, compose};

    /// The names of what the result imports, of a guest that is linked as a component.
    fn imports(guest: &str) -> Result<Vec<String>, ComposeError> {
        let options = Options::default().link(LinkMode::Component);
        Ok(compose(&wat::parse_str(guest).unwrap(), &options)?.imports)
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
    fn nothing_is_taken_of_an_interface() {
        let imports = imports(
            r#"(component
                (import "wasi:random/random@0.2.0" (instance))
                (import "wasi:random/insecure@0.2.0" (instance
                    (export "get-insecure-random-u64" (func (result u64))))))"#,
        );
        assert_eq!(imports.unwrap(), ["wasi:random/insecure@0.3.0"]);
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
