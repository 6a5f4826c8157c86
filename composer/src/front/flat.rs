//! Takes a value from memory to locals: from where a future's payload is to where it is returned.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};
use wit_parser::{Resolve, SizeAlign, Type, TypeDefKind};

/// Something in the first memory. How it is aligned is only a hint.
pub(crate) fn at(offset: i32) -> MemArg {
    MemArg {
        offset: offset as u64,
        align: 0,
        memory_index: 0,
    }
}

/// Where a flat value comes to be.
pub(crate) struct Locals<'a> {
    /// The types of the locals.
    pub types: &'a [ValType],
    /// The index of the first.
    pub first: u32,
    /// The local with the address that offsets are from, if they are no addresses themselves.
    pub base: Option<u32>,
}

/// Writes the code that takes a value out of memory. The locals that a case has no use for stay as
/// they are, which has to be zero.
pub(crate) fn flatten(
    resolve: &Resolve,
    ty: &Option<Type>,
    offset: i32,
    locals: Locals<'_>,
    code: &mut Function,
) {
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    let mut flattener = Flattener {
        resolve,
        sizes,
        body: code.instructions(),
        locals,
    };
    if let Some(ty) = ty {
        flattener.flatten(ty, offset, 0);
    }
}

struct Flattener<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    body: InstructionSink<'a>,
    locals: Locals<'a>,
}

impl<'a> Flattener<'a> {
    /// Sets a local to what is on the stack, which is no larger.
    fn set(&mut self, local: usize) {
        if self.locals.types[local] == ValType::I64 {
            self.body.i64_extend_i32_u();
        }
        self.body.local_set(self.locals.first + local as u32);
    }

    fn base(&mut self) -> &mut InstructionSink<'a> {
        match self.locals.base {
            Some(local) => self.body.local_get(local),
            None => self.body.i32_const(0),
        }
    }

    /// Returns the local after the last that was used.
    fn flatten(&mut self, ty: &Type, offset: i32, local: usize) -> usize {
        match ty {
            Type::Id(id) => self.flatten_defined(*id, offset, local),
            Type::String => {
                for (index, offset) in [offset, offset + 4].into_iter().enumerate() {
                    self.base().i32_load(at(offset));
                    self.set(local + index);
                }
                local + 2
            }
            Type::U64 | Type::S64 => {
                self.base().i64_load(at(offset));
                self.body.local_set(self.locals.first + local as u32);
                local + 1
            }
            _ => {
                self.load(self.sizes.size(ty).size_wasm32(), offset);
                self.set(local);
                local + 1
            }
        }
    }

    fn load(&mut self, size: usize, offset: i32) {
        self.base();
        match size {
            1 => self.body.i32_load8_u(at(offset)),
            2 => self.body.i32_load16_u(at(offset)),
            _ => self.body.i32_load(at(offset)),
        };
    }

    fn flatten_defined(&mut self, id: wit_parser::TypeId, offset: i32, local: usize) -> usize {
        let resolve = self.resolve;
        let some = |ty: &Type| vec![None, Some(*ty)];
        match &resolve.types[id].kind {
            TypeDefKind::Type(ty) => self.flatten(ty, offset, local),
            TypeDefKind::Record(record) => {
                let offsets = self
                    .sizes
                    .field_offsets(record.fields.iter().map(|f| &f.ty));
                let offsets: Vec<_> = offsets
                    .into_iter()
                    .map(|(at, ty)| (at.size_wasm32() as i32, *ty))
                    .collect();
                offsets.into_iter().fold(local, |local, (at, ty)| {
                    self.flatten(&ty, offset + at, local)
                })
            }
            TypeDefKind::Option(ty) => self.flatten_cases(&some(ty), offset, local),
            TypeDefKind::Result(result) => {
                self.flatten_cases(&[result.ok, result.err], offset, local)
            }
            TypeDefKind::Variant(variant) => {
                let cases: Vec<_> = variant.cases.iter().map(|case| case.ty).collect();
                self.flatten_cases(&cases, offset, local)
            }
            // A handle.
            _ => {
                self.load(4, offset);
                self.set(local);
                local + 1
            }
        }
    }

    /// No variant here has more cases than a byte can tell apart.
    fn flatten_cases(&mut self, cases: &[Option<Type>], offset: i32, local: usize) -> usize {
        self.load(1, offset);
        self.set(local);
        let payload = self
            .sizes
            .payload_offset(wit_parser::Int::U8, cases.iter().map(Option::as_ref));
        let mut end = local + 1;
        for (index, case) in cases.iter().enumerate() {
            if let Some(ty) = case {
                self.load(1, offset);
                self.body.i32_const(index as i32).i32_eq();
                self.body.if_(BlockType::Empty);
                let case = self.flatten(ty, offset + payload.size_wasm32() as i32, local + 1);
                self.body.end();
                end = end.max(case);
            }
        }
        end
    }
}
