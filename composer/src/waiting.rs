//! Finds what a guest runs where it can't wait.
//!
//! A component may wait in functions whose type is `async`. Constructors can't have such a type,
//! nor can functions whose type is given from outside, and neither destructors nor the start
//! functions of core modules have a component-level type at all. What WASI 0.2 offers can be called
//! there as long as nothing has to be waited for.

use crate::component::{CoreInstance, Definition, ItemId, Model, ScopeId, Sort, Type};
use crate::core_module;
use crate::flatten::Flat;
use hashbrown::HashMap;
use std::collections::BTreeSet;
use std::fmt;

/// Code of a guest that can't wait, in a component that calls functions which may wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CannotWait {
    /// The name of the inner component, or its number if it has none. `None` for the guest itself.
    pub component: Option<String>,
    /// What can't wait.
    pub code: SyncCode,
}

/// Code that can't wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncCode {
    /// A function that the component exports.
    #[non_exhaustive]
    Function {
        /// The name of the export.
        export: String,
        /// The name of the function in it. Empty if the export is the function itself.
        function: String,
    },
    /// The destructor of a resource.
    #[non_exhaustive]
    Destructor {
        /// The name of the resource. Empty if it has none.
        resource: String,
    },
    /// The start function of a core module, which runs while the component is instantiated: in it,
    /// languages run `_initialize` and the constructors of static variables.
    Start,
}

impl SyncCode {
    /// A word for the kind: `function`, `destructor` or `start`.
    pub fn kind(&self) -> &'static str {
        match self {
            SyncCode::Function { .. } => "function",
            SyncCode::Destructor { .. } => "destructor",
            SyncCode::Start => "start",
        }
    }
}

impl fmt::Display for CannotWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            SyncCode::Function { export, function } if function.is_empty() => {
                write!(f, "`{export}`")?;
            }
            SyncCode::Function { export, function } => write!(f, "`{function}` of `{export}`")?,
            SyncCode::Destructor { resource } if resource.is_empty() => {
                f.write_str("the destructor of a resource")?;
            }
            SyncCode::Destructor { resource } => write!(f, "the destructor of `{resource}`")?,
            SyncCode::Start => f.write_str("the start function of a core module")?,
        }
        match &self.component {
            Some(component) => write!(f, " in the inner component `{component}`"),
            None => Ok(()),
        }
    }
}

/// Finds what can't wait in a guest that has been retyped, inner components included.
pub(crate) fn cannot_wait(model: &Model<'_>, root: ScopeId) -> Vec<CannotWait> {
    let mut found = Vec::new();
    let mut pending = vec![(root, None)];
    let mut number = 0;
    while let Some((scope, component)) = pending.pop() {
        let exports = Exports::of(model, scope);
        let code = of_component(model, &model[scope].items, &exports).into_iter();
        found.extend(code.map(|code| CannotWait {
            component: component.clone(),
            code,
        }));
        for id in &model[scope].items {
            if let Definition::Component(inner) = &model[*id].definition {
                let name = model[*inner].debug_name.as_deref();
                let name = name.or_else(|| model.debug_name(*id));
                let name = name.map_or_else(|| number.to_string(), ToString::to_string);
                number += 1;
                pending.push((*inner, Some(name)));
            }
        }
    }
    found
}

/// The same for a guest whose components have become parts: what one part calls of another may wait
/// if the caller may. `stays` says which definitions others than parts know.
pub(crate) fn in_parts(
    model: &Model<'_>,
    flat: &Flat,
    stays: impl Fn(ItemId) -> bool,
) -> Vec<CannotWait> {
    let exports = Exports::of(model, flat.root);
    let mut of_parts: Vec<Vec<ItemId>> = flat.parts().map(|_| Vec::new()).collect();
    for id in &model[flat.root].items {
        let is_there = match &model[*id].definition {
            Definition::Lift { .. } | Definition::Type(Type::Resource { .. }) => stays(*id),
            _ => true,
        };
        if is_there {
            of_parts[flat.part(*id).place()].push(*id);
        }
    }
    let mut found = Vec::new();
    for (part, items) in flat.parts().zip(of_parts) {
        let code = of_component(model, &items, &exports).into_iter();
        found.extend(code.map(|code| CannotWait {
            component: flat.name(part),
            code,
        }));
    }
    found
}

