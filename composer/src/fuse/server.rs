//! The export of a guest that is an HTTP server: `wasi:http/handler` of WASI 0.3 in place of its
//! `wasi:http/incoming-handler`.

use super::handles::Tag;
use super::started::started;
use super::tags::Tags;
use super::{answer, copy, glue};
use crate::catalogue::{Catalogue, Incoming};
use crate::component::assembly::Assembly;
use crate::component::parsed::Parsed;
use crate::component::{
    CanonicalOption, Definition, ExternType, FuncType, Instance, ItemId, Model, ScopeId, Sort,
    Type, ValType, ValueType,
};
use crate::error::{FuseError, InternalError};
use crate::front::{DONE, TYPES, WHEN_DONE};
use crate::plan::Plan;
use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
use wasmparser::CanonicalFunction;
use wit_parser::{Resolve, Type as WitType};

/// Functions of `wasi:http/types` that have all these types.
const FUNCTIONS_WITH_TYPES: [&str; 2] = ["[static]request.new", "[static]response.new"];

/// What has to be there before the adapter's core module.
pub(super) struct Prepared {
    types: Types,
    /// The adapter's.
    memory: ItemId,
    /// The core instance with the host's built-in.
    pub host: ItemId,
}

/// A guest that is an HTTP server.
pub(super) struct Server {
    /// The guest's export.
    pub export: String,
    /// The export of WASI 0.3 in its place.
    to: String,
    /// The guest's function.
    pub function: ItemId,
    pub incoming: Incoming,
}

