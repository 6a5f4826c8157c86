//! What becomes of one value between the guest's memory and the adapter's.
//!
//! What comes from the guest is not trusted: everything is checked that the canonical ABI checks
//! when it lifts a value, and trapped where it traps. Memory is copied as it is first; then the
//! copy is gone through for what has to be checked or isn't the same on both sides. The adapter's
//! values are known to be right. They are copied as they are too, and gone through for what lies
//! elsewhere. A type without any such part costs nothing but the copy.

use super::glue::{Caller, Known, Types};
use super::handles::Tag;
use super::leaving::Closed;
use super::removed::Encoding;
use super::tags::FunctionTags;
use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};
use wit_parser::abi::{FlatTypes, WasmType};
use wit_parser::{FlagsRepr, Handle, Int, Type, TypeDefKind};

/// Marks the length of a string that is UTF-16 where it could be Latin-1.
pub(super) const UTF16_TAG: u32 = 1 << 31;

/// A result of up to so many bytes is copied by loads and stores: `memory.copy` is a call.
const SHORT: u32 = 64;

/// A flat value: the local that it is in, and the type of that, which may be wider than the value's
/// own where a variant's cases share it.
#[derive(Clone, Copy)]
struct Slot {
    local: u32,
    ty: ValType,
}

/// A place in a memory.
#[derive(Clone, Copy)]
struct At {
    base: u32,
    offset: u32,
}

impl At {
    fn plus(self, offset: u32) -> At {
        At {
            base: self.base,
            offset: self.offset + offset,
        }
    }
}

/// A function in the making.
pub(super) struct Body<'a> {
    types: &'a Types<'a>,
    caller: Caller,
    tags: &'a FunctionTags,
    pub known: &'a Known,
    params: Vec<ValType>,
    locals: Vec<ValType>,
    code: Vec<u8>,
}

/// The types that a type is made of.
pub(super) fn parts(kind: &TypeDefKind) -> Vec<Type> {
    match kind {
        TypeDefKind::Type(ty) | TypeDefKind::Option(ty) | TypeDefKind::List(ty) => vec![*ty],
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        _ => Vec::new(),
    }
}

/// What the cases of a variant carry, if this is one.
fn cases(kind: &TypeDefKind) -> Option<(Int, Vec<Option<Type>>)> {
    match kind {
        TypeDefKind::Variant(variant) => Some((
            variant.tag(),
            variant.cases.iter().map(|case| case.ty).collect(),
        )),
        TypeDefKind::Enum(enumeration) => {
            Some((enumeration.tag(), vec![None; enumeration.cases.len()]))
        }
        TypeDefKind::Option(ty) => Some((Int::U8, vec![None, Some(*ty)])),
        TypeDefKind::Result(result) => Some((Int::U8, vec![result.ok, result.err])),
        _ => None,
    }
}

/// The fields of a record or tuple.
fn fields(kind: &TypeDefKind) -> Option<Vec<Type>> {
    matches!(kind, TypeDefKind::Record(_) | TypeDefKind::Tuple(_)).then(|| parts(kind))
}

