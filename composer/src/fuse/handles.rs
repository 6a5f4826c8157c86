//! The core module that keeps the handles of the adapter's resources.
//!
//! Between components the host keeps a table of handles for each of them, and checks every use.
//! Where guest and adapter are one component there is no host between them, so this does it: one
//! table, in a memory of its own that neither of them can write to. It holds what either side owns,
//! and a handle says nothing about which: an entry does. What WASI 0.2 answers with a trap traps
//! here too: a handle that is unknown, of another type, dropped, or given away.
//!
//! An entry has four words: the handle, the type and the owner, the representation (or the next
//! free entry), and how often the place has been used. The last is part of the handle, so that a
//! handle that was dropped isn't mistaken for a new one in its place.

use crate::adapter::handles::BuiltIn;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, MemArg, MemorySection, MemoryType, Module, RefType, TableSection,
    TableType, TypeSection, ValType,
};

/// The table of destructors, with one slot for each resource.
pub(super) const DESTRUCTORS: &str = "destructors";
/// The global that is not 0 while the guest allocates for a result, when it may call nothing.
pub(super) const MAY_NOT_LEAVE: &str = "may-not-leave";
/// `func(handle, guest's tag) -> representation`: the guest lends.
pub(super) const BORROW: &str = "borrow";
/// `func(handle, guest's tag)`: the guest gives away.
pub(super) const TAKE: &str = "take";
/// `func(handle)`: the adapter gives to the guest.
pub(super) const GIVE: &str = "give";

/// What this module exports the guest's `resource.drop` as.
pub(super) fn discard(resource: u32) -> String {
    format!("discard{resource}")
}

/// What stands in the entry of a handle that the guest owns.
pub(super) fn guests(resource: u32) -> i32 {
    adapters(resource) | GUEST
}

/// What stands in the entry of a handle that the adapter owns. Never 0, which is a free entry's.
fn adapters(resource: u32) -> i32 {
    (resource as i32 + 1) << 1
}

const GUEST: i32 = 1;

/// A handle has 28 bits at most: 22 for the place, 6 for how often it was used.
const PLACE_BITS: i32 = 22;
const PLACES: i32 = 1 << PLACE_BITS;
const USES: i32 = 1 << 6;

const ENTRY_SHIFT: i32 = 4;
const PAGE_SHIFT: i32 = 16;

const HANDLE: MemArg = word(0);
const TAG: MemArg = word(1);
const REP: MemArg = word(2);
const NEXT: MemArg = REP;
const USED: MemArg = word(3);

const fn word(index: u64) -> MemArg {
    MemArg {
        offset: index * 4,
        align: 2,
        memory_index: 0,
    }
}

mod global {
    pub const MAY_NOT_LEAVE: u32 = 0;
    /// The first place that was never used.
    pub const FRESH: u32 = 1;
    /// The first of the free places, or 0.
    pub const FREE: u32 = 2;
}

mod ty {
    pub const UNARY: u32 = 0;
    pub const BINARY: u32 = 1;
    pub const ACTION: u32 = 2;
    pub const BINARY_ACTION: u32 = 3;
}

mod func {
    pub const INSERT: u32 = 0;
    pub const FIND: u32 = 1;
    pub const BORROW: u32 = 2;
    pub const REMOVE: u32 = 3;
    pub const TAKE: u32 = 4;
    pub const GIVE: u32 = 5;
    pub const FIRST_OF_RESOURCES: u32 = 6;
}

