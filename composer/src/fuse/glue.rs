//! The core functions that stand between guest and adapter where there is no component boundary.
//!
//! The guest calls what it believes to be lowered functions of the host; the adapter exports
//! functions to be lifted. Both have the types of WASI 0.2, so what lies between them is known: the
//! parameters are checked and copied into the adapter's memory, the result is copied into the
//! guest's. This file writes the functions, [`copy`](super::copy) what becomes of one value.

use super::copy::Body;
use super::removed::Encoding;
use super::tags::FunctionTags;
use super::{handles, leaving};
use crate::core_module::{self, Header, val_type, val_types};
use std::collections::BTreeMap;
use std::iter;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, FunctionSection, ImportSection, Module,
    StartSection, TypeSection, ValType,
};
use wit_parser::abi::{AbiVariant, WasmSignature, WasmType};
use wit_parser::{Function, Resolve, SizeAlign, Type, TypeDefKind};

/// A function of the adapter that the guest calls.
pub(super) struct Callee<'a> {
    /// Its type.
    pub function: &'a Function,
    /// What the adapter's core module exports it as.
    pub export: &'a str,
    /// What it exports as that to be called when the result has been read, if there is any.
    pub post_return: Option<&'a str>,
    /// The types that its resources have in the guest.
    pub tags: &'a FunctionTags,
}

/// What the guest's side of some functions looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Caller {
    /// Whether there is a memory that lists and results lie in.
    pub memory: bool,
    /// Whether there is a function that allocates in it.
    pub realloc: bool,
    /// Whether that may throw an exception.
    pub throws: bool,
    pub encoding: Encoding,
}

/// The names that the glue module imports from.
pub(super) const GUEST: &str = "guest";
pub(super) const ADAPTER: &str = "adapter";
pub(super) const HANDLES: &str = "handles";
/// What the guest's instance has.
pub(super) const MEMORY: &str = "memory";
pub(super) const REALLOC: &str = "realloc";

/// The types of the adapter's functions.
pub(super) struct Types<'a> {
    pub resolve: &'a Resolve,
    pub sizes: SizeAlign,
}

impl<'a> Types<'a> {
    pub fn new(resolve: &'a Resolve) -> Self {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Types { resolve, sizes }
    }

    pub fn size(&self, ty: &Type) -> u32 {
        self.sizes.size(ty).size_wasm32() as u32
    }

    pub fn align(&self, ty: &Type) -> u32 {
        self.sizes.align(ty).align_wasm32() as u32
    }

    /// The type itself, where this is a name for another.
    pub fn peel(&self, ty: Type) -> Type {
        peel(self.resolve, ty)
    }

    /// The ways in which strings go with a function, and `also`.
    pub fn strings(&self, function: &Function, also: Strings) -> Strings {
        let mut params = function.params.iter();
        Strings {
            incoming: also.incoming || params.any(|param| self.has_string(&param.ty)),
            outgoing: also.outgoing || function.result.is_some_and(|ty| self.has_string(&ty)),
        }
    }

    fn has_string(&self, ty: &Type) -> bool {
        match ty {
            Type::String => true,
            Type::Id(id) => {
                let parts = self.resolve.types[*id].kind.clone();
                super::copy::parts(&parts)
                    .iter()
                    .any(|ty| self.has_string(ty))
            }
            _ => false,
        }
    }
}

/// The type itself, where this is a name for another.
pub(super) fn peel(resolve: &Resolve, mut ty: Type) -> Type {
    while let Type::Id(id) = ty
        && let TypeDefKind::Type(aliased) = resolve.types[id].kind
    {
        ty = aliased;
    }
    ty
}

