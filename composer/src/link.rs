//! Links the guest and the adapter as two components.
//!
//! Both become inner components of the result. It imports what either of them imports of the host,
//! each interface once, and hands it on.

use crate::adapter;
use crate::catalogue::{Catalogue, LIFECYCLE};
use crate::component::assembly::Assembly;
use crate::component::write::{self, Written};
use crate::component::{Definition, ExternType, Instance, ItemId, ScopeId, Sort, Type};
use crate::demand::Demand;
use crate::error::{InternalError, LinkError, PlanError};
use crate::front;
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
    let mut types = ExportedTypes::default();
    for export in &plan.exports {
        let name = &export.item.name;
        let sort = assembly.model[export.item.item].sort;
        let item = match types.value_type(&mut assembly, export.item.item) {
            Some(ty) => ty,
            None => assembly.instance_export(sort, instance, name.clone()),
        };
        let ExportFate::Lifted { to } = &export.fate else {
            let of_guest = export.item.item;
            match types.function_type(&mut assembly, of_guest) {
                Some(ty) => _ = assembly.export_as(name.clone(), item, ExternType::Func(ty)),
                None => {
                    let exported = assembly.export(name.clone(), item);
                    types.add(&assembly, of_guest, exported);
                }
            }
            continue;
        };
        let item = match fronts.get(name.as_str()) {
            Some(front) => place_front(&mut assembly, front, [adapter, item], to)?,
            None => item,
        };
        assembly.export(to.clone(), item);
    }
    let root = assembly.finish();
    producers::add(&mut model, root);
    write::component(&model, root).map_err(|error| InternalError::result(error).into())
}

/// The outermost types that are exported so far, by the guest's definitions. What is exported, a type
/// or the type of a function, has to refer to these names of the types.
#[derive(Default)]
struct ExportedTypes(HashMap<ItemId, ItemId>);

impl ExportedTypes {
    fn add(&mut self, assembly: &Assembly<'_, '_>, of_guest: ItemId, exported: ItemId) {
        if assembly.model[exported].sort == Sort::Type {
            let ty = assembly.model.type_origin(of_guest);
            self.0.insert(ty, exported);
        }
    }

    /// Places the type of a function of the guest that is exported. `None` if it is no function, or
    /// its type has nothing to do with exported types.
    fn function_type(&self, assembly: &mut Assembly<'_, '_>, of_guest: ItemId) -> Option<ItemId> {
        if self.0.is_empty() {
            return None;
        }
        let function = assembly.model.func_type(of_guest)?.clone();
        let mut definition = Definition::Type(Type::Func(function));
        let mut copies = self.0.clone();
        self.copy_parts(assembly, &mut definition, &mut copies)?;
        Some(assembly.define(Sort::Type, definition))
    }

    /// Places a type of values of the guest that is exported. `None` if it is none, or has nothing to
    /// do with exported types.
    fn value_type(&self, assembly: &mut Assembly<'_, '_>, of_guest: ItemId) -> Option<ItemId> {
        if self.0.is_empty() || assembly.model[of_guest].sort != Sort::Type {
            return None;
        }
        let ty = assembly.model.type_origin(of_guest);
        let mut definition = assembly.model[ty].definition.clone();
        let mut refers = false;
        definition.references_mut(&mut |_| refers = true);
        if !refers || !matches!(definition, Definition::Type(Type::Value(_))) {
            return None;
        }
        let mut copies = self.0.clone();
        self.copy_parts(assembly, &mut definition, &mut copies)?;
        Some(assembly.define(Sort::Type, definition))
    }

    /// Has a type refer to exported types, and to copies of types without a name. `None` if it
    /// refers to a type with a name that is not exported.
    fn copy_parts<'a>(
        &self,
        assembly: &mut Assembly<'_, 'a>,
        definition: &mut Definition<'a>,
        copies: &mut HashMap<ItemId, ItemId>,
    ) -> Option<()> {
        let mut parts = Vec::new();
        definition.references_mut(&mut |part| parts.push(*part));
        let mut replaced = HashMap::new();
        for part in parts {
            let ty = assembly.model.type_origin(part);
            let copy = match copies.get(&ty) {
                Some(copy) => *copy,
                None => {
                    let mut inner = assembly.model[ty].definition.clone();
                    let Definition::Type(Type::Value(value)) = &inner else {
                        return None;
                    };
                    if value.needs_name() {
                        return None;
                    }
                    self.copy_parts(assembly, &mut inner, copies)?;
                    let copy = assembly.define(Sort::Type, inner);
                    copies.insert(ty, copy);
                    copy
                }
            };
            replaced.insert(part, copy);
        }
        definition.references_mut(&mut |part| *part = replaced[part]);
        Some(())
    }
}

/// Places a front between the host and an export of the guest, and returns its own export.
fn place_front<'a>(
    assembly: &mut Assembly<'_, 'a>,
    front: &'a Front,
    [adapter, of_guest]: [ItemId; 2],
    to: &str,
) -> Result<ItemId, InternalError> {
    let component = assembly
        .model
        .read(&front.component)
        .map_err(InternalError::link)?;
    let mut args = Vec::new();
    for name in &front.of_adapter {
        let export = assembly.instance_export(Sort::Instance, adapter, *name);
        args.push((name.to_string(), export));
    }
    let of_guest = complete(assembly, component, front.of_guest, of_guest, &args);
    args.push((front.of_guest.to_string(), of_guest));
    let instance = assembly.instantiate(component, args).map_err(|import| {
        InternalError::link(format!("nothing is imported as `{import}` for the front"))
    })?;
    Ok(assembly.instance_export(Sort::Instance, instance, to.to_string()))
}

/// The guest's export with the types that the front takes of it. A guest need not export them: they
/// are those of the adapter's export.
fn complete(
    assembly: &mut Assembly<'_, '_>,
    front: ScopeId,
    import: &str,
    of_guest: ItemId,
    of_adapter: &[(String, ItemId)],
) -> ItemId {
    let model = &assembly.model;
    let import = model[front].imports.get(import).copied();
    let wanted = import.map_or_else(Vec::new, |import| model.exports_of(import));
    let is_missing = |(name, _): &&(&str, ItemId)| model.export_of(of_guest, name).is_none();
    let missing: Vec<String> = wanted
        .iter()
        .filter(is_missing)
        .map(|(name, _)| name.to_string())
        .collect();
    if missing.is_empty() {
        return of_guest;
    }
    let there: Vec<(String, Sort)> = model
        .exports_of(of_guest)
        .into_iter()
        .map(|(name, id)| (name.to_string(), model[id].sort))
        .collect();
    let mut exports = Vec::new();
    for (name, sort) in there {
        let item = assembly.instance_export(sort, of_guest, name.clone());
        exports.push((name.into(), item));
    }
    for name in missing {
        let mut instances = of_adapter.iter().map(|(_, instance)| *instance);
        let by = instances.find(|instance| assembly.model.export_of(*instance, &name).is_some());
        if let Some(by) = by {
            let item = assembly.instance_export(Sort::Type, by, name.clone());
            exports.push((name.into(), item));
        }
    }
    assembly.define(
        Sort::Instance,
        Definition::Instance(Instance::Exports(exports)),
    )
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