/// The module, for so many resources.
pub(super) fn module(resources: u32) -> Vec<u8> {
    use ValType::I32;
    let mut types = TypeSection::new();
    types.ty().function([I32], [I32]);
    types.ty().function([I32, I32], [I32]);
    types.ty().function([I32], []);
    types.ty().function([I32, I32], []);

    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let mut define = |ty: u32, function: Function| {
        functions.function(ty);
        code.function(&function);
    };
    define(ty::BINARY, insert());
    define(ty::BINARY, find());
    define(ty::BINARY, borrow());
    define(ty::BINARY, remove());
    define(ty::BINARY_ACTION, take());
    define(ty::ACTION, give());

    let mut exports = ExportSection::new();
    exports.export(DESTRUCTORS, ExportKind::Table, 0);
    exports.export(MAY_NOT_LEAVE, ExportKind::Global, global::MAY_NOT_LEAVE);
    exports.export(BORROW, ExportKind::Func, func::BORROW);
    exports.export(TAKE, ExportKind::Func, func::TAKE);
    exports.export(GIVE, ExportKind::Func, func::GIVE);
    for resource in 0..resources {
        let first = func::FIRST_OF_RESOURCES + resource * 4;
        let tag = adapters(resource);
        define(ty::UNARY, new(tag));
        exports.export(
            &BuiltIn::New.function(resource as usize),
            ExportKind::Func,
            first,
        );
        define(ty::UNARY, rep(tag));
        exports.export(
            &BuiltIn::Rep.function(resource as usize),
            ExportKind::Func,
            first + 1,
        );
        define(ty::ACTION, drop(tag, resource, false));
        exports.export(
            &BuiltIn::Drop.function(resource as usize),
            ExportKind::Func,
            first + 2,
        );
        define(ty::ACTION, drop(guests(resource), resource, true));
        exports.export(&discard(resource), ExportKind::Func, first + 3);
    }

    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: resources.into(),
        maximum: Some(resources.into()),
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    // A handle is never 0.
    for first in [0, 1, 0] {
        let ty = GlobalType {
            val_type: I32,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &ConstExpr::i32_const(first));
    }
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&tables)
        .section(&memories)
        .section(&globals)
        .section(&exports)
        .section(&code);
    module.finish()
}

/// `insert(representation, tag) -> handle`
fn insert() -> Function {
    const REPRESENTATION: u32 = 0;
    const ITS_TAG: u32 = 1;
    const PLACE: u32 = 2;
    const ENTRY: u32 = 3;
    let mut function = Function::new([(2, ValType::I32)]);
    function
        .instructions()
        .global_get(global::FREE)
        .local_tee(PLACE)
        .if_(BlockType::Empty)
        .local_get(PLACE)
        .i32_const(ENTRY_SHIFT)
        .i32_shl()
        .local_tee(ENTRY)
        .i32_load(NEXT)
        .global_set(global::FREE)
        .else_()
        .global_get(global::FRESH)
        .local_tee(PLACE)
        .i32_const(PLACES)
        .i32_ge_u()
        .if_(BlockType::Empty)
        .unreachable()
        .end()
        .local_get(PLACE)
        .i32_const(1)
        .i32_add()
        .global_set(global::FRESH)
        .local_get(PLACE)
        .i32_const(ENTRY_SHIFT)
        .i32_shl()
        .local_tee(ENTRY)
        .memory_size(0)
        .i32_const(PAGE_SHIFT)
        .i32_shl()
        .i32_ge_u()
        .if_(BlockType::Empty)
        .i32_const(1)
        .memory_grow(0)
        .i32_const(0)
        .i32_lt_s()
        .if_(BlockType::Empty)
        .unreachable()
        .end()
        .end()
        .end()
        .local_get(ENTRY)
        .local_get(REPRESENTATION)
        .i32_store(REP)
        .local_get(ENTRY)
        .local_get(ITS_TAG)
        .i32_store(TAG)
        .local_get(ENTRY)
        .local_get(ENTRY)
        .i32_load(USED)
        .i32_const(PLACE_BITS)
        .i32_shl()
        .local_get(PLACE)
        .i32_or()
        .local_tee(PLACE)
        .i32_store(HANDLE)
        .local_get(PLACE)
        .end();
    function
}