/// The core module of the functions for one caller, which exports them by their numbers.
pub(super) fn module(types: &Types<'_>, caller: Caller, callees: &[Callee<'_>]) -> Vec<u8> {
    let strings = callees.iter().fold(Strings::default(), |all, callee| {
        types.strings(callee.function, all)
    });
    let mut imports = Imports::new(caller, strings);
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut bodies = Vec::new();
    for callee in callees {
        let resolve = types.resolve;
        let outer = resolve.wasm_signature(AbiVariant::GuestImport, callee.function);
        let inner = resolve.wasm_signature(AbiVariant::GuestExport, callee.function);
        let call = imports.adapter(callee.export, &inner.params, &inner.results);
        let post_return = callee
            .post_return
            .map(|name| imports.adapter(name, &inner.results, &[]));
        functions.function(imports.ty(val_types(&outer.params), val_types(&outer.results)));
        bodies.push((callee, outer, call, post_return));
    }
    let count = imports.functions;
    let mut code = CodeSection::new();
    for (index, (callee, outer, call, post_return)) in bodies.into_iter().enumerate() {
        exports.export(&index.to_string(), ExportKind::Func, count + index as u32);
        let params = val_types(&outer.params);
        let body = Body::new(types, caller, callee.tags, &imports.known, params);
        code.function(&write(body, callee.function, &outer, call, post_return));
    }
    let names = callees.iter().map(|callee| callee.function.name.as_str());
    let mut module = Module::new();
    module
        .section(&imports.types)
        .section(&imports.section)
        .section(&functions)
        .section(&exports)
        .section(&code)
        .section(&core_module::names("calls", (count..).zip(names)));
    module.finish()
}

fn write(
    mut body: Body<'_>,
    function: &Function,
    outer: &WasmSignature,
    call: u32,
    post_return: Option<u32>,
) -> wasm_encoder::Function {
    let flag = body.known.may_not_leave;
    leaving::check(&mut body.code(), flag);
    let params: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
    let passed = outer.params.len() - usize::from(outer.retptr);
    if outer.indirect_params {
        body.params_from_memory(&params, 0);
    } else {
        body.params_from_flat(&params);
    }
    for param in 0..passed {
        body.code().local_get(param as u32);
    }
    body.code().call(call);
    match &function.result {
        Some(ty) if outer.retptr => {
            let from = body.local(ValType::I32);
            body.code().local_set(from);
            body.result_to_memory(ty, from, passed as u32);
            if let Some(post_return) = post_return {
                body.code().local_get(from).call(post_return);
            }
        }
        Some(ty) => {
            let value = body.local(val_type(outer.results[0]));
            body.code().local_set(value);
            body.flat_out(ty, value);
            if let Some(post_return) = post_return {
                body.code().local_get(value).call(post_return);
            }
            body.code().local_get(value);
        }
        None => {
            if let Some(post_return) = post_return {
                body.code().call(post_return);
            }
        }
    }
    body.finish()
}

/// Where in the module what every function may need is.
pub(super) struct Known {
    pub guest_memory: u32,
    pub adapter_memory: u32,
    pub guest_realloc: u32,
    pub adapter_realloc: u32,
    pub borrow: u32,
    pub take: u32,
    pub give: u32,
    pub may_not_leave: u32,
    pub text: Text,
}

/// The adapter's functions that know about text, see `adapter/src/canon/text.rs`.
#[derive(Default)]
pub(super) struct Text {
    pub check: u32,
    pub to_utf8: u32,
    pub from_utf8: u32,
    pub free: u32,
}

/// Which ways strings go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Strings {
    /// From the guest to the adapter.
    pub incoming: bool,
    /// From the adapter to the guest.
    pub outgoing: bool,
}

impl Strings {
    /// What the adapter's core module has to export for them.
    pub fn exports(self, encoding: Encoding) -> Vec<&'static str> {
        let (incoming, outgoing) = match encoding {
            Encoding::Utf8 => return self.incoming.then_some(CHECK_UTF8).into_iter().collect(),
            Encoding::Utf16 => (FROM_UTF16, TO_UTF16),
            Encoding::Compact => (FROM_COMPACT, TO_COMPACT),
        };
        let incoming = self.incoming.then_some(incoming);
        let outgoing = self.outgoing.then_some([outgoing, FREE]);
        incoming
            .into_iter()
            .chain(outgoing.into_iter().flatten())
            .collect()
    }
}

const CHECK_UTF8: &str = "wasi-uplift:text/check-utf8";
const FROM_UTF16: &str = "wasi-uplift:text/from-utf16";
const TO_UTF16: &str = "wasi-uplift:text/to-utf16";
const FROM_COMPACT: &str = "wasi-uplift:text/from-latin1-or-utf16";
const TO_COMPACT: &str = "wasi-uplift:text/to-latin1-or-utf16";
const FREE: &str = "wasi-uplift:text/free";
pub(super) const ADAPTER_REALLOC: &str = "cabi_realloc";
pub(super) const ADAPTER_MEMORY: &str = "memory";