/// The import with the types of `wasi:http/handler`, and functions that it has to have for them.
pub(super) fn needed_import(catalogue: &Catalogue) -> (String, [&'static str; 2]) {
    let name = catalogue.target().interface("wasi:http/types");
    (name, FUNCTIONS_WITH_TYPES)
}

impl Server {
    /// Finds the guest's function for an export, which gets another name.
    pub fn find(
        (export, to): (&str, &str),
        plan: &Plan,
        model: &Model<'_>,
        guest: ScopeId,
    ) -> Result<Self, FuseError> {
        let function = started(model, guest, export)?;
        let incoming = plan.incoming().ok_or_else(|| FuseError::Handler {
            export: export.to_string(),
        })?;
        Ok(Server {
            export: export.to_string(),
            to: to.to_string(),
            function,
            incoming,
        })
    }

    /// Finds the tags of what the guest is called with. `None` if its function is of another
    /// structure than what the adapter makes of a request.
    pub fn given(&self, model: &Model<'_>, resolve: &Resolve, tags: &mut Tags) -> Option<[Tag; 2]> {
        let mut interfaces = resolve.interfaces.iter();
        let (_, interface) = interfaces
            .find(|(id, _)| resolve.id_of(*id).as_deref() == Some(self.incoming.interface))?;
        let result = interface.functions.get("accept")?.result?;
        let WitType::Id(result) = glue::peel(resolve, result) else {
            return None;
        };
        let given = copy::parts(&resolve.types[result].kind);
        let function = model.func_type(self.function)?;
        let mut tag = |position: usize| {
            let (ty, guests) = (given.get(position)?, function.params.get(position)?.1);
            let found = tags.of_values(model, resolve, &[*ty], &[guests])?;
            found.into_values().next()
        };
        Some([tag(0)?, tag(1)?])
    }

    /// Places the types of the export, and the host's built-in for the answer, which lies in a
    /// `memory` of the adapter's.
    pub fn prepare(
        &self,
        assembly: &mut Assembly<'_, '_>,
        catalogue: &Catalogue,
        memory: ItemId,
    ) -> Result<Prepared, InternalError> {
        let types = Types::place(assembly, catalogue)?;
        let built_in = Parsed::task_return(types.signature.result, memory);
        let task_return = assembly.define(Sort::CoreFunc, Definition::BuiltIn(built_in));
        let host = assembly.bundle_core(vec![(answer::TASK_RETURN.into(), task_return)]);
        Ok(Prepared {
            types,
            memory,
            host,
        })
    }

    /// Places the export. `accept` and `finish` are the adapter's functions of [`Incoming`]; the
    /// core instances are those of the adapter and of the handles.
    pub fn place(
        self,
        assembly: &mut Assembly<'_, '_>,
        Prepared { types, memory, .. }: Prepared,
        [accept, finish]: [&str; 2],
        given: [Tag; 2],
        [adapter, handles]: [ItemId; 2],
        [waits, has_front]: [bool; 2],
    ) -> Result<(), InternalError> {
        let Definition::Lift { core, options, .. } = &assembly.model[self.function].definition
        else {
            return Err(InternalError::link("the handler is not lifted"));
        };
        let mut guest = vec![(answer::HANDLE.into(), *core)];
        let post_return = CanonicalOption::post_return(options);
        guest.extend(post_return.map(|core| (answer::POST_RETURN.into(), core)));
        let function_type = types.signature.function(assembly);

        let mut built_ins = built_ins(assembly);
        let future = has_front.then(|| assembly.ty(Type::Value(ValueType::Future(None))));
        built_ins.extend(future.into_iter().flat_map(|it| of_future(assembly, it)));
        let host = assembly.bundle_core(built_ins);
        let guest = assembly.bundle_core(guest);
        let has_post_return = post_return.is_some();
        let front = assembly.instantiate_core(
            answer::front([accept, finish], given, has_post_return, waits, has_front),
            vec![
                (answer::HOST.into(), host),
                (glue::GUEST.into(), guest),
                (glue::ADAPTER.into(), adapter),
                (glue::HANDLES.into(), handles),
            ],
        );
        let handle = assembly.core_export(Sort::CoreFunc, front, answer::HANDLE);
        let callback = assembly.core_export(Sort::CoreFunc, front, answer::CALLBACK);
        let function = assembly.lift(
            handle,
            function_type,
            vec![
                CanonicalOption::Memory(memory),
                CanonicalOption::Utf8,
                CanonicalOption::Async,
                CanonicalOption::Callback(callback),
            ],
        );
        let instance = types.instance(assembly, function)?;
        assembly.export(self.to, instance);
        if let Some(future) = future {
            place_done(assembly, front, future);
        }
        Ok(())
    }
}

/// Places the export [`DONE`], whose function is the core instance's.
fn place_done(assembly: &mut Assembly<'_, '_>, core: ItemId, future: ItemId) {
    let core = assembly.core_export(Sort::CoreFunc, core, WHEN_DONE);
    let ty = assembly.ty(Type::Func(FuncType {
        is_async: false,
        params: Vec::new(),
        result: Some(ValType::Type(future)),
    }));
    let function = assembly.lift(core, ty, Vec::new());
    let exports = vec![(WHEN_DONE.into(), function)];
    let instance = Definition::Instance(Instance::Exports(exports));
    let instance = assembly.define(Sort::Instance, instance);
    assembly.export(DONE, instance);
}

/// The built-ins for the future of [`DONE`].
fn of_future<'a>(assembly: &mut Assembly<'_, 'a>, future: ItemId) -> [(Cow<'a, str>, ItemId); 3] {
    let write = CanonicalFunction::FutureWrite {
        ty: 0,
        options: Box::new([wasmparser::CanonicalOption::Async]),
    };
    [
        (answer::FUTURE_NEW, CanonicalFunction::FutureNew { ty: 0 }),
        (answer::FUTURE_WRITE, write),
        (
            answer::FUTURE_DROP_WRITABLE,
            CanonicalFunction::FutureDropWritable { ty: 0 },
        ),
    ]
    .map(|(name, parsed)| {
        let built_in = Definition::BuiltIn(Parsed::about(future, None, parsed));
        (name.into(), assembly.define(Sort::CoreFunc, built_in))
    })
}

/// The host's built-ins that the core module of the export imports.
fn built_ins<'a>(assembly: &mut Assembly<'_, 'a>) -> Vec<(Cow<'a, str>, ItemId)> {
    let mut built_in = |name: &'static str, parsed| {
        let id = assembly.define(Sort::CoreFunc, Definition::BuiltIn(parsed));
        (name.into(), id)
    };
    vec![
        built_in(
            answer::BACKPRESSURE_INC,
            Parsed::unbound(CanonicalFunction::BackpressureInc),
        ),
        built_in(
            answer::BACKPRESSURE_DEC,
            Parsed::unbound(CanonicalFunction::BackpressureDec),
        ),
    ]
}

/// The types of `wasi:http/handler`, and of its function.
struct Types {
    /// The declarations of the import that has the types.
    declared: ScopeId,
    /// What the types are made of, among other things.
    needed: HashSet<ItemId>,
    /// The named types of these, as aliases of the import's.
    named: Vec<(String, ItemId)>,
    signature: Signature,
}

/// The parameter and the result of the function.
#[derive(Clone, Copy)]
struct Signature {
    param: ItemId,
    result: ItemId,
}