fn of_component(model: &Model<'_>, items: &[ItemId], exports: &Exports) -> Vec<SyncCode> {
    let is_async = |function| model.func_type(function).is_some_and(|ty| ty.is_async);
    let waits = |id: &ItemId| match &model[*id].definition {
        Definition::Lower { func, .. } => is_async(*func),
        _ => false,
    };
    if !items.iter().any(waits) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut has_start = false;
    for id in items {
        match &model[*id].definition {
            Definition::Lift { .. } if !is_async(*id) => {
                let (export, function) = exports.functions.get(id).cloned().unwrap_or_default();
                found.push(SyncCode::Function { export, function });
            }
            Definition::Type(Type::Resource {
                destructor: Some(_),
                ..
            }) => {
                let exported = exports.types.get(id).cloned();
                let named = model.debug_name(*id).map(ToString::to_string);
                let resource = exported.or(named).unwrap_or_default();
                found.push(SyncCode::Destructor { resource });
            }
            Definition::CoreInstance(CoreInstance::Instantiate { module, .. }) if !has_start => {
                has_start = match &model[model.origin(*module)].definition {
                    Definition::CoreModule(module) => {
                        core_module::has_section(&module.bytes, core_module::START)
                    }
                    _ => false,
                };
            }
            _ => {}
        }
    }
    found.extend(has_start.then_some(SyncCode::Start));
    found
}

/// The functions and the types of a component's exports, with their names.
struct Exports {
    functions: HashMap<ItemId, (String, String)>,
    types: HashMap<ItemId, String>,
}

impl Exports {
    fn of(model: &Model<'_>, scope: ScopeId) -> Self {
        let (functions, types) = exports(model, scope);
        Exports { functions, types }
    }
}

/// The functions and the types of a component's exports, with their names. What is behind inner
/// components, as those that shape an exported instance, goes by the arguments of these.
fn exports(
    model: &Model<'_>,
    scope: ScopeId,
) -> (HashMap<ItemId, (String, String)>, HashMap<ItemId, String>) {
    let mut functions = HashMap::new();
    let mut types = HashMap::new();
    for (export, item) in model.exports(scope) {
        let mut seen = BTreeSet::new();
        let mut pending = vec![(String::new(), item)];
        while let Some((name, id)) = pending.pop() {
            match model[id].sort {
                Sort::Func => {
                    let names = (export.to_string(), name);
                    functions.entry(model.origin(id)).or_insert(names);
                }
                Sort::Type => {
                    let name = if name.is_empty() {
                        export.to_string()
                    } else {
                        name
                    };
                    types.entry(model.type_origin(id)).or_insert(name);
                }
                Sort::Instance if seen.insert(id) => {
                    let parts = model.exports_of(id).into_iter();
                    pending.extend(parts.map(|(part, id)| (joined(&name, part), id)));
                    let arguments = match &model[model.origin(id)].definition {
                        Definition::Instance(crate::component::Instance::Instantiate {
                            args,
                            ..
                        }) => args.as_slice(),
                        _ => &[],
                    };
                    // wit-component passes a function as the argument `import-func-` with its name.
                    pending.extend(arguments.iter().map(|(argument, id)| {
                        let name = ["import-func-", "import-type-"]
                            .into_iter()
                            .find_map(|prefix| argument.strip_prefix(prefix))
                            .unwrap_or(argument);
                        (name.to_string(), *id)
                    }));
                }
                _ => {}
            }
        }
    }
    (functions, types)
}

fn joined(instance: &str, part: &str) -> String {
    match instance {
        "" => part.to_string(),
        instance => format!("{instance}/{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::Guest;

    #[test]
    fn all_kinds_are_found() {
        let bytes = wat::parse_str(
            r#"(component
                (component $inner
                    (import "wait" (func $wait async))
                    (core module $lib
                        (import "" "wait" (func))
                        (func (export "f") unreachable)
                        (func (export "drop") (param i32) unreachable)
                        (func $start)
                        (start $start))
                    (core func $lowered (canon lower (func $wait)))
                    (core instance $lib (instantiate $lib (with "" (instance
                        (export "wait" (func $lowered))))))
                    (type $r (resource (rep i32) (dtor (func $lib "drop"))))
                    (export $thing "thing" (type $r))
                    (func $f (canon lift (core func $lib "f")))
                    (func $g async (canon lift (core func $lib "f")))
                    (instance $api (export "f" (func $f)) (export "g" (func $g)))
                    (export "api" (instance $api))))"#,
        );
        let bytes = bytes.unwrap();
        let guest = Guest::read(&bytes).unwrap();
        let found = cannot_wait(&guest.model, guest.root);
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "the destructor of `thing` in the inner component `inner`",
                "`f` of `api` in the inner component `inner`",
                "the start function of a core module in the inner component `inner`",
            ]
        );
    }
}