struct Imports {
    types: TypeSection,
    type_indexes: BTreeMap<String, u32>,
    section: ImportSection,
    functions: u32,
    by_name: BTreeMap<String, u32>,
    known: Known,
}

impl Imports {
    fn new(caller: Caller, strings: Strings) -> Self {
        use WasmType::{I32, I64};
        let mut imports = Imports {
            types: TypeSection::new(),
            type_indexes: BTreeMap::new(),
            section: ImportSection::new(),
            functions: 0,
            by_name: BTreeMap::new(),
            known: Known {
                guest_memory: 0,
                adapter_memory: 1,
                guest_realloc: u32::MAX,
                adapter_realloc: u32::MAX,
                borrow: 0,
                take: 0,
                give: 0,
                may_not_leave: 0,
                text: Text::default(),
            },
        };
        let flag = EntityType::Global(leaving::FLAG);
        imports
            .section
            .import(HANDLES, handles::MAY_NOT_LEAVE, flag);
        imports.known.borrow = imports.function(HANDLES, handles::BORROW, &[I32, I32], &[I32]);
        imports.known.take = imports.function(HANDLES, handles::TAKE, &[I32, I32], &[I32]);
        imports.known.give = imports.function(HANDLES, handles::GIVE, &[I32, I32], &[I32]);
        if caller.memory {
            for (module, name) in [(GUEST, MEMORY), (ADAPTER, ADAPTER_MEMORY)] {
                imports
                    .section
                    .import(module, name, EntityType::Memory(core_module::MEMORY));
            }
            let realloc = [I32; 4];
            imports.known.adapter_realloc = imports.adapter(ADAPTER_REALLOC, &realloc, &[I32]);
            if caller.realloc {
                imports.known.guest_realloc = imports.function(GUEST, REALLOC, &realloc, &[I32]);
            }
            for name in strings.exports(caller.encoding) {
                let (slot, results): (fn(&mut Text) -> &mut u32, &[WasmType]) = match name {
                    CHECK_UTF8 => (|text| &mut text.check, &[]),
                    FREE => (|text| &mut text.free, &[]),
                    FROM_UTF16 | FROM_COMPACT => (|text| &mut text.to_utf8, &[I64]),
                    _ => (|text| &mut text.from_utf8, &[I64]),
                };
                let index = imports.adapter(name, &[I32; 2], results);
                *slot(&mut imports.known.text) = index;
            }
        }
        imports
    }

    fn ty(&mut self, params: Vec<ValType>, results: Vec<ValType>) -> u32 {
        let next = self.types.len();
        *self
            .type_indexes
            .entry(format!("{params:?}{results:?}"))
            .or_insert_with(|| {
                self.types.ty().function(params, results);
                next
            })
    }

    fn function(
        &mut self,
        module: &str,
        name: &str,
        params: &[WasmType],
        results: &[WasmType],
    ) -> u32 {
        if let Some(index) = self.by_name.get(name) {
            return *index;
        }
        let ty = self.ty(val_types(params), val_types(results));
        self.section.import(module, name, EntityType::Function(ty));
        self.by_name.insert(name.to_string(), self.functions);
        self.functions += 1;
        self.functions - 1
    }

    fn adapter(&mut self, name: &str, params: &[WasmType], results: &[WasmType]) -> u32 {
        self.function(ADAPTER, name, params, results)
    }
}

/// What tells the adapter whether the guest's tasks may wait, and says what held until then. See
/// `adapter/src/canon/task.rs`.
pub(super) const LET_WAIT: &str = "wasi-uplift:task/let-wait";

/// The core module of what is done after the guest is instantiated: its tasks may wait.
pub(super) fn after_guest() -> Vec<u8> {
    let mut header = Header::default();
    let let_wait = header.import(ADAPTER, LET_WAIT, &[ValType::I32], &[ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(header.ty(&[], &[]));
    let start = StartSection {
        function_index: header.functions,
    };
    let mut body = wasm_encoder::Function::new([]);
    let mut tell = body.instructions();
    tell.i32_const(1).call(let_wait).drop().end();
    let mut code = CodeSection::new();
    code.function(&body);
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&start)
        .section(&code)
        .section(&core_module::names("after-guest", iter::empty()));
    module.finish()
}