impl Signature {
    /// Places the types of a function about these types, which are named.
    fn place(
        assembly: &mut Assembly<'_, '_>,
        named: &[(String, ItemId)],
    ) -> Result<Self, InternalError> {
        let find = |name: &str| {
            let found = named.iter().find(|(ty, _)| ty == name);
            let missing = || InternalError::adapter(format!("it has no type `{name}`"));
            found.map(|(_, id)| *id).ok_or_else(missing)
        };
        let [request, response, error_code] = TYPES.map(find);
        let mut value = |ty| assembly.ty(Type::Value(ty));
        let param = value(ValueType::Own(request?));
        let ok = value(ValueType::Own(response?));
        let result = value(ValueType::Result {
            ok: Some(ValType::Type(ok)),
            err: Some(ValType::Type(error_code?)),
        });
        Ok(Signature { param, result })
    }

    /// Places the type of the function.
    fn function(self, assembly: &mut Assembly<'_, '_>) -> ItemId {
        assembly.ty(Type::Func(FuncType {
            is_async: true,
            params: vec![("request", ValType::Type(self.param))],
            result: Some(ValType::Type(self.result)),
        }))
    }
}

impl Types {
    fn place(
        assembly: &mut Assembly<'_, '_>,
        catalogue: &Catalogue,
    ) -> Result<Self, InternalError> {
        let (import, _) = needed_import(catalogue);
        let missing = || InternalError::adapter(format!("it doesn't import all of `{import}`"));
        let instance = assembly.import(&import).ok_or_else(missing)?;
        let declared = assembly.model.scope_of_instance(instance);
        let declared = declared.ok_or_else(missing)?;
        let exports = &assembly.model[declared].exports;
        let wanted: Vec<ItemId> = TYPES
            .iter()
            .filter_map(|name| exports.get(*name).copied())
            .collect();
        let needed = assembly.model.closure(wanted, |_| true);
        let names: Vec<String> = assembly
            .model
            .exports(declared)
            .filter(|(_, id)| assembly.model[*id].sort == Sort::Type && needed.contains(id))
            .map(|(name, _)| name.to_string())
            .collect();
        let mut named = Vec::new();
        for name in names {
            let alias = assembly.instance_export(Sort::Type, instance, name.clone());
            named.push((name, alias));
        }
        let signature = Signature::place(assembly, &named)?;
        Ok(Types {
            declared,
            needed,
            named,
            signature,
        })
    }

    /// Places an instance that exports the types and the function. The type of an exported instance
    /// has to say which of its types are those of an import. So the instance is that of a component
    /// which imports what the types are made of, and exports them under names of its own.
    fn instance(
        &self,
        assembly: &mut Assembly<'_, '_>,
        function: ItemId,
    ) -> Result<ItemId, InternalError> {
        const FUNCTION: &str = "import-func-handle";
        let import_of = |name: &str| format!("import-type-{name}");
        let mut inner = Assembly::new(assembly.model);
        let mut copies = HashMap::new();
        let mut imported = Vec::new();
        for id in inner.model[self.declared].items.clone() {
            if !self.needed.contains(&id) {
                continue;
            }
            if let Definition::Declared { name, ty } = &inner.model[id].definition {
                let name = name.name.to_string();
                let ty = match ty {
                    ExternType::Eq(of) => ExternType::Eq(*copies.get(of).unwrap_or(of)),
                    other => *other,
                };
                let import = Definition::Import {
                    name: import_of(&name).into(),
                    ty,
                };
                let import = inner.define(Sort::Type, import);
                copies.insert(id, import);
                imported.push((name, import));
            } else {
                let copy = inner.model.copy(id, &mut copies);
                inner.place(copy);
            }
        }
        let signature = Signature::place(&mut inner, &imported)?;
        let ty = signature.function(&mut inner);
        let import = Definition::Import {
            name: FUNCTION.into(),
            ty: ExternType::Func(ty),
        };
        let import = inner.define(Sort::Func, import);
        let mut exported = imported;
        for (name, ty) in &mut exported {
            if TYPES.contains(&name.as_str()) {
                *ty = inner.export(name.clone(), *ty);
            }
        }
        let signature = Signature::place(&mut inner, &exported)?;
        let ty = signature.function(&mut inner);
        inner.export_as(answer::HANDLE, import, ExternType::Func(ty));
        let component = inner.finish();

        let mut args = vec![(FUNCTION.to_string(), function)];
        let named = self.named.iter();
        args.extend(named.map(|(name, ty)| (import_of(name), *ty)));
        assembly.instantiate(component, args).map_err(|import| {
            InternalError::link(format!("nothing serves `{import}` of the handler"))
        })
    }
}