/// The types that WASI 0.2 has none of.
pub(super) fn is_bridged(kind: &TypeDefKind) -> bool {
    matches!(
        kind,
        TypeDefKind::Type(_)
            | TypeDefKind::Option(_)
            | TypeDefKind::List(_)
            | TypeDefKind::Record(_)
            | TypeDefKind::Tuple(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Result(_)
            | TypeDefKind::Handle(_)
            | TypeDefKind::Resource
    )
}

impl<'a> Body<'a> {
    pub fn new(
        types: &'a Types<'a>,
        caller: Caller,
        tags: &'a FunctionTags,
        known: &'a Known,
        params: Vec<ValType>,
    ) -> Self {
        Body {
            types,
            caller,
            tags,
            known,
            params,
            locals: Vec::new(),
            code: Vec::new(),
        }
    }

    pub fn code(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.code)
    }

    pub fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        (self.params.len() + self.locals.len() - 1) as u32
    }

    pub fn finish(mut self) -> Function {
        self.code().end();
        let mut function = Function::new_with_locals_types(self.locals);
        function.raw(self.code);
        function
    }

    /// Traps if what is on the stack isn't 0.
    fn trap_if(&mut self) {
        self.code().if_(BlockType::Empty).unreachable().end();
    }

    fn kind(&self, ty: &Type) -> Option<TypeDefKind> {
        match self.types.peel(*ty) {
            Type::Id(id) => Some(self.types.resolve.types[id].kind.clone()),
            _ => None,
        }
    }

    fn flat_types(&self, ty: &Type) -> Vec<WasmType> {
        // More than fit are passed in memory, and don't get here.
        let mut storage = [WasmType::I32; 32];
        let mut flat = FlatTypes::new(&mut storage);
        self.types.resolve.push_flat(ty, &mut flat);
        flat.to_vec()
    }

    // From the guest: flat.

    /// Makes the adapter's arguments of what the guest has passed, in the same locals.
    pub fn params_from_flat(&mut self, params: &[Type]) {
        let mut first = 0;
        for ty in params {
            let count = self.flat_types(ty).len();
            let slots: Vec<Slot> = (first..first + count)
                .map(|index| Slot {
                    local: index as u32,
                    ty: self.params[index],
                })
                .collect();
            self.flat_in(ty, &slots);
            first += count;
        }
    }

    /// Does something to a slot as if it were of the value's own type.
    fn narrowed(&mut self, slot: Slot, ty: ValType, with: impl FnOnce(&mut Self, u32)) {
        use ValType::{F32, F64, I32, I64};
        if slot.ty == ty {
            with(self, slot.local);
            return;
        }
        let narrow = self.local(ty);
        let mut code = self.code();
        code.local_get(slot.local);
        match (slot.ty, ty) {
            (I64, I32) => code.i32_wrap_i64(),
            (I32, F32) => code.f32_reinterpret_i32(),
            (I64, F32) => code.i32_wrap_i64().f32_reinterpret_i32(),
            (I64, F64) => code.f64_reinterpret_i64(),
            other => unreachable!("{other:?} are never joined"),
        };
        code.local_set(narrow);
        with(self, narrow);
        let mut code = self.code();
        code.local_get(narrow);
        match (ty, slot.ty) {
            (I32, I64) => code.i64_extend_i32_u(),
            (F32, I32) => code.i32_reinterpret_f32(),
            (F32, I64) => code.i32_reinterpret_f32().i64_extend_i32_u(),
            (F64, I64) => code.i64_reinterpret_f64(),
            other => unreachable!("{other:?} are never joined"),
        };
        code.local_set(slot.local);
    }

    fn flat_in(&mut self, ty: &Type, slots: &[Slot]) {
        if !self.is_checked(ty) {
            return;
        }
        match self.types.peel(*ty) {
            Type::String => self.pair(slots, |body, start, len| body.string_in(start, len)),
            Type::Id(id) => {
                let kind = &self.types.resolve.types[id].kind;
                if let Some(fields) = fields(kind) {
                    let mut rest = slots;
                    for field in fields {
                        let (own, others) = rest.split_at(self.flat_types(&field).len());
                        self.flat_in(&field, own);
                        rest = others;
                    }
                } else if let Some((_, cases)) = cases(kind) {
                    self.narrowed(slots[0], ValType::I32, |body, tag| {
                        body.check_tag(tag, cases.len());
                    });
                    let tag = self.local(ValType::I32);
                    self.code().local_get(slots[0].local);
                    if slots[0].ty == ValType::I64 {
                        self.code().i32_wrap_i64();
                    }
                    self.code().local_set(tag);
                    self.each_case(tag, &cases, Self::is_checked, |body, payload| {
                        let count = body.flat_types(payload).len();
                        body.flat_in(payload, &slots[1..1 + count]);
                    });
                } else if let TypeDefKind::List(element) = kind {
                    self.pair(slots, |body, start, len| body.list_in(element, start, len));
                } else if let TypeDefKind::Flags(flags) = kind {
                    let count = flags.flags.len();
                    for (word, slot) in slots.iter().enumerate() {
                        let mask = mask(count - word * 32);
                        self.narrowed(*slot, ValType::I32, |body, local| {
                            body.keep_bits(local, mask)
                        });
                    }
                } else {
                    self.narrowed(slots[0], ValType::I32, |body, local| {
                        body.scalar_in(ty, local)
                    });
                }
            }
            scalar => {
                self.narrowed(slots[0], ValType::I32, |body, local| {
                    body.scalar_in(&scalar, local)
                });
            }
        }
    }

    /// What a string or list is passed as.
    fn pair(&mut self, slots: &[Slot], with: impl FnOnce(&mut Self, u32, u32)) {
        let [start, len] = slots else {
            unreachable!("a list is a pair");
        };
        let len = *len;
        self.narrowed(*start, ValType::I32, |body, start| {
            body.narrowed(len, ValType::I32, |body, len| with(body, start, len));
        });
    }

    fn keep_bits(&mut self, local: u32, mask: u32) {
        self.code()
            .local_get(local)
            .i32_const(mask as i32)
            .i32_and()
            .local_set(local);
    }

    fn check_tag(&mut self, tag: u32, cases: usize) {
        self.code()
            .local_get(tag)
            .i32_const(cases as i32)
            .i32_ge_u();
        self.trap_if();
    }

    /// What is to be done for the case that a value is of, for those that `matters` says.
    fn each_case(
        &mut self,
        tag: u32,
        cases: &[Option<Type>],
        matters: impl Fn(&Self, &Type) -> bool,
        mut then: impl FnMut(&mut Self, &Type),
    ) {
        for (index, payload) in cases.iter().enumerate() {
            let Some(payload) = payload.filter(|payload| matters(self, payload)) else {
                continue;
            };
            self.code()
                .local_get(tag)
                .i32_const(index as i32)
                .i32_eq()
                .if_(BlockType::Empty);
            then(self, &payload);
            self.code().end();
        }
    }

    /// Makes a number, truth value, character or handle of the guest's the adapter's.
    fn scalar_in(&mut self, ty: &Type, local: u32) {
        match self.types.peel(*ty) {
            Type::Bool => {
                self.code()
                    .local_get(local)
                    .i32_const(0)
                    .i32_ne()
                    .local_set(local);
            }
            Type::U8 => self.keep_bits(local, u8::MAX.into()),
            Type::U16 => self.keep_bits(local, u16::MAX.into()),
            Type::S8 => {
                self.code()
                    .local_get(local)
                    .i32_extend8_s()
                    .local_set(local);
            }
            Type::S16 => {
                self.code()
                    .local_get(local)
                    .i32_extend16_s()
                    .local_set(local);
            }
            Type::Char => {
                const AFTER_LAST: i32 = 0x11_0000;
                const FIRST_SURROGATE: i32 = 0xd800;
                const SURROGATES: i32 = 0x800;
                self.code()
                    .local_get(local)
                    .i32_const(AFTER_LAST)
                    .i32_ge_u()
                    .local_get(local)
                    .i32_const(FIRST_SURROGATE)
                    .i32_sub()
                    .i32_const(SURROGATES)
                    .i32_lt_u()
                    .i32_or();
                self.trap_if();
            }
            Type::Id(id) => {
                let TypeDefKind::Handle(handle) = &self.types.resolve.types[id].kind else {
                    unreachable!("not a scalar");
                };
                let function = match handle {
                    Handle::Own(_) => self.known.take,
                    Handle::Borrow(_) => self.known.borrow,
                };
                self.pass_handle(handle, local, function);
            }
            _ => {}
        }
    }

    /// Replaces a handle by the representation, or the other way round.
    fn pass_handle(&mut self, handle: &Handle, local: u32, function: u32) {
        let (Handle::Own(resource) | Handle::Borrow(resource)) = handle;
        let Type::Id(resource) = self.types.peel(Type::Id(*resource)) else {
            unreachable!("a resource is a type definition");
        };
        let tag: Tag = self.tags[&resource];
        self.code()
            .local_get(local)
            .i32_const(tag.value())
            .call(function)
            .local_set(local);
    }

    /// Whether there is anything to do about a guest's value of a type, beyond copying it.
    fn is_checked(&self, ty: &Type) -> bool {
        match self.types.peel(*ty) {
            Type::U32 | Type::U64 | Type::S32 | Type::S64 | Type::F32 | Type::F64 => false,
            Type::Id(id) => {
                let kind = &self.types.resolve.types[id].kind;
                match fields(kind) {
                    Some(fields) => fields.iter().any(|field| self.is_checked(field)),
                    None => true,
                }
            }
            _ => true,
        }
    }

    /// The same for a value in memory, where small numbers are as small as they are.
    fn is_checked_in_memory(&self, ty: &Type) -> bool {
        match self.types.peel(*ty) {
            Type::U8 | Type::U16 | Type::S8 | Type::S16 => false,
            Type::Id(id) => match fields(&self.types.resolve.types[id].kind) {
                Some(fields) => fields.iter().any(|field| self.is_checked_in_memory(field)),
                None => true,
            },
            ty => self.is_checked(&ty),
        }
    }

    // From the guest: in memory.

    /// Copies parameters that the guest has put into its memory, and leaves the address of the copy
    /// in the same local.
    pub fn params_from_memory(&mut self, params: &[Type], start: u32) {
        let record = self.types.sizes.record(params);
        let (size, align) = (record.size.size_wasm32(), record.align.align_wasm32());
        let len = self.local(ValType::I32);
        self.code().i32_const(size as i32).local_set(len);
        self.copy_in(start, len, align as u32);
        let base = start;
        for (offset, ty) in self.types.sizes.field_offsets(params) {
            let offset = offset.size_wasm32() as u32;
            self.memory_in(ty, At { base, offset });
        }
    }

    /// Copies `len` bytes from the guest's memory, and leaves the address of the copy in `start`.
    fn copy_in(&mut self, start: u32, len: u32, align: u32) {
        let known = self.known;
        let copy = self.local(ValType::I32);
        self.check_alignment(start, align);
        self.code()
            .i32_const(0)
            .i32_const(0)
            .i32_const(align as i32)
            .local_get(len)
            .call(known.adapter_realloc)
            .local_tee(copy)
            .local_get(start)
            .local_get(len)
            .memory_copy(known.adapter_memory, known.guest_memory)
            .local_get(copy)
            .local_set(start);
    }

    fn check_alignment(&mut self, address: u32, align: u32) {
        if align > 1 {
            self.code()
                .local_get(address)
                .i32_const(align as i32 - 1)
                .i32_and();
            self.trap_if();
        }
    }

    /// Leaves in a new local how many bytes a list has, or traps if that is no number.
    fn byte_len(&mut self, len: u32, size: u32) -> u32 {
        if size == 1 {
            return len;
        }
        let bytes = self.local(ValType::I32);
        if size == 0 {
            return bytes;
        }
        self.code()
            .local_get(len)
            .i32_const((u32::MAX / size) as i32)
            .i32_gt_u();
        self.trap_if();
        self.code()
            .local_get(len)
            .i32_const(size as i32)
            .i32_mul()
            .local_set(bytes);
        bytes
    }

    fn list_in(&mut self, element: &Type, start: u32, len: u32) {
        let (size, align) = (self.types.size(element), self.types.align(element));
        let bytes = self.byte_len(len, size);
        self.copy_in(start, bytes, align);
        if self.is_checked_in_memory(element) {
            self.each_element(&[start], bytes, size, |body, at| {
                body.memory_in(
                    element,
                    At {
                        base: at[0],
                        offset: 0,
                    },
                );
            });
        }
    }

    /// Goes through lists of equal length, given where each starts.
    fn each_element(
        &mut self,
        starts: &[u32],
        bytes: u32,
        size: u32,
        each: impl FnOnce(&mut Self, &[u32]),
    ) {
        let at: Vec<u32> = starts.iter().map(|_| self.local(ValType::I32)).collect();
        let end = self.local(ValType::I32);
        for (start, at) in starts.iter().zip(&at) {
            self.code().local_get(*start).local_set(*at);
        }
        self.code()
            .local_get(starts[0])
            .local_get(bytes)
            .i32_add()
            .local_set(end)
            .block(BlockType::Empty)
            .loop_(BlockType::Empty)
            .local_get(at[0])
            .local_get(end)
            .i32_eq()
            .br_if(1);
        each(self, &at);
        for at in at {
            self.code()
                .local_get(at)
                .i32_const(size as i32)
                .i32_add()
                .local_set(at);
        }
        self.code().br(0).end().end();
    }

    fn string_in(&mut self, start: u32, len: u32) {
        let known = self.known;
        match self.caller.encoding {
            Encoding::Utf8 => {
                self.copy_in(start, len, 1);
                self.code()
                    .local_get(start)
                    .local_get(len)
                    .call(known.text.check);
            }
            Encoding::Utf16 => {
                let bytes = self.byte_len(len, 2);
                self.copy_in(start, bytes, 2);
                self.convert(known.text.to_utf8, start, len);
            }
            Encoding::Compact => {
                // A tagged length counts pairs of bytes, another one bytes.
                let bytes = self.local(ValType::I32);
                let doubled = self.local(ValType::I32);
                self.code()
                    .local_get(len)
                    .i32_const(!UTF16_TAG as i32)
                    .i32_and()
                    .local_tee(bytes)
                    .i32_const(1)
                    .i32_shl()
                    .local_set(doubled)
                    .local_get(doubled)
                    .local_get(bytes)
                    .local_get(len)
                    .i32_const(0)
                    .i32_lt_s()
                    .select()
                    .local_set(bytes);
                self.copy_in(start, bytes, 2);
                self.convert(known.text.to_utf8, start, len);
            }
        }
    }

    /// Calls a function that makes one string of another and returns both its halves in one.
    fn convert(&mut self, function: u32, start: u32, len: u32) {
        let both = self.local(ValType::I64);
        self.code()
            .local_get(start)
            .local_get(len)
            .call(function)
            .local_tee(both)
            .i32_wrap_i64()
            .local_set(start)
            .local_get(both)
            .i64_const(32)
            .i64_shr_u()
            .i32_wrap_i64()
            .local_set(len);
    }

    fn adapters(&self, at: At, align: u32) -> MemArg {
        place(at, align, self.known.adapter_memory)
    }

    fn guests(&self, at: At, align: u32) -> MemArg {
        place(at, align, self.known.guest_memory)
    }

    /// Loads an unsigned number of so many bytes from the adapter's memory.
    fn load(&mut self, at: At, size: u32) -> u32 {
        let local = self.local(ValType::I32);
        let place = self.adapters(at, size);
        let mut code = self.code();
        code.local_get(at.base);
        match size {
            1 => code.i32_load8_u(place),
            2 => code.i32_load16_u(place),
            _ => code.i32_load(place),
        };
        code.local_set(local);
        local
    }

    /// Stores it into the adapter's memory.
    fn store(&mut self, at: At, size: u32, local: u32) {
        let place = self.adapters(at, size);
        let mut code = self.code();
        code.local_get(at.base).local_get(local);
        match size {
            1 => code.i32_store8(place),
            2 => code.i32_store16(place),
            _ => code.i32_store(place),
        };
    }

    /// Makes a value in the adapter's memory, which has the guest's bytes, the adapter's.
    fn memory_in(&mut self, ty: &Type, at: At) {
        if !self.is_checked_in_memory(ty) {
            return;
        }
        let peeled = self.types.peel(*ty);
        match self.kind(ty) {
            _ if peeled == Type::String => {
                self.pair_in_memory(at, |body, start, len| body.string_in(start, len));
            }
            Some(TypeDefKind::List(element)) => {
                self.pair_in_memory(at, |body, start, len| body.list_in(&element, start, len));
            }
            Some(TypeDefKind::Flags(flags)) => {
                let (size, words) = match flags.repr() {
                    FlagsRepr::U8 => (1, 1),
                    FlagsRepr::U16 => (2, 1),
                    FlagsRepr::U32(words) => (4, words),
                };
                for word in 0..words {
                    let at = at.plus(word as u32 * 4);
                    let bits = self.load(at, size);
                    self.keep_bits(bits, mask(flags.flags.len() - word * 32));
                    self.store(at, size, bits);
                }
            }
            Some(kind) if let Some(fields) = fields(&kind) => {
                for (offset, field) in self.types.sizes.field_offsets(&fields) {
                    self.memory_in(field, at.plus(offset.size_wasm32() as u32));
                }
            }
            Some(kind) if let Some((tag, cases)) = cases(&kind) => {
                let payload = self.payload_offset(tag, &cases);
                let tag = self.load(at, tag_size(tag));
                self.check_tag(tag, cases.len());
                self.each_case(tag, &cases, Self::is_checked_in_memory, |body, ty| {
                    body.memory_in(ty, at.plus(payload));
                });
            }
            _ => {
                let size = self.types.size(ty);
                let value = self.load(at, size);
                self.scalar_in(ty, value);
                self.store(at, size, value);
            }
        }
    }

    fn payload_offset(&self, tag: Int, cases: &[Option<Type>]) -> u32 {
        let cases = cases.iter().map(Option::as_ref);
        self.types.sizes.payload_offset(tag, cases).size_wasm32() as u32
    }

    fn pair_in_memory(&mut self, at: At, with: impl FnOnce(&mut Self, u32, u32)) {
        let start = self.load(at, 4);
        let len = self.load(at.plus(4), 4);
        with(self, start, len);
        self.store(at, 4, start);
        self.store(at.plus(4), 4, len);
    }

    // To the guest.

    /// Whether a value of the adapter's has parts that lie elsewhere.
    fn reaches_out(&self, ty: &Type) -> bool {
        match self.types.peel(*ty) {
            Type::String => true,
            Type::Id(id) => match &self.types.resolve.types[id].kind {
                TypeDefKind::List(_) | TypeDefKind::Handle(_) => true,
                kind => parts(kind).iter().any(|part| self.reaches_out(part)),
            },
            _ => false,
        }
    }

    /// Makes the guest's result of a flat one of the adapter's, in the same local. There is one value
    /// at most in it.
    pub fn flat_out(&mut self, ty: &Type, local: u32) {
        match self.kind(ty) {
            Some(TypeDefKind::Handle(handle)) => {
                self.pass_handle(&handle, local, self.known.give);
            }
            Some(kind) if let Some(fields) = fields(&kind) => {
                for field in fields {
                    self.flat_out(&field, local);
                }
            }
            _ => {}
        }
    }

    /// Returns `true` if a value of the type can have bytes that are not its own: padding, or the
    /// payload of another case. The canonical ABI leaves those bytes of the guest's memory alone.
    fn has_gaps(&self, ty: &Type) -> bool {
        let Some(kind) = self.kind(ty) else {
            return false;
        };
        let size = |ty: &Type| self.types.size(ty);
        if let Some(fields) = fields(&kind) {
            return fields.iter().map(size).sum::<u32>() < size(ty)
                || fields.iter().any(|field| self.has_gaps(field));
        }
        let Some((tag, cases)) = cases(&kind) else {
            return false;
        };
        let is_full = |payload: &Option<Type>| {
            let payload = payload.as_ref();
            let has_gaps = payload.is_some_and(|payload| self.has_gaps(payload));
            !has_gaps && tag_size(tag) + payload.map_or(0, size) == size(ty)
        };
        !cases.iter().all(is_full)
    }

    /// Copies a result to where the guest wants it.
    pub fn result_to_memory(&mut self, ty: &Type, from: u32, to: u32) {
        self.check_alignment(to, self.types.align(ty));
        let at = |base| At { base, offset: 0 };
        self.copy_value(ty, at(from), at(to));
        self.memory_out(ty, at(from), at(to));
    }

    /// Copies the bytes of a value, and none between them.
    fn copy_value(&mut self, ty: &Type, from: At, to: At) {
        if !self.has_gaps(ty) {
            return self.copy_bytes(from, to, self.types.size(ty));
        }
        let Some(kind) = self.kind(ty) else {
            return;
        };
        if let Some(fields) = fields(&kind) {
            for (offset, field) in self.types.sizes.field_offsets(&fields) {
                let offset = offset.size_wasm32() as u32;
                self.copy_value(field, from.plus(offset), to.plus(offset));
            }
        } else if let Some((tag, cases)) = cases(&kind) {
            let payload = self.payload_offset(tag, &cases);
            self.copy_bytes(from, to, tag_size(tag));
            let tag = self.load(from, tag_size(tag));
            self.each_case(
                tag,
                &cases,
                |_, _| true,
                |body, ty| {
                    body.copy_value(ty, from.plus(payload), to.plus(payload));
                },
            );
        }
    }

    fn copy_bytes(&mut self, from: At, to: At, size: u32) {
        if size <= SHORT {
            return self.copy_short(from, to, size);
        }
        let known = self.known;
        let mut code = self.code();
        code.local_get(to.base)
            .i32_const(to.offset as i32)
            .i32_add();
        code.local_get(from.base)
            .i32_const(from.offset as i32)
            .i32_add();
        code.i32_const(size as i32)
            .memory_copy(known.guest_memory, known.adapter_memory);
    }

    fn copy_short(&mut self, from: At, to: At, size: u32) {
        let mut offset = 0;
        while offset < size {
            let width = [8, 4, 2, 1]
                .into_iter()
                .find(|width| offset + width <= size)
                .unwrap_or(1);
            // Not more is known of the alignment.
            let source = self.adapters(from.plus(offset), 1);
            let target = self.guests(to.plus(offset), 1);
            let mut code = self.code();
            code.local_get(to.base).local_get(from.base);
            match width {
                8 => code.i64_load(source).i64_store(target),
                4 => code.i32_load(source).i32_store(target),
                2 => code.i32_load16_u(source).i32_store16(target),
                _ => code.i32_load8_u(source).i32_store8(target),
            };
            offset += width;
        }
    }

    /// Copies what a value refers to, of which the guest already has the bytes.
    fn memory_out(&mut self, ty: &Type, from: At, to: At) {
        if !self.reaches_out(ty) {
            return;
        }
        match self.kind(ty) {
            None => self.string_out(from, to),
            Some(TypeDefKind::List(element)) => self.list_out(&element, from, to),
            Some(TypeDefKind::Handle(handle)) => {
                let value = self.load(from, 4);
                self.pass_handle(&handle, value, self.known.give);
                self.store_out(to, value);
            }
            Some(kind) if let Some(fields) = fields(&kind) => {
                for (offset, field) in self.types.sizes.field_offsets(&fields) {
                    let offset = offset.size_wasm32() as u32;
                    self.memory_out(field, from.plus(offset), to.plus(offset));
                }
            }
            Some(kind) if let Some((tag, cases)) = cases(&kind) => {
                let payload = self.payload_offset(tag, &cases);
                let tag = self.load(from, tag_size(tag));
                self.each_case(tag, &cases, Self::reaches_out, |body, ty| {
                    body.memory_out(ty, from.plus(payload), to.plus(payload));
                });
            }
            Some(_) => {}
        }
    }

    /// Allocates in the guest, copies there, and leaves in a new local where that is.
    fn copy_out(&mut self, start: u32, bytes: u32, align: u32) -> u32 {
        let copy = self.allocate(bytes, align);
        let known = self.known;
        self.code()
            .local_get(copy)
            .local_get(start)
            .local_get(bytes)
            .memory_copy(known.guest_memory, known.adapter_memory);
        copy
    }

    /// Allocates in the guest, and leaves in a new local where that is.
    fn allocate(&mut self, bytes: u32, align: u32) -> u32 {
        let copy = self.local(ValType::I32);
        let realloc = Closed {
            function: self.known.guest_realloc,
            result: Some(ValType::I32),
            flag: self.known.may_not_leave,
            throws: self.caller.throws,
            args: &|code| {
                code.i32_const(0)
                    .i32_const(0)
                    .i32_const(align as i32)
                    .local_get(bytes);
            },
        };
        realloc.write(&mut self.code());
        self.code().local_set(copy);
        self.check_alignment(copy, align);
        copy
    }

    /// Traps if the guest's memory ends before so many bytes.
    fn check_room(&mut self, start: u32, bytes: u32) {
        let known = self.known;
        self.code()
            .local_get(start)
            .local_get(start)
            .local_get(bytes)
            .memory_copy(known.guest_memory, known.guest_memory);
    }

    fn store_out(&mut self, to: At, value: u32) {
        let place = self.guests(to, 4);
        self.code()
            .local_get(to.base)
            .local_get(value)
            .i32_store(place);
    }

    fn list_out(&mut self, element: &Type, from: At, to: At) {
        let start = self.load(from, 4);
        let len = self.load(from.plus(4), 4);
        let (size, align) = (self.types.size(element), self.types.align(element));
        let bytes = self.byte_len(len, size);
        let has_gaps = self.has_gaps(element);
        let copy = match has_gaps {
            true => self.allocate(bytes, align),
            false => self.copy_out(start, bytes, align),
        };
        self.store_out(to, copy);
        if has_gaps || self.reaches_out(element) {
            // Without a copy of it all, that the guest has the room for it is found out here.
            if has_gaps {
                self.check_room(copy, bytes);
            }
            self.each_element(&[start, copy], bytes, size, |body, at| {
                let at = |index: usize| At {
                    base: at[index],
                    offset: 0,
                };
                if has_gaps {
                    body.copy_value(element, at(0), at(1));
                }
                body.memory_out(element, at(0), at(1));
            });
        }
    }

    fn string_out(&mut self, from: At, to: At) {
        let start = self.load(from, 4);
        let len = self.load(from.plus(4), 4);
        if self.caller.encoding == Encoding::Utf8 {
            let copy = self.copy_out(start, len, 1);
            self.store_out(to, copy);
            return;
        }
        let text = (self.known.text.from_utf8, self.known.text.free);
        self.convert(text.0, start, len);
        let bytes = self.local(ValType::I32);
        self.code().local_get(len);
        if self.caller.encoding == Encoding::Compact {
            // See `string_in`.
            self.code()
                .i32_const(!UTF16_TAG as i32)
                .i32_and()
                .local_get(len)
                .i32_const(31)
                .i32_shr_u()
                .i32_shl();
        } else {
            self.code().i32_const(1).i32_shl();
        }
        self.code().local_set(bytes);
        let copy = self.copy_out(start, bytes, 2);
        self.store_out(to, copy);
        self.store_out(to.plus(4), len);
        self.code().local_get(start).local_get(bytes).call(text.1);
    }
}

/// The bits that a word of flags has, of which so many are left.
fn mask(flags: usize) -> u32 {
    if flags >= 32 {
        u32::MAX
    } else {
        (1 << flags) - 1
    }
}

fn tag_size(tag: Int) -> u32 {
    match tag {
        Int::U8 => 1,
        Int::U16 => 2,
        Int::U32 | Int::U64 => 4,
    }
}

fn place(at: At, align: u32, memory_index: u32) -> MemArg {
    MemArg {
        offset: at.offset.into(),
        align: align.ilog2(),
        memory_index,
    }
}
