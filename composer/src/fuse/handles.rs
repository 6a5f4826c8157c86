//! The core module that keeps the guest's handles of the adapter's resources.
//!
//! Between components the host keeps a table of handles for each of them, and checks every use.
//! Where guest and adapter are one component there is no host between them, so this does it, for
//! the guest: what the adapter itself has needs no table, see `adapter/src/canon/own.rs`. The
//! numbers are those that a host would give. What WASI 0.2 answers with a trap traps here too: a
//! handle that is unknown, of another type, dropped, or given away. A guest of several parts has a
//! table for each, which also has the handles of resources that the parts define themselves.
//!
//! The table lies in the adapter's memory, which the guest can't reach. An entry has two words: the
//! tag, which says of what type the resource is in the guest, and the representation. A free
//! entry's tag is 0, and its second word is the next free handle. A part can be lent what another
//! has: a bit of the tag says so.

use super::glue::{ADAPTER, ADAPTER_MEMORY, ADAPTER_REALLOC};
use super::leaving;
use crate::component::Sort;
use crate::core_module::{self, Header, MEMORY, MUTABLE_I32};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, InstructionSink, MemArg, Module, ValType,
};

/// The global that is not 0 while the guest may call nothing, see [`leaving`].
pub(super) const MAY_NOT_LEAVE: &str = "may-not-leave";
/// `func(handle, tag) -> representation`: the guest lends.
pub(super) const BORROW: &str = "borrow";
/// `func(handle, tag) -> representation`: the guest gives away.
pub(super) const TAKE: &str = "take";
/// `func(representation, tag) -> handle`: the guest is given something.
pub(super) const GIVE: &str = "give";

/// `func(representation, tag) -> handle`: the guest is lent something, for a call of it.
pub(super) const LEND: &str = "lend";
/// The global that says how much is lent to the guest.
pub(super) const LENT: &str = "lent";
/// `func(handle, tag) -> (owned, representation)`: the guest drops a handle, of something that is
/// its own or lent to it.
pub(super) const RELEASE: &str = "release";

/// A type of resources in the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tag(u32);

impl Tag {
    /// The tag of the type at a position in the list of all.
    pub fn at(position: usize) -> Self {
        Tag(position as u32 + 1)
    }

    /// The position of the type in the list of all.
    pub fn place(self) -> usize {
        self.0 as usize - 1
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
/// Marks the tag of what is lent.
const LENT_MARK: i32 = i32::MIN;
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
    /// How much is lent.
    pub const LENT: u32 = 5;
    /// The number of those that there always are.
    pub const COUNT: u32 = LENT;
}

/// What a table of handles is for.
#[derive(Debug, Default)]
pub(super) struct Table<'a> {
    /// The types whose handles the guest drops, with what the adapter exports their destructors as.
    pub dropped: Vec<(Tag, &'a str)>,
    /// Whether it is that of a part of the guest, to which others can lend.
    pub lends: bool,
    /// Whether the functions have names, for backtraces.
    pub named: bool,
}

/// What others than the guest itself import of the module.
pub(super) fn exports(table: &Table<'_>) -> Vec<(Sort, &'static str)> {
    let mut exports = vec![
        (Sort::CoreGlobal, MAY_NOT_LEAVE),
        (Sort::CoreFunc, BORROW),
        (Sort::CoreFunc, TAKE),
        (Sort::CoreFunc, GIVE),
    ];
    if table.lends {
        exports.extend([
            (Sort::CoreFunc, LEND),
            (Sort::CoreGlobal, LENT),
            (Sort::CoreFunc, RELEASE),
        ]);
    }
    exports
}

/// The module.
pub(super) fn module(table: &Table<'_>) -> Vec<u8> {
    use ValType::I32;
    let mut header = Header::default();
    let memory = EntityType::Memory(MEMORY);
    header.imports.import(ADAPTER, ADAPTER_MEMORY, memory);
    let realloc = header.import(ADAPTER, ADAPTER_REALLOC, &[I32; 4], &[I32]);
    let mut imported: Vec<(&str, u32)> = Vec::new();
    for (_, destructor) in &table.dropped {
        if !imported.iter().any(|(name, _)| name == destructor) {
            let index = header.import(ADAPTER, destructor, &[I32], &[]);
            imported.push((destructor, index));
        }
    }

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
    let find_own = define(binary, None, find(false));
    let find_any = match table.lends {
        true => define(binary, None, find(true)),
        false => find_own,
    };
    let borrow = define(binary, Some(BORROW), borrow(find_any));
    let take = define(binary, Some(TAKE), take(find_own));
    let give = define(binary, Some(GIVE), give(realloc));
    let release = table.lends.then(|| {
        define(binary, Some(LEND), lend(give));
        let ty = header.ty(&[I32, I32], &[I32, I32]);
        define(ty, Some(RELEASE), release(take))
    });
    for (tag, destructor) in &table.dropped {
        let imported = imported.iter().find(|(name, _)| name == destructor);
        let destructor = imported.map_or(0, |(_, index)| *index);
        let discard = match release {
            Some(release) => discard_lent(*tag, release, destructor),
            None => discard(*tag, take, destructor),
        };
        define(action, Some(&tag.discard()), discard);
    }
    exports.export(MAY_NOT_LEAVE, ExportKind::Global, global::MAY_NOT_LEAVE);

    // Each is a word, as the flag is.
    let mut globals = GlobalSection::new();
    for _ in 0..global::COUNT {
        globals.global(MUTABLE_I32, &ConstExpr::i32_const(0));
    }
    if table.lends {
        globals.global(MUTABLE_I32, &ConstExpr::i32_const(0));
        exports.export(LENT, ExportKind::Global, global::LENT);
    }
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&globals)
        .section(&exports);
    let names = [
        (find_own, "find"),
        (borrow, BORROW),
        (take, TAKE),
        (give, GIVE),
    ];
    let of_parts = release.map(|release| {
        [
            (find_any, "find-lent"),
            (release - 1, LEND),
            (release, RELEASE),
        ]
    });
    let all = names.into_iter().chain(of_parts.into_iter().flatten());
    let mut names: Vec<_> = all.filter(|_| table.named).collect();
    names.sort_unstable();
    let names = core_module::names("handles", names.into_iter());
    module.section(&code).section(&names);
    module.finish()
}

