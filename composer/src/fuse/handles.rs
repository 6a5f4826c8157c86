//! The core module that keeps the guest's handles of the adapter's resources.
//!
//! Between components the host keeps a table of handles for each of them, and checks every use.
//! Where guest and adapter are one component there is no host between them, so this does it, for
//! the guest: what the adapter itself has needs no table, see `adapter/src/canon/own.rs`. The
//! numbers are those that a host would give. What WASI 0.2 answers with a trap traps here too: a
//! handle that is unknown, of another type, dropped, or given away.
//!
//! The table lies in the adapter's memory, which the guest can't reach. An entry has two words: the
//! tag, which says of what type the resource is in the guest, and the representation. A free
//! entry's tag is 0, and its second word is the next free handle.

use super::glue::{ADAPTER, ADAPTER_MEMORY, ADAPTER_REALLOC, LET_WAIT};
use super::leaving;
use crate::core_module::{self, Header, MEMORY};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, InstructionSink, MemArg, Module, StartSection, ValType,
};

/// The global that is not 0 while the guest may call nothing, see [`leaving`].
pub(super) const MAY_NOT_LEAVE: &str = "may-not-leave";
/// `func(handle, tag) -> representation`: the guest lends.
pub(super) const BORROW: &str = "borrow";
/// `func(handle, tag) -> representation`: the guest gives away.
pub(super) const TAKE: &str = "take";
/// `func(representation, tag) -> handle`: the guest is given something.
pub(super) const GIVE: &str = "give";

/// A type of resources in the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tag(u32);

impl Tag {
    /// The tag of the type at a position in the list of all.
    pub fn at(position: usize) -> Self {
        Tag(position as u32 + 1)
    }

    /// What stands in an entry.
    pub fn value(self) -> i32 {
        self.0 as i32
    }

    /// What the module exports the guest's `resource.drop` as.
    pub fn discard(self) -> String {
        format!("discard{}", self.0)
    }
}

const FREE_ENTRY: i32 = 0;
const ENTRY_SHIFT: i32 = 3;
const ENTRY_ALIGN: i32 = 4;
const FIRST_CAPACITY: i32 = 16;

const TAG: MemArg = word(0);
const REP: MemArg = word(1);
const NEXT: MemArg = REP;

const fn word(index: u64) -> MemArg {
    MemArg {
        offset: index * 4,
        align: 2,
        memory_index: 0,
    }
}

mod global {
    pub const MAY_NOT_LEAVE: u32 = 0;
    /// The address of the table.
    pub const TABLE: u32 = 1;
    /// How many entries there is room for.
    pub const CAPACITY: u32 = 2;
    /// The first handle that was never used, or 0 as long as there is no table.
    pub const FRESH: u32 = 3;
    /// The handle that became free last, or 0.
    pub const FREE: u32 = 4;
    pub const COUNT: usize = 5;
}

/// The module, for the types of the guest's resources, given by what the adapter exports their
/// destructors as. If the guest may wait, the adapter is told that it can't while it is
/// instantiated.
pub(super) fn module(destructors: &[&str], waits: bool) -> Vec<u8> {
    use ValType::I32;
    let mut header = Header::default();
    let memory = EntityType::Memory(MEMORY);
    header.imports.import(ADAPTER, ADAPTER_MEMORY, memory);
    let realloc = header.import(ADAPTER, ADAPTER_REALLOC, &[I32; 4], &[I32]);
    let mut imported: Vec<(&str, u32)> = Vec::new();
    for destructor in destructors {
        if !imported.iter().any(|(name, _)| name == destructor) {
            let index = header.import(ADAPTER, destructor, &[I32], &[]);
            imported.push((destructor, index));
        }
    }
    let let_wait = waits.then(|| header.import(ADAPTER, LET_WAIT, &[I32], &[I32]));

    let first = header.functions;
    let (binary, action) = (header.ty(&[I32, I32], &[I32]), header.ty(&[I32], &[]));
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let mut define = |ty: u32, name: Option<&str>, function: Function| {
        let index = first + functions.len();
        if let Some(name) = name {
            exports.export(name, ExportKind::Func, index);
        }
        functions.function(ty);
        code.function(&function);
        index
    };
    let find = define(binary, None, find());
    define(binary, Some(BORROW), borrow(find));
    let take = define(binary, Some(TAKE), take(find));
    define(binary, Some(GIVE), give(realloc));
    for (position, destructor) in destructors.iter().enumerate() {
        let tag = Tag::at(position);
        let imported = imported.iter().find(|(name, _)| name == destructor);
        let destructor = imported.map_or(0, |(_, index)| *index);
        define(action, Some(&tag.discard()), discard(tag, take, destructor));
    }
    let start = let_wait.map(|let_wait| {
        let mut start = Function::new([]);
        let mut body = start.instructions();
        body.i32_const(0).call(let_wait).drop().end();
        define(header.ty(&[], &[]), None, start)
    });
    exports.export(MAY_NOT_LEAVE, ExportKind::Global, global::MAY_NOT_LEAVE);

    // Each is a word, as the flag is.
    let mut globals = GlobalSection::new();
    for _ in 0..global::COUNT {
        globals.global(leaving::FLAG, &ConstExpr::i32_const(0));
    }
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&globals)
        .section(&exports);
    if let Some(function_index) = start {
        module.section(&StartSection { function_index });
    }
    let names = [
        (find, "find"),
        (find + 1, BORROW),
        (take, TAKE),
        (take + 1, GIVE),
    ];
    let names = core_module::names("handles", names.into_iter());
    module.section(&code).section(&names);
    module.finish()
}

