//! The core functions that stand between two sides where there is no component boundary.
//!
//! A guest calls what it believes to be lowered functions of the host; the adapter, or another part
//! of the guest, has functions to be lifted. Both are of one component-level type, so what lies
//! between them is known: the parameters are checked and copied into the memory of the one, the
//! result into that of the other. This file writes the functions, [`copy`](super::copy) what becomes
//! of one value.

use super::copy::{self, Body};
use super::direct_read::{self, DirectRead};
use super::handles::Tag;
use super::removed::Encoding;
use super::tags::FunctionTags;
use super::{handles, leaving, text};
use crate::core_module::shim::{ANY_TABLE, SlotType};
use crate::core_module::{self, APART_TABLE, Header, val_type, val_types};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FunctionSection, ImportSection, Module, StartSection, TypeSection, ValType,
};
use wit_parser::abi::{AbiVariant, WasmSignature, WasmType};
use wit_parser::{Function, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// A function that a guest calls.
#[derive(Clone)]
pub(super) struct Callee<'a> {
    /// Its type.
    pub function: &'a Function,
    /// The name of its core function, in the instance that has it.
    pub export: &'a str,
    /// The name of the core function that is called when the result has been read, if there is any.
    pub post_return: Option<&'a str>,
    /// The name of the adapter's `go-on`, if this function returns offers: see [`direct_read`].
    pub go_on: Option<&'a str>,
    /// The types that its resources have in the guest.
    pub tags: &'a FunctionTags,
}

/// What a guest's side of some functions looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GuestSide {
    /// Whether there is a memory that lists and results lie in.
    pub memory: bool,
    /// Whether there is a function that allocates in it.
    pub realloc: bool,
    /// Whether the allocator may be called only once in each call of an import, and what it has allocated
    /// is never freed.
    pub gives_once: bool,
    /// Whether that may throw an exception.
    pub throws: bool,
    /// Whether the functions in between have names, for backtraces.
    pub named: bool,
    pub encoding: Encoding,
}

/// The names that the glue module imports from.
pub(super) const GUEST: &str = "guest";
pub(super) const ADAPTER: &str = "adapter";
pub(super) const HANDLES: &str = "handles";
/// The names in place of [`GUEST`] and [`HANDLES`] for another part of the guest, which is called.
pub(super) const CALLEE: &str = "callee";
pub(super) const CALLEE_HANDLES: &str = "callee-handles";
/// What the guest's instance has.
pub(super) const MEMORY: &str = "memory";
pub(super) const REALLOC: &str = "realloc";

/// The types of functions that are called.
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
}

/// The ways in which strings go with a function, and `also`.
pub(super) fn strings(resolve: &Resolve, function: &Function, also: Strings) -> Strings {
    let mut params = function.params.iter();
    let has_string = |ty: &Type| has_string(resolve, ty);
    Strings {
        incoming: also.incoming || params.any(|param| has_string(&param.ty)),
        outgoing: also.outgoing || function.result.as_ref().is_some_and(has_string),
    }
}

/// Whether strings go with a function at all.
pub(super) fn has_strings(resolve: &Resolve, function: &Function) -> bool {
    strings(resolve, function, Strings::default()) != Strings::default()
}

fn has_string(resolve: &Resolve, ty: &Type) -> bool {
    has(resolve, ty, &|ty| *ty == Type::String)
}

/// Whether a type is of some kind, or consists of such.
fn has(resolve: &Resolve, ty: &Type, is_it: &dyn Fn(&Type) -> bool) -> bool {
    let consists = |id: &TypeId| {
        let parts = copy::parts(&resolve.types[*id].kind);
        parts.iter().any(|ty| has(resolve, ty, is_it))
    };
    is_it(ty) || matches!(ty, Type::Id(id) if consists(id))
}

/// Whether all that goes with a function is in its flat parameters and result.
pub(super) fn copies_nothing(resolve: &Resolve, function: &Function) -> bool {
    let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
    let mut params = function.params.iter();
    !signature.retptr
        && !signature.indirect_params
        && !params.any(|param| has_list(resolve, &param.ty))
}