/// Traps if a number was never that of a handle.
fn check_handle(body: &mut InstructionSink<'_>, handle: u32) {
    body.local_get(handle)
        .global_get(global::FRESH)
        .i32_ge_u()
        .if_(BlockType::Empty)
        .unreachable()
        .end();
}

/// `find(handle, tag) -> entry`, which traps if there is none. What is lent to the guest is found if
/// `finds_lent`.
fn find(finds_lent: bool) -> Function {
    const HANDLE: u32 = 0;
    const ITS_TAG: u32 = 1;
    const ENTRY: u32 = 2;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut body = function.instructions();
    check_handle(&mut body, HANDLE);
    entry_of(&mut body, HANDLE).local_tee(ENTRY).i32_load(TAG);
    if finds_lent {
        body.i32_const(!LENT_MARK).i32_and();
    }
    body.local_get(ITS_TAG)
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

/// `lend(representation, tag) -> handle`
fn lend(give: u32) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    count_lent(&mut body, 1);
    body.local_get(0)
        .local_get(1)
        .i32_const(LENT_MARK)
        .i32_or()
        .call(give)
        .end();
    function
}

/// `release(handle, tag) -> (owned, representation)`
fn release(take: u32) -> Function {
    const HANDLE: u32 = 0;
    const ITS_TAG: u32 = 1;
    const IS_LENT: u32 = 2;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut body = function.instructions();
    check_handle(&mut body, HANDLE);
    entry_of(&mut body, HANDLE)
        .i32_load(TAG)
        .i32_const(LENT_MARK)
        .i32_and()
        .local_tee(IS_LENT)
        .if_(BlockType::Empty);
    count_lent(&mut body, -1);
    body.end()
        .local_get(IS_LENT)
        .i32_eqz()
        .local_get(HANDLE)
        .local_get(ITS_TAG)
        .local_get(IS_LENT)
        .i32_or()
        .call(take)
        .end();
    function
}

fn count_lent(body: &mut InstructionSink<'_>, by: i32) {
    body.global_get(global::LENT)
        .i32_const(by)
        .i32_add()
        .global_set(global::LENT);
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

/// The same where the handle may be of something that is lent to the guest.
fn discard_lent(tag: Tag, release: u32, destructor: u32) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    leaving::check(&mut body, global::MAY_NOT_LEAVE);
    release_into(&mut body, 0, tag, release, Some(destructor));
    body.end();
    function
}

/// Drops a handle, which is in a local that nothing else needs, and calls the destructor, if there
/// is one, of what was the guest's own.
pub(super) fn release_into(
    body: &mut InstructionSink<'_>,
    handle: u32,
    tag: Tag,
    release: u32,
    destructor: Option<u32>,
) {
    body.local_get(handle).i32_const(tag.value()).call(release);
    match destructor {
        Some(destructor) => body
            .local_set(handle)
            .if_(BlockType::Empty)
            .local_get(handle)
            .call(destructor)
            .end(),
        None => body.drop().drop(),
    };
}
