//! Writes the code that passes one value from the memory of one side to that of another.
//!
//! A side is the adapter, or a guest. What comes from a guest is not trusted: everything is checked
//! that the canonical ABI checks when it lifts a value, and trapped where it traps. The adapter's
//! values are known to be right. Memory is copied as it is first; then the value is gone through for
//! what has to be checked, isn't the same on both sides, or lies elsewhere. A type without any such
//! part costs nothing but the copy. What is gone through is the original: a guest that allocates for
//! the copy could change that.

use super::glue::{Known, Side, Types};
use super::handles::Tag;
use super::leaving::Closed;
use super::removed::Encoding;
use super::tags::FunctionTags;
use crate::core_module::val_type;
use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};
use wit_parser::abi::{FlatTypes, WasmType};
use wit_parser::{Flags, Handle, Int, Type, TypeDefKind};

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
pub(super) struct At {
    base: u32,
    offset: u32,
}

impl At {
    pub fn start(base: u32) -> At {
        At { base, offset: 0 }
    }

    pub fn plus(self, offset: u32) -> At {
        At {
            base: self.base,
            offset: self.offset + offset,
        }
    }
}

/// A function in the making.
pub(super) struct Body<'a> {
    types: &'a Types<'a>,
    tags: &'a FunctionTags,
    known: &'a Known,
    /// Where values come from.
    from: &'a Side,
    /// Where they go.
    to: &'a Side,
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
    /// Begins a function with these parameters. Values go from the caller to the callee at first.
    pub fn new(
        types: &'a Types<'a>,
        tags: &'a FunctionTags,
        known: &'a Known,
        params: Vec<ValType>,
    ) -> Self {
        Body {
            types,
            tags,
            known,
            from: &known.caller,
            to: &known.callee,
            params,
            locals: Vec::new(),
            code: Vec::new(),
        }
    }

    /// From now on, values go the other way.
    pub fn turn(&mut self) {
        std::mem::swap(&mut self.from, &mut self.to);
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

    // Flat values.

    /// Makes arguments for the callee of what the caller has passed, in the same locals.
    pub fn flat_params(&mut self, params: &[Type]) {
        let mut first = 0;
        for ty in params {
            let count = self.flat_types(ty).len();
            let slots: Vec<Slot> = (first..first + count)
                .map(|index| Slot {
                    local: index as u32,
                    ty: self.params[index],
                })
                .collect();
            self.flat(ty, &slots);
            first += count;
        }
    }

    /// Makes the caller's result of one that the callee has returned, in the same local.
    pub fn flat_result(&mut self, ty: &Type, local: u32, of: ValType) {
        self.flat(ty, &[Slot { local, ty: of }]);
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

    fn flat(&mut self, ty: &Type, slots: &[Slot]) {
        if !self.is_passed(ty) {
            return;
        }
        match self.types.peel(*ty) {
            Type::String => self.pair(slots, |body, start, len| body.string(start, len)),
            Type::Id(id) => {
                let kind = &self.types.resolve.types[id].kind;
                if let Some(fields) = fields(kind) {
                    let mut rest = slots;
                    for field in fields {
                        let (own, others) = rest.split_at(self.flat_types(&field).len());
                        self.flat(&field, own);
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
                    for (index, payload) in cases.iter().enumerate() {
                        self.flat_case(tag, index, payload.as_ref(), &slots[1..]);
                    }
                } else if let TypeDefKind::List(element) = kind {
                    self.pair(slots, |body, start, len| body.list(element, start, len));
                } else if let TypeDefKind::Flags(flags) = kind {
                    let mask = mask(flags);
                    self.narrowed(slots[0], ValType::I32, |body, local| {
                        body.keep_bits(local, mask);
                    });
                } else {
                    self.narrowed(slots[0], ValType::I32, |body, local| body.scalar(ty, local));
                }
            }
            scalar => {
                self.narrowed(slots[0], ValType::I32, |body, local| {
                    body.scalar(&scalar, local)
                });
            }
        }
    }

    /// Passes on what a case of a variant carries, if the value is of that case. What the case
    /// doesn't use of the slots is 0 where a guest gets it.
    fn flat_case(&mut self, tag: u32, index: usize, payload: Option<&Type>, slots: &[Slot]) {
        let types = payload.map_or_else(Vec::new, |payload| self.flat_types(payload));
        let (used, unused) = slots.split_at(types.len());
        let wider: Vec<(Slot, ValType)> = used
            .iter()
            .zip(types)
            .map(|(slot, ty)| (*slot, val_type(ty)))
            .filter(|(slot, ty)| slot.ty != *ty)
            .collect();
        let is_passed = payload.is_some_and(|payload| self.is_passed(payload));
        let is_cleared = self.to.is_guest() && !(wider.is_empty() && unused.is_empty());
        if !is_passed && !is_cleared {
            return;
        }
        self.code()
            .local_get(tag)
            .i32_const(index as i32)
            .i32_eq()
            .if_(BlockType::Empty);
        if is_cleared {
            for (slot, ty) in wider {
                self.narrowed(slot, ty, |_, _| {});
            }
            for slot in unused {
                let mut code = self.code();
                match slot.ty {
                    ValType::I64 => code.i64_const(0),
                    ValType::F32 => code.f32_const(0.0.into()),
                    ValType::F64 => code.f64_const(0.0.into()),
                    _ => code.i32_const(0),
                };
                code.local_set(slot.local);
            }
        }
        if let Some(payload) = payload.filter(|_| is_passed) {
            self.flat(payload, used);
        }
        self.code().end();
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
        if !self.from.is_guest() {
            return;
        }
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

    /// Checks a number, truth value or character, or passes on a handle.
    fn scalar(&mut self, ty: &Type, local: u32) {
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
                self.handle(handle, local);
            }
            _ => {}
        }
    }

    /// Passes on a handle: a guest has a number for it, and the adapter the representation. So does
    /// the guest that defines the resource, where it is lent.
    fn handle(&mut self, handle: &Handle, local: u32) {
        let (Handle::Own(resource) | Handle::Borrow(resource)) = handle;
        let is_owned = matches!(handle, Handle::Own(_));
        let Type::Id(resource) = self.types.peel(Type::Id(*resource)) else {
            unreachable!("a resource is a type definition");
        };
        let tag: Tag = self.tags[&resource];
        if let Some(from) = &self.from.guest {
            let function = if is_owned { from.take } else { from.borrow };
            self.translate(local, tag, function);
        }
        if let Some(to) = &self.to.guest {
            match is_owned {
                true => self.translate(local, tag, to.give),
                false if !to.defines.contains(&tag) => self.translate(local, tag, to.lend),
                false => {}
            }
        }
    }

    fn translate(&mut self, local: u32, tag: Tag, function: u32) {
        self.code()
            .local_get(local)
            .i32_const(tag.value())
            .call(function)
            .local_set(local);
    }

    /// Whether there is anything to do about a flat value of a type, beyond passing it.
    fn is_passed(&self, ty: &Type) -> bool {
        match self.types.peel(*ty) {
            Type::U32 | Type::U64 | Type::S32 | Type::S64 | Type::F32 | Type::F64 => false,
            Type::Id(id) => {
                let kind = &self.types.resolve.types[id].kind;
                match fields(kind) {
                    Some(fields) => fields.iter().any(|field| self.is_passed(field)),
                    None => self.from.is_guest() || self.reaches_out(ty),
                }
            }
            Type::String => true,
            _ => self.from.is_guest(),
        }
    }

    /// The same for a value in memory, where small numbers are as small as they are.
    fn is_passed_in_memory(&self, ty: &Type) -> bool {
        match self.types.peel(*ty) {
            Type::U8 | Type::U16 | Type::S8 | Type::S16 => false,
            Type::Id(id) => match fields(&self.types.resolve.types[id].kind) {
                Some(fields) => fields.iter().any(|field| self.is_passed_in_memory(field)),
                None => self.is_passed(ty),
            },
            ty => self.is_passed(&ty),
        }
    }

    /// Whether a value has parts that lie elsewhere, or handles.
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

    // Values in memory.

    /// Copies parameters that the caller has put into its memory, and leaves the address of the copy
    /// in the same local.
    pub fn params_in_memory(&mut self, params: &[Type], start: u32) {
        let record = self.types.sizes.record(params);
        let (size, align) = (record.size.size_wasm32(), record.align.align_wasm32());
        let (size, align) = (size as u32, align as u32);
        let len = self.local(ValType::I32);
        self.code().i32_const(size as i32).local_set(len);
        self.check_alignment(start, align);
        let copy = self.allocate(len, align);
        let offsets = self.types.sizes.field_offsets(params);
        let fields: u32 = params.iter().map(|ty| self.types.size(ty)).sum();
        let has_gaps = fields < size || params.iter().any(|ty| self.has_gaps(ty));
        let (from, to) = (At::start(start), At::start(copy));
        if self.to.is_guest() && has_gaps {
            self.check_end(self.from.memory, start, size);
            self.check_end(self.to.memory, copy, size);
            for (offset, ty) in &offsets {
                let offset = offset.size_wasm32() as u32;
                self.copy_value(ty, from.plus(offset), to.plus(offset));
            }
        } else {
            self.copy_list(start, copy, len);
        }
        for (offset, ty) in offsets {
            let offset = offset.size_wasm32() as u32;
            self.value(ty, from.plus(offset), to.plus(offset));
        }
        self.code().local_get(copy).local_set(start);
    }

    /// Copies a result to where the caller wants it.
    pub fn result_in_memory(&mut self, ty: &Type, from: u32, to: u32) {
        let (size, align) = (self.types.size(ty), self.types.align(ty));
        // What is copied piece by piece may not be all that has to be there.
        let in_pieces = size > SHORT || self.has_gaps(ty);
        self.check_alignment(to, align);
        if in_pieces {
            self.check_end(self.to.memory, to, size);
        }
        if self.from.is_guest() {
            self.check_alignment(from, align);
            if in_pieces {
                self.check_end(self.from.memory, from, size);
            }
        }
        let (from, to) = (At::start(from), At::start(to));
        self.copy_value(ty, from, to);
        self.value(ty, from, to);
    }

    /// Traps if an address isn't aligned.
    pub fn check_alignment(&mut self, address: u32, align: u32) {
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

    /// Copies a list, and leaves in `start` where the copy is.
    fn list(&mut self, element: &Type, start: u32, len: u32) {
        let (size, align) = (self.types.size(element), self.types.align(element));
        let bytes = self.byte_len(len, size);
        let has_gaps = self.to.is_guest() && self.has_gaps(element);
        if self.from.is_guest() {
            self.check_alignment(start, align);
        }
        let copy = self.allocate(bytes, align);
        if has_gaps || self.is_made_anew(element) {
            // Without a copy of it all, that there is room for it is found out here.
            self.check_room(self.from.memory, start, bytes);
            if self.to.is_guest() {
                self.check_room(self.to.memory, copy, bytes);
            }
        } else {
            self.copy_list(start, copy, bytes);
        }
        if has_gaps || self.is_passed_in_memory(element) {
            self.each_element(&[start, copy], bytes, size, |body, at| {
                let (from, to) = (At::start(at[0]), At::start(at[1]));
                if has_gaps {
                    body.copy_value(element, from, to);
                }
                body.value(element, from, to);
            });
        }
        self.code().local_get(copy).local_set(start);
    }

    /// Moves bytes within the memory that values go to.
    pub fn move_bytes(&mut self, from: u32, to: u32, bytes: u32) {
        let memory = self.to.memory;
        let mut code = self.code();
        code.local_get(to).local_get(from).local_get(bytes);
        code.memory_copy(memory, memory);
    }

    fn copy_list(&mut self, from: u32, to: u32, bytes: u32) {
        let memories = (self.to.memory, self.from.memory);
        self.code()
            .local_get(to)
            .local_get(from)
            .local_get(bytes)
            .memory_copy(memories.0, memories.1);
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

    /// Leaves the address of a place on the stack, where there is memory.
    fn address(&mut self, at: At) {
        let mut code = self.code();
        code.local_get(at.base);
        if at.offset > 0 {
            code.i32_const(at.offset as i32).i32_add();
        }
    }

    /// Copies the string that lies at the first parameter, and puts where the copy is, and how long
    /// it is, at the second.
    pub fn string_in_memory(&mut self) {
        let (from, to) = (At::start(0), At::start(1));
        let (start, len) = self.load_pair(from);
        self.string(start, len);
        self.store(to, 4, start);
        self.store(to.plus(4), 4, len);
    }

    /// Whether values go from the caller to the callee.
    fn goes_to_callee(&self) -> bool {
        std::ptr::eq(self.to, &self.known.callee)
    }

    /// Copies a string, and leaves in the same locals where the copy is and how long it is.
    fn string(&mut self, start: u32, len: u32) {
        match (self.from.is_guest(), self.to.is_guest()) {
            (true, false) => self.string_to_adapter(start, len),
            (false, _) => self.string_from_adapter(start, len),
            // Both are UTF-8, see `between`.
            (true, true) => {
                // No string has more bytes.
                self.code().local_get(len).i32_const(0).i32_lt_s();
                self.trap_if();
                let copy = self.allocate(len, 1);
                self.copy_list(start, copy, len);
                self.code().local_get(copy).local_set(start);
                if let Some([of_callee, of_caller]) = self.known.check {
                    let check = match self.goes_to_callee() {
                        true => of_callee,
                        false => of_caller,
                    };
                    self.code().local_get(start).local_get(len).call(check);
                }
            }
        }
    }

    /// The adapter has UTF-8.
    fn string_to_adapter(&mut self, start: u32, len: u32) {
        let known = self.known;
        match self.from.encoding {
            Encoding::Utf8 => {
                self.string_bytes(start, len, 1);
                self.code()
                    .local_get(start)
                    .local_get(len)
                    .call(known.text.check);
            }
            Encoding::Utf16 => {
                let bytes = self.byte_len(len, 2);
                self.string_bytes(start, bytes, 2);
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
                self.string_bytes(start, bytes, 2);
                self.convert(known.text.to_utf8, start, len);
            }
        }
    }

    /// Copies the bytes of a string, and leaves in `start` where the copy is.
    fn string_bytes(&mut self, start: u32, bytes: u32, align: u32) {
        self.check_alignment(start, align);
        let copy = self.allocate(bytes, align);
        self.copy_list(start, copy, bytes);
        self.code().local_get(copy).local_set(start);
    }

    fn string_from_adapter(&mut self, start: u32, len: u32) {
        if self.to.encoding == Encoding::Utf8 {
            return self.string_bytes(start, len, 1);
        }
        let text = (self.known.text.from_utf8, self.known.text.free);
        self.convert(text.0, start, len);
        let bytes = self.local(ValType::I32);
        self.code().local_get(len);
        if self.to.encoding == Encoding::Compact {
            // See `string_to_adapter`.
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
        let copy = self.allocate(bytes, 2);
        self.copy_list(start, copy, bytes);
        self.code().local_get(start).local_get(bytes).call(text.1);
        self.code().local_get(copy).local_set(start);
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

    /// Loads an unsigned number of so many bytes from where values come from.
    pub fn load(&mut self, at: At, size: u32) -> u32 {
        let local = self.local(ValType::I32);
        let place = place(at, size, self.from.memory);
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

    /// Stores it where they go.
    pub fn store(&mut self, at: At, size: u32, local: u32) {
        let place = place(at, size, self.to.memory);
        let mut code = self.code();
        code.local_get(at.base).local_get(local);
        match size {
            1 => code.i32_store8(place),
            2 => code.i32_store16(place),
            _ => code.i32_store(place),
        };
    }

    /// Makes a value, whose bytes have been copied, what it has to be where it goes.
    fn value(&mut self, ty: &Type, from: At, to: At) {
        if !self.is_passed_in_memory(ty) {
            return;
        }
        let peeled = self.types.peel(*ty);
        match self.kind(ty) {
            _ if peeled == Type::String => {
                self.address(from);
                self.address(to);
                let function = self.known.strings.for_callee(self.goes_to_callee());
                self.code().call(function);
            }
            Some(TypeDefKind::List(element)) => {
                let (start, len) = self.load_pair(from);
                self.list(&element, start, len);
                self.store(to, 4, start);
                if self.to.is_guest() {
                    // It may have changed what was copied when it allocated.
                    self.store(to.plus(4), 4, len);
                }
            }
            Some(TypeDefKind::Flags(flags)) => {
                let size = self.types.size(ty);
                let bits = self.load(from, size);
                self.keep_bits(bits, mask(&flags));
                self.store(to, size, bits);
            }
            Some(kind) if let Some(fields) = fields(&kind) => {
                for (offset, field) in self.types.sizes.field_offsets(&fields) {
                    let offset = offset.size_wasm32() as u32;
                    self.value(field, from.plus(offset), to.plus(offset));
                }
            }
            Some(kind) if let Some((tag, cases)) = cases(&kind) => {
                let payload = self.payload_offset(tag, &cases);
                let tag = self.load(from, tag_size(tag));
                self.check_tag(tag, cases.len());
                self.each_case(tag, &cases, Self::is_passed_in_memory, |body, ty| {
                    body.value(ty, from.plus(payload), to.plus(payload));
                });
            }
            _ => {
                let size = self.types.size(ty);
                let value = self.load(from, size);
                self.scalar(ty, value);
                self.store(to, size, value);
            }
        }
    }

    /// Returns `true` if [`value`](Self::value) writes each byte of a value, so that none need be
    /// copied before.
    fn is_made_anew(&self, ty: &Type) -> bool {
        match self.kind(ty) {
            Some(TypeDefKind::Handle(_)) => true,
            Some(kind) if let Some(fields) = fields(&kind) => {
                !self.has_gaps(ty) && fields.iter().all(|field| self.is_made_anew(field))
            }
            Some(_) => false,
            None => self.types.peel(*ty) == Type::String,
        }
    }

    fn load_pair(&mut self, at: At) -> (u32, u32) {
        (self.load(at, 4), self.load(at.plus(4), 4))
    }

    fn payload_offset(&self, tag: Int, cases: &[Option<Type>]) -> u32 {
        let cases = cases.iter().map(Option::as_ref);
        self.types.sizes.payload_offset(tag, cases).size_wasm32() as u32
    }

    /// Returns `true` if a value of the type can have bytes that are not its own: padding, or the
    /// payload of another case. The canonical ABI leaves those bytes of a guest's memory alone.
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
        let memories = (self.to.memory, self.from.memory);
        let mut code = self.code();
        code.local_get(to.base)
            .i32_const(to.offset as i32)
            .i32_add();
        code.local_get(from.base)
            .i32_const(from.offset as i32)
            .i32_add();
        code.i32_const(size as i32)
            .memory_copy(memories.0, memories.1);
    }

    fn copy_short(&mut self, from: At, to: At, size: u32) {
        let mut offset = 0;
        while offset < size {
            let width = [8, 4, 2, 1]
                .into_iter()
                .find(|width| offset + width <= size)
                .unwrap_or(1);
            // Not more is known of the alignment.
            let source = place(from.plus(offset), 1, self.from.memory);
            let target = place(to.plus(offset), 1, self.to.memory);
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

    /// Allocates where values go, and leaves in a new local where that is.
    pub fn allocate(&mut self, bytes: u32, align: u32) -> u32 {
        let copy = self.local(ValType::I32);
        let function = self.to.realloc;
        let args = |code: &mut InstructionSink<'_>| {
            code.i32_const(0)
                .i32_const(0)
                .i32_const(align as i32)
                .local_get(bytes);
        };
        match &self.to.guest {
            Some(guest) => {
                let realloc = Closed {
                    function,
                    result: Some(ValType::I32),
                    flag: guest.may_not_leave,
                    throws: guest.throws,
                    args: &args,
                };
                realloc.write(&mut self.code());
                self.code().local_set(copy);
                self.check_alignment(copy, align);
            }
            None => {
                let mut code = self.code();
                args(&mut code);
                code.call(function).local_set(copy);
            }
        }
        copy
    }

    /// Traps if a memory ends before a value of this size, which is not 0.
    fn check_end(&mut self, memory: u32, start: u32, size: u32) {
        let last = At::start(start).plus(size - 1);
        let place = place(last, 1, memory);
        self.code().local_get(start).i32_load8_u(place).drop();
    }

    /// Traps if a memory ends before so many bytes.
    fn check_room(&mut self, memory: u32, start: u32, bytes: u32) {
        const PAGE_SHIFT: i64 = 16;
        self.code()
            .local_get(start)
            .i64_extend_i32_u()
            .local_get(bytes)
            .i64_extend_i32_u()
            .i64_add()
            .memory_size(memory)
            .i64_extend_i32_u()
            .i64_const(PAGE_SHIFT)
            .i64_shl()
            .i64_gt_u();
        self.trap_if();
    }
}

/// The bits of flags. There are at most 32 of them, see the validator.
fn mask(flags: &Flags) -> u32 {
    u32::MAX >> (32 - flags.flags.len())
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
