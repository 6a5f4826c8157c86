//! The export of a guest that is an HTTP server: `wasi:http/handler` of WASI 0.3 in place of its
//! `wasi:http/incoming-handler`.

use super::answer::Request;
use super::handles::Tag;
use super::started::started;
use super::tags::Tags;
use super::{answer, copy, glue};
use crate::adapter::answer::{
    CANCEL_READ, CANCEL_WRITE, DROP_READABLE, DROP_WRITABLE, NEW, READ, WRITE,
};
use crate::catalogue::{Catalogue, Incoming};
use crate::component::assembly::Assembly;
use crate::component::inner_exports::InnerExports;
use crate::component::parsed::Parsed;
use crate::component::{
    CanonicalOption, Definition, ExternType, FuncType, Instance, ItemId, Model, ScopeId, Sort,
    Type, ValType, ValueType,
};
use crate::error::{FuseError, InternalError};
use crate::front::{ACCEPT, Behind, Description, SERVE, SERVER, place_front};
use crate::plan::Plan;
use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
use wasmparser::CanonicalFunction;
use wit_parser::{Resolve, Type as WitType};

/// The types that the function of `wasi:http/handler` is about.
const TYPES: [&str; 3] = ["request", "response", "error-code"];

/// Functions of `wasi:http/types` that have all these types.
const FUNCTIONS_WITH_TYPES: [&str; 2] = ["[static]request.new", "[static]response.new"];

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

    /// Places what the adapter answers by: a core instance with the functions of
    /// [`answer::INTERFACE`](crate::adapter::answer::INTERFACE).
    pub fn place_answer(
        self,
        assembly: &mut Assembly<'_, '_>,
        catalogue: &Catalogue,
        has_front: bool,
    ) -> Result<Answering, InternalError> {
        let types = Types::place(assembly, catalogue)?;
        let promise = assembly.instantiate_core(answer::promise(), Vec::new());
        let future = has_front.then(|| {
            let of = Some(ValType::Type(types.signature.result));
            assembly.ty(Type::Value(ValueType::Future(of)))
        });
        let functions = match future {
            Some(future) => future_functions(assembly, future, promise),
            None => promise,
        };
        Ok(Answering {
            server: self,
            types,
            promise,
            future,
            functions,
        })
    }
}

/// A server whose adapter has what it answers by.
pub(super) struct Answering {
    server: Server,
    types: Types,
    /// The core instance of the [promise](answer::promise).
    promise: ItemId,
    /// The type of the future, if that is what the adapter answers by.
    future: Option<ItemId>,
    /// The core instance that the adapter gets.
    pub functions: ItemId,
}

impl Answering {
    /// Places the export, or with a front what that calls. `accept` and `finish` are the adapter's
    /// functions of [`Incoming`]; the core instances are those of the adapter and of the handles.
    pub fn place(
        self,
        assembly: &mut Assembly<'_, '_>,
        catalogue: &Catalogue,
        [accept, finish]: [&str; 2],
        given: [Tag; 2],
        [adapter, handles]: [ItemId; 2],
    ) -> Result<(), InternalError> {
        let Definition::Lift { core, options, .. } =
            &assembly.model[self.server.function].definition
        else {
            return Err(InternalError::link("the handler is not lifted"));
        };
        let mut guest = vec![(answer::HANDLE.into(), *core)];
        let post_return = CanonicalOption::post_return(options);
        guest.extend(post_return.map(|core| (answer::POST_RETURN.into(), core)));
        let request = Request {
            accept,
            finish,
            given,
            has_post_return: post_return.is_some(),
        };
        let guest = assembly.bundle_core(guest);
        let memory = assembly.core_export(Sort::CoreMemory, adapter, glue::ADAPTER_MEMORY);
        let instances = |host| {
            vec![
                (answer::HOST.into(), host),
                (glue::GUEST.into(), guest),
                (glue::ADAPTER.into(), adapter),
                (glue::HANDLES.into(), handles),
                (answer::ANSWER.into(), self.promise),
            ]
        };
        let Signature { param, result } = self.types.signature;
        if let Some(future) = self.future {
            let write = Definition::BuiltIn(Parsed::future_write(future, memory));
            let write = assembly.define(Sort::CoreFunc, write);
            let host = assembly.bundle_core(vec![(answer::FUTURE_WRITE.into(), write)]);
            let core = assembly.instantiate_core(answer::behind(&request), instances(host));
            let functions = [
                (ACCEPT, false, vec![("request", param)], Some(future)),
                (SERVE, true, Vec::new(), None),
            ];
            let mut exports = Vec::new();
            for (name, is_async, params, result) in functions {
                let params = params.into_iter();
                let ty = assembly.ty(Type::Func(FuncType {
                    is_async,
                    params: params.map(|(name, ty)| (name, ValType::Type(ty))).collect(),
                    result: result.map(ValType::Type),
                }));
                let core = assembly.core_export(Sort::CoreFunc, core, name);
                exports.push((name.into(), assembly.lift(core, ty, Vec::new())));
            }
            let instance = Definition::Instance(Instance::Exports(exports));
            let instance = assembly.define(Sort::Instance, instance);
            assembly.export(SERVER, instance);
            return Ok(());
        }
        let function_type = self.types.signature.function(assembly);
        let built_ins = built_ins(assembly, result, memory);
        let host = assembly.bundle_core(built_ins);
        let description = Description::new(catalogue, Behind::One)?;
        let front =
            assembly.instantiate_core(answer::front(&description, &request), instances(host));
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
        let instance = self.types.instance(assembly, function)?;
        assembly.export(self.server.to, instance);
        Ok(())
    }