/// `find(handle, tag) -> entry`, which traps if there is none. One far out lies beyond the memory.
fn find() -> Function {
    const ITS_HANDLE: u32 = 0;
    const ITS_TAG: u32 = 1;
    const ENTRY: u32 = 2;
    let mut function = Function::new([(1, ValType::I32)]);
    function
        .instructions()
        .local_get(ITS_HANDLE)
        .i32_const(PLACES - 1)
        .i32_and()
        .i32_const(ENTRY_SHIFT)
        .i32_shl()
        .local_tee(ENTRY)
        .i32_load(HANDLE)
        .local_get(ITS_HANDLE)
        .i32_ne()
        .local_get(ENTRY)
        .i32_load(TAG)
        .local_get(ITS_TAG)
        .i32_ne()
        .i32_or()
        .if_(BlockType::Empty)
        .unreachable()
        .end()
        .local_get(ENTRY)
        .end();
    function
}

/// `borrow(handle, tag) -> representation`
fn borrow() -> Function {
    let mut function = Function::new([]);
    function
        .instructions()
        .local_get(0)
        .local_get(1)
        .call(func::FIND)
        .i32_load(REP)
        .end();
    function
}

/// `remove(handle, tag) -> representation`
fn remove() -> Function {
    const ITS_HANDLE: u32 = 0;
    const ENTRY: u32 = 2;
    const REPRESENTATION: u32 = 3;
    let mut function = Function::new([(2, ValType::I32)]);
    function
        .instructions()
        .local_get(0)
        .local_get(1)
        .call(func::FIND)
        .local_tee(ENTRY)
        .i32_load(REP)
        .local_set(REPRESENTATION)
        .local_get(ENTRY)
        .i32_const(0)
        .i32_store(HANDLE)
        .local_get(ENTRY)
        .i32_const(0)
        .i32_store(TAG)
        .local_get(ENTRY)
        .global_get(global::FREE)
        .i32_store(NEXT)
        .local_get(ENTRY)
        .local_get(ENTRY)
        .i32_load(USED)
        .i32_const(1)
        .i32_add()
        .i32_const(USES - 1)
        .i32_and()
        .i32_store(USED)
        .local_get(ITS_HANDLE)
        .i32_const(PLACES - 1)
        .i32_and()
        .global_set(global::FREE)
        .local_get(REPRESENTATION)
        .end();
    function
}

/// `take(handle, guest's tag)`
fn take() -> Function {
    let mut function = Function::new([]);
    function
        .instructions()
        .local_get(0)
        .local_get(1)
        .call(func::FIND)
        .local_get(1)
        .i32_const(!GUEST)
        .i32_and()
        .i32_store(TAG)
        .end();
    function
}

/// `give(handle)`, of which the adapter has just made sure.
fn give() -> Function {
    const ENTRY: u32 = 1;
    let mut function = Function::new([(1, ValType::I32)]);
    function
        .instructions()
        .local_get(0)
        .i32_const(PLACES - 1)
        .i32_and()
        .i32_const(ENTRY_SHIFT)
        .i32_shl()
        .local_tee(ENTRY)
        .local_get(ENTRY)
        .i32_load(TAG)
        .i32_const(GUEST)
        .i32_or()
        .i32_store(TAG)
        .end();
    function
}

fn new(tag: i32) -> Function {
    let mut function = Function::new([]);
    function
        .instructions()
        .local_get(0)
        .i32_const(tag)
        .call(func::INSERT)
        .end();
    function
}

fn rep(tag: i32) -> Function {
    let mut function = Function::new([]);
    function
        .instructions()
        .local_get(0)
        .i32_const(tag)
        .call(func::BORROW)
        .end();
    function
}

fn drop(tag: i32, resource: u32, by_guest: bool) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    if by_guest {
        body.global_get(global::MAY_NOT_LEAVE)
            .if_(BlockType::Empty)
            .unreachable()
            .end();
    }
    body.local_get(0)
        .i32_const(tag)
        .call(func::REMOVE)
        .i32_const(resource as i32)
        .call_indirect(0, ty::ACTION)
        .end();
    function
}