fn has_list(resolve: &Resolve, ty: &Type) -> bool {
    let is_list = |id: &TypeId| matches!(resolve.types[*id].kind, TypeDefKind::List(_));
    has(resolve, ty, &|ty| match ty {
        Type::Id(id) => is_list(id),
        ty => *ty == Type::String,
    })
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

impl Callee<'_> {
    /// The type of the function that the guest calls, as a table has it.
    pub fn slot(&self, resolve: &Resolve) -> SlotType {
        let signature = resolve.wasm_signature(AbiVariant::GuestImport, self.function);
        (val_types(&signature.params), val_types(&signature.results))
    }
}

/// The core module of the adapter's functions for one caller. Each is exported by its number, or put in
/// one of the `slots` of the adapter's table.
pub(super) fn module(
    types: &Types<'_>,
    caller: GuestSide,
    callees: &[Callee<'_>],
    slots: &[Option<u32>],
) -> Vec<u8> {
    let all_strings = callees.iter().fold(Strings::default(), |all, callee| {
        strings(types.resolve, callee.function, all)
    });
    let mut imports = Imports::default();
    let known = Known {
        caller: imports.guest([GUEST, HANDLES], caller, None),
        callee: imports.adapter(caller.memory),
        text: imports.text(caller, all_strings),
        check: None,
        strings: StringFunctions::default(),
    };
    calls(imports, known, ADAPTER, types, callees, slots, caller)
}

/// The core module of the functions that one part of a guest calls of another one, which exports
/// them by their numbers. `defined` are the types of the resources that each part defines.
pub(super) fn between(
    types: &Types<'_>,
    [caller, callee]: [GuestSide; 2],
    defined: [&BTreeSet<Tag>; 2],
    callees: &[Callee<'_>],
) -> Vec<u8> {
    let mut imports = Imports::default();
    let known = Known {
        caller: imports.guest([GUEST, HANDLES], caller, Some(defined[0])),
        callee: imports.guest([CALLEE, CALLEE_HANDLES], callee, Some(defined[1])),
        text: Text::default(),
        check: None,
        strings: StringFunctions::default(),
    };
    calls(imports, known, CALLEE, types, callees, &[], caller)
}

/// The core module of functions that call those of `instance`.
fn calls(
    mut imports: Imports,
    mut known: Known,
    instance: &str,
    types: &Types<'_>,
    callees: &[Callee<'_>],
    slots: &[Option<u32>],
    caller: GuestSide,
) -> Vec<u8> {
    let slot = |position: usize| slots.get(position).copied().flatten();
    let fills = (0..callees.len()).any(|position| slot(position).is_some());
    if fills {
        let table = EntityType::Table(ANY_TABLE);
        imports.section.import(ADAPTER, APART_TABLE, table);
    }
    let mut filled = Vec::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut bodies = Vec::new();
    for callee in callees {
        let resolve = types.resolve;
        let outer = resolve.wasm_signature(AbiVariant::GuestImport, callee.function);
        let inner = resolve.wasm_signature(AbiVariant::GuestExport, callee.function);
        let call = imports.function(instance, callee.export, &inner.params, &inner.results);
        let post_return = callee
            .post_return
            .map(|name| imports.function(instance, name, &inner.results, &[]));
        let direct = callee.go_on.map(|go_on| {
            use WasmType::{I32, I64};
            DirectRead {
                read: imports.function(GUEST, direct_read::READ, &[I32; 3], &[I32]),
                go_on: imports.function(instance, go_on, &[I32; 2], &[I64]),
                gives_once: caller.gives_once,
            }
        });
        let call = Call {
            function: call,
            post_return,
            direct,
        };
        functions.function(imports.ty(val_types(&outer.params), val_types(&outer.results)));
        bodies.push((callee, outer, call));
    }
    let count = imports.functions;
    let mut functions_of_callee = callees.iter().map(|callee| callee.function);
    let mut last = count + bodies.len() as u32;
    let checks_text = known.callee.is_guest()
        && functions_of_callee.any(|function| has_strings(types.resolve, function));
    if checks_text {
        // One for each direction, after the functions.
        known.check = Some([last, last + 1]);
        last += 2;
        let ty = imports.ty(vec![ValType::I32; 2], Vec::new());
        functions.function(ty).function(ty);
    }
    known.strings.first = last;
    let mut code = CodeSection::new();
    for (index, (callee, outer, call)) in bodies.into_iter().enumerate() {
        let number = count + index as u32;
        match slot(index) {
            Some(slot) => filled.push((slot, number)),
            None => _ = exports.export(&index.to_string(), ExportKind::Func, number),
        }
        let params = val_types(&outer.params);
        let body = Body::new(types, callee.tags, &known, params);
        code.function(&write(body, &known, callee.function, &outer, call));
    }
    if checks_text {
        for side in [&known.callee, &known.caller] {
            code.function(&text::check_utf8(side.memory));
        }
    }
    let passed = known.strings.called.get();
    if passed.contains(&true) {
        let ty = imports.ty(vec![ValType::I32; 2], Vec::new());
        for (is_called, turns) in passed.into_iter().zip([false, true]) {
            functions.function(ty);
            let no_tags = FunctionTags::default();
            let mut body = Body::new(types, &no_tags, &known, vec![ValType::I32; 2]);
            if turns {
                body.turn();
            }
            match is_called {
                true => body.string_in_memory(),
                false => _ = body.code().unreachable(),
            }
            code.function(&body.finish());
        }
    }
    let names = callees.iter().filter(|_| caller.named);
    let names = names.map(|callee| callee.function.name.as_str());
    let mut module = Module::new();
    module
        .section(&imports.types)
        .section(&imports.section)
        .section(&functions)
        .section(&exports);
    if fills {
        module.section(&elements(filled));
    }
    module
        .section(&code)
        .section(&core_module::names("calls", (count..).zip(names)));
    module.finish()
}

/// Puts functions in slots of a table. Those in neighbouring slots share a segment.
fn elements(mut filled: Vec<(u32, u32)>) -> ElementSection {
    filled.sort_unstable();
    let mut elements = ElementSection::new();
    for run in filled.chunk_by(|(slot, _), (next, _)| slot + 1 == *next) {
        let offset = ConstExpr::i32_const(run[0].0 as i32);
        let functions: Vec<u32> = run.iter().map(|(_, function)| *function).collect();
        elements.active(None, &offset, Elements::Functions(functions.into()));
    }
    elements
}

/// The functions of a callee, by their indices.
struct Call {
    function: u32,
    post_return: Option<u32>,
    direct: Option<DirectRead>,
}

fn write(
    mut body: Body<'_>,
    known: &Known,
    function: &Function,
    outer: &WasmSignature,
    call: Call,
) -> wasm_encoder::Function {
    let Call {
        function: called,
        post_return,
        direct,
    } = call;
    if let Some(caller) = &known.caller.guest {
        leaving::check(&mut body.code(), caller.may_not_leave);
    }
    let results = val_types(&outer.results);
    let is_closed = known.catches();
    if is_closed {
        leaving::begin_catching(&mut body.code(), results.first().copied());
    }
    let lends = known.callee.guest.as_ref().and_then(|callee| callee.lent);
    let lent_before = lends.map(|lent| {
        let before = body.local(ValType::I32);
        body.code().global_get(lent).local_set(before);
        (lent, before)
    });
    let params: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
    let passed = outer.params.len() - usize::from(outer.retptr);
    if outer.indirect_params {
        body.params_in_memory(&params, 0);
    } else {
        body.flat_params(&params);
    }
    if direct.is_some() {
        DirectRead::begin(&mut body);
    }
    for param in 0..passed {
        body.code().local_get(param as u32);
    }
    body.code().call(called);
    if let Some((lent, before)) = lent_before {
        // What was lent for the call has to be given back when it returns.
        let mut code = body.code();
        code.global_get(lent).local_get(before).i32_ne();
        code.if_(BlockType::Empty).unreachable().end();
    }
    body.turn();
    let result = function.result.as_ref().map(|ty| {
        let returned = match outer.retptr {
            true => ValType::I32,
            false => val_type(outer.results[0]),
        };
        (ty, body.local(returned), returned)
    });
    // The callee's own is for what is called afterwards.
    let mut kept = None;
    match result {
        Some((ty, value, _)) if outer.retptr => {
            body.code().local_set(value);
            match direct {
                Some(direct) => direct.end(&mut body, ty, value, passed as u32),
                None => body.result_in_memory(ty, value, passed as u32),
            }
            kept = Some(value);
        }
        Some((ty, value, returned)) => {
            body.code().local_set(value);
            if post_return.is_some() {
                let copy = body.local(returned);
                body.code().local_get(value).local_set(copy);
                kept = Some(copy);
            }
            body.flat_result(ty, value, returned);
        }
        None => {}
    }
    if let Some(post_return) = post_return {
        // Between components, Wasmtime lets a guest leave there.
        let mut code = body.code();
        if let Some(kept) = kept {
            code.local_get(kept);
        }
        code.call(post_return);
    }
    if let Some((_, value, _)) = result.filter(|_| !outer.retptr) {
        body.code().local_get(value);
    }
    if is_closed {
        leaving::end_catching(&mut body.code());
    }
    body.finish()
}

/// Where in the module what every function may need is.
pub(super) struct Known {
    pub caller: Side,
    pub callee: Side,
    pub text: Text,
    /// The functions that check text in the memories of the callee and of the caller, where both
    /// are guests.
    pub check: Option<[u32; 2]>,
    pub strings: StringFunctions,
}

/// The functions that pass a string from one place in memory to another, one for each direction.
/// Errors have so many strings that one by one they would take most of the module.
#[derive(Default)]
pub(super) struct StringFunctions {
    first: u32,
    called: Cell<[bool; 2]>,
}

impl StringFunctions {
    /// The function that passes strings to the callee, or that for strings from it.
    pub fn for_callee(&self, is_for_callee: bool) -> u32 {
        let mut called = self.called.get();
        called[usize::from(!is_for_callee)] = true;
        self.called.set(called);
        self.first + u32::from(!is_for_callee)
    }
}

/// One of the two that values pass between.
pub(super) struct Side {
    /// The index of its memory.
    pub memory: u32,
    /// The index of the function that allocates in it.
    pub realloc: u32,
    pub encoding: Encoding,
    /// What the adapter has none of.
    pub guest: Option<Guest>,
}

/// What keeps a guest's handles, and the rules of its component.
pub(super) struct Guest {
    pub borrow: u32,
    pub take: u32,
    pub give: u32,
    pub lend: u32,
    /// The index of the global that says how much is lent to it, if anything may be.
    pub lent: Option<u32>,
    /// The types of the resources that it defines.
    pub defines: BTreeSet<Tag>,
    pub may_not_leave: u32,
    pub throws: bool,
}

impl Known {
    /// Whether exceptions have to be caught: none passes from one part of a guest to another.
    fn catches(&self) -> bool {
        let throws = |side: &Side| side.guest.as_ref().is_some_and(|guest| guest.throws);
        self.callee.is_guest() && (throws(&self.caller) || throws(&self.callee))
    }
}

impl Side {
    pub fn is_guest(&self) -> bool {
        self.guest.is_some()
    }
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
pub(super) use crate::adapter::REALLOC as ADAPTER_REALLOC;
pub(super) const ADAPTER_MEMORY: &str = "memory";

#[derive(Default)]
struct Imports {
    types: TypeSection,
    type_indexes: BTreeMap<String, u32>,
    section: ImportSection,
    functions: u32,
    globals: u32,
    memories: u32,
    by_name: BTreeMap<[String; 2], u32>,
}

impl Imports {
    /// Imports what is needed of a guest, from the instances with its functions and its handles. Of
    /// several parts, each defines some resources.
    fn guest(
        &mut self,
        [guest, handles]: [&str; 2],
        side: GuestSide,
        defined: Option<&BTreeSet<Tag>>,
    ) -> Side {
        use WasmType::I32;
        let flag = self.global(handles, handles::MAY_NOT_LEAVE);
        let mut handle = |name| self.function(handles, name, &[I32, I32], &[I32]);
        let (borrow, take, give) = (
            handle(handles::BORROW),
            handle(handles::TAKE),
            handle(handles::GIVE),
        );
        let lend = defined.map(|_| handle(handles::LEND));
        let lent = defined.map(|_| self.global(handles, handles::LENT));
        let memory = match side.memory {
            true => self.memory(guest, MEMORY),
            false => u32::MAX,
        };
        let realloc = match side.memory && side.realloc {
            true => self.function(guest, REALLOC, &[I32; 4], &[I32]),
            false => u32::MAX,
        };
        Side {
            memory,
            realloc,
            encoding: side.encoding,
            guest: Some(Guest {
                borrow,
                take,
                give,
                lend: lend.unwrap_or(u32::MAX),
                lent,
                defines: defined.cloned().unwrap_or_default(),
                may_not_leave: flag,
                throws: side.throws,
            }),
        }
    }

    /// Imports what is needed of the adapter, where there is a memory to copy from and to.
    fn adapter(&mut self, copies: bool) -> Side {
        use WasmType::I32;
        let (memory, realloc) = match copies {
            true => (
                self.memory(ADAPTER, ADAPTER_MEMORY),
                self.function(ADAPTER, ADAPTER_REALLOC, &[I32; 4], &[I32]),
            ),
            false => (u32::MAX, u32::MAX),
        };
        Side {
            memory,
            realloc,
            encoding: Encoding::Utf8,
            guest: None,
        }
    }

    /// Imports the adapter's functions for the strings of a caller.
    fn text(&mut self, caller: GuestSide, strings: Strings) -> Text {
        use WasmType::{I32, I64};
        let mut text = Text::default();
        if !caller.memory {
            return text;
        }
        for name in strings.exports(caller.encoding) {
            let (slot, results): (&mut u32, &[WasmType]) = match name {
                CHECK_UTF8 => (&mut text.check, &[]),
                FREE => (&mut text.free, &[]),
                FROM_UTF16 | FROM_COMPACT => (&mut text.to_utf8, &[I64]),
                _ => (&mut text.from_utf8, &[I64]),
            };
            *slot = self.function(ADAPTER, name, &[I32; 2], results);
        }
        text
    }

    fn global(&mut self, module: &str, name: &str) -> u32 {
        let global = EntityType::Global(core_module::MUTABLE_I32);
        self.section.import(module, name, global);
        self.globals += 1;
        self.globals - 1
    }

    fn memory(&mut self, module: &str, name: &str) -> u32 {
        let memory = EntityType::Memory(core_module::MEMORY);
        self.section.import(module, name, memory);
        self.memories += 1;
        self.memories - 1
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
        let key = [module.to_string(), name.to_string()];
        if let Some(index) = self.by_name.get(&key) {
            return *index;
        }
        let ty = self.ty(val_types(params), val_types(results));
        self.section.import(module, name, EntityType::Function(ty));
        self.by_name.insert(key, self.functions);
        self.functions += 1;
        self.functions - 1
    }
}

/// What tells the adapter whether the guest's tasks may wait, and says what held until then. See
/// `adapter/src/canon/task.rs`.
pub(super) const LET_WAIT: &str = "wasi-uplift:task/let-wait";

/// The core module of what is done after the guest is instantiated, if it has functions that may wait
/// and that nothing is around: its tasks may.
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