    /// The guest's function.
    pub fn function(&self) -> ItemId {
        self.server.function
    }

    /// The interface of the adapter that accepts requests for the guest.
    pub fn interface(&self) -> &'static str {
        self.server.incoming.interface
    }
}

/// Places the functions of a future in place of those of the promise. Writing takes the adapter's
/// memory, so that the promise has it until that is there.
fn future_functions(assembly: &mut Assembly<'_, '_>, future: ItemId, promise: ItemId) -> ItemId {
    let built_ins = [
        (&NEW, CanonicalFunction::FutureNew { ty: 0 }),
        (
            &CANCEL_WRITE,
            CanonicalFunction::FutureCancelWrite {
                ty: 0,
                async_: false,
            },
        ),
        (
            &DROP_WRITABLE,
            CanonicalFunction::FutureDropWritable { ty: 0 },
        ),
    ];
    let mut functions = Vec::new();
    for (it, parsed) in built_ins {
        let built_in = Definition::BuiltIn(Parsed::about(future, None, parsed));
        functions.push((
            it.function.into(),
            assembly.define(Sort::CoreFunc, built_in),
        ));
    }
    for it in [WRITE, READ, CANCEL_READ, DROP_READABLE] {
        let function = assembly.core_export(Sort::CoreFunc, promise, it.function);
        functions.push((it.function.into(), function));
    }
    assembly.bundle_core(functions)
}

/// Places a front before a component, and returns the component that both are in.
pub(super) fn put_front(
    model: &mut Model<'_>,
    fused: ScopeId,
    front: ScopeId,
    export: &str,
) -> Result<ScopeId, InternalError> {
    let mut assembly = Assembly::as_large_as(fused, model);
    assembly.import_from(fused, |_| true);
    let instance = assembly.instantiate(fused, Vec::new());
    let instance = instance.map_err(|import| {
        InternalError::link(format!("nothing is imported as `{import}` for the guest"))
    })?;
    let mut exports = InnerExports::of(instance);
    for id in assembly.model[fused].items.clone() {
        let Definition::Export { name, .. } = &assembly.model[id].definition else {
            continue;
        };
        let name = name.clone();
        if name.name != SERVER {
            exports.hand_on(&mut assembly, name, id);
            continue;
        }
        let behind = exports.place(&mut assembly, SERVER, id);
        let handler = place_front(&mut assembly, front, Vec::new(), (SERVER, behind), export)?;
        assembly.export(export.to_string(), handler);
    }
    Ok(assembly.finish())
}

/// The host's built-ins that the core module of the export imports.
fn built_ins<'a>(
    assembly: &mut Assembly<'_, 'a>,
    result: ItemId,
    memory: ItemId,
) -> Vec<(Cow<'a, str>, ItemId)> {
    let mut built_in = |name: &'static str, parsed| {
        let id = assembly.define(Sort::CoreFunc, Definition::BuiltIn(parsed));
        (name.into(), id)
    };
    vec![
        built_in(answer::TASK_RETURN, Parsed::task_return(result, memory)),
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