/// `find(handle, tag) -> entry`, which traps if there is none.
fn find() -> Function {
    const HANDLE: u32 = 0;
    const ITS_TAG: u32 = 1;
    const ENTRY: u32 = 2;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut body = function.instructions();
    body.local_get(HANDLE)
        .global_get(global::FRESH)
        .i32_ge_u()
        .if_(BlockType::Empty)
        .unreachable()
        .end();
    entry_of(&mut body, HANDLE)
        .local_tee(ENTRY)
        .i32_load(TAG)
        .local_get(ITS_TAG)
        .i32_ne()
        .if_(BlockType::Empty)
        .unreachable()
        .end()
        .local_get(ENTRY)
        .end();
    function
}

/// `borrow(handle, tag) -> representation`
fn borrow(find: u32) -> Function {
    let mut function = Function::new([]);
    function
        .instructions()
        .local_get(0)
        .local_get(1)
        .call(find)
        .i32_load(REP)
        .end();
    function
}

/// `take(handle, tag) -> representation`
fn take(find: u32) -> Function {
    const HANDLE: u32 = 0;
    const ITS_TAG: u32 = 1;
    const ENTRY: u32 = 2;
    let mut function = Function::new([(1, ValType::I32)]);
    function
        .instructions()
        .local_get(HANDLE)
        .local_get(ITS_TAG)
        .call(find)
        .local_tee(ENTRY)
        // This is returned in the end.
        .i32_load(REP)
        .local_get(ENTRY)
        .i32_const(FREE_ENTRY)
        .i32_store(TAG)
        .local_get(ENTRY)
        .global_get(global::FREE)
        .i32_store(NEXT)
        .local_get(HANDLE)
        .global_set(global::FREE)
        .end();
    function
}

/// `give(representation, tag) -> handle`
fn give(realloc: u32) -> Function {
    const REPRESENTATION: u32 = 0;
    const ITS_TAG: u32 = 1;
    const HANDLE: u32 = 2;
    const ENTRY: u32 = 3;
    const CAPACITY: u32 = 4;
    let mut function = Function::new([(3, ValType::I32)]);
    let mut body = function.instructions();
    body.global_get(global::FREE)
        .local_tee(HANDLE)
        .if_(BlockType::Empty);
    entry_of(&mut body, HANDLE)
        .local_tee(ENTRY)
        .i32_load(NEXT)
        .global_set(global::FREE)
        .else_()
        .global_get(global::FRESH)
        .global_get(global::CAPACITY)
        .i32_eq()
        .if_(BlockType::Empty)
        .global_get(global::TABLE)
        .global_get(global::CAPACITY)
        .i32_const(ENTRY_SHIFT)
        .i32_shl()
        .i32_const(ENTRY_ALIGN)
        .global_get(global::CAPACITY)
        .i32_const(1)
        .i32_shl()
        .i32_const(FIRST_CAPACITY)
        .global_get(global::CAPACITY)
        .select()
        .local_tee(CAPACITY)
        .i32_const(ENTRY_SHIFT)
        .i32_shl()
        .call(realloc)
        .global_set(global::TABLE)
        .local_get(CAPACITY)
        .global_set(global::CAPACITY)
        .end()
        .global_get(global::FRESH)
        .i32_eqz()
        .if_(BlockType::Empty)
        // No handle is 0, so that the first entry is nobody's.
        .global_get(global::TABLE)
        .i32_const(FREE_ENTRY)
        .i32_store(TAG)
        .i32_const(1)
        .global_set(global::FRESH)
        .end()
        .global_get(global::FRESH)
        .local_tee(HANDLE)
        .i32_const(1)
        .i32_add()
        .global_set(global::FRESH);
    entry_of(&mut body, HANDLE)
        .local_set(ENTRY)
        .end()
        .local_get(ENTRY)
        .local_get(REPRESENTATION)
        .i32_store(REP)
        .local_get(ENTRY)
        .local_get(ITS_TAG)
        .i32_store(TAG)
        .local_get(HANDLE)
        .end();
    function
}

/// Puts the address of a handle's entry on the stack.
fn entry_of<'b, 'c>(body: &'b mut InstructionSink<'c>, handle: u32) -> &'b mut InstructionSink<'c> {
    body.global_get(global::TABLE)
        .local_get(handle)
        .i32_const(ENTRY_SHIFT)
        .i32_shl()
        .i32_add()
}

/// `discard(handle)`
fn discard(tag: Tag, take: u32, destructor: u32) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    leaving::check(&mut body, global::MAY_NOT_LEAVE);
    body.local_get(0)
        .i32_const(tag.value())
        .call(take)
        .call(destructor)
        .end();
    function
}
