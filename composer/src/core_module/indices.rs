//! The indices in code: where they are, and others in their place.
//!
//! Where a function calls another, or uses a global, its code has an index, which is another one in a
//! module that is made of this one. All other code is copied as it is. Where it isn't known which
//! indices there are, instructions are read to find them, but none is encoded again.

use super::sections::{Error, MISSING, Missing, Space};
use std::borrow::Cow;
use std::ops::Range;
use wasm_encoder::Encode;
use wasm_encoder::reencode::Reencode;
use wasmparser::{BinaryReader, ConstExpr, FunctionBody, Operator, OperatorsReader};

/// An index in code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Index {
    /// The position of its first byte, from the beginning of the code.
    pub at: usize,
    /// The number of its bytes.
    pub len: usize,
    /// The index space that it counts in.
    pub space: Space,
}

/// The indices in the bodies of a module's functions, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Indices {
    all: Vec<Index>,
    /// The end of those of each function in `all`.
    ends: Vec<usize>,
}

impl Indices {
    /// The indices in functions that use no memory but the first: those that are `known`, or what is
    /// found.
    ///
    /// # Errors
    ///
    /// If those that are known are of other functions. With debug assertions, also if they are others,
    /// or if there are any that [`Space`] doesn't know.
    pub fn of<'i>(
        bodies: &[FunctionBody<'_>],
        known: Option<&'i Self>,
    ) -> Result<Cow<'i, Self>, Error> {
        let Some(known) = known else {
            return Ok(Cow::Owned(Self::find(bodies)?));
        };
        let is_of_others = known.ends.len() != bodies.len();
        // Tests are built with assertions, and see every module that is made here.
        if is_of_others || cfg!(debug_assertions) && *known != Self::find(bodies)? {
            return Err(MISSING);
        }
        Ok(Cow::Borrowed(known))
    }

    /// Finds the indices.
    pub fn find(bodies: &[FunctionBody<'_>]) -> Result<Self, Error> {
        let mut indices = Indices::default();
        for body in bodies {
            let code = body.as_bytes();
            find(code, body.get_operators_reader()?, |index| {
                indices.push(index);
            })?;
            indices.end_function();
        }
        Ok(indices)
    }

    /// The indices in the function at this place among those with a body.
    pub fn function(&self, place: usize) -> &[Index] {
        let start = match place.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
            None => 0,
        };
        let end = self.ends.get(place).copied().unwrap_or(start);
        &self.all[start..end]
    }

    /// Adds an index to the last function.
    pub fn push(&mut self, index: Index) {
        self.all.push(index);
    }

    /// Ends the last function.
    pub fn end_function(&mut self) {
        self.ends.push(self.all.len());
    }
}

/// Code that is being copied, but for some of it.
pub(crate) struct Copying<'c> {
    code: &'c [u8],
    copied: usize,
    copy: Vec<u8>,
}

impl<'c> Copying<'c> {
    pub fn of(code: &'c [u8]) -> Self {
        Copying {
            code,
            copied: 0,
            copy: Vec::with_capacity(code.len()),
        }
    }

    /// Puts something else in the place of so many bytes, which are after all that was replaced before.
    /// Returns its place in the copy.
    pub fn replace(&mut self, at: usize, len: usize, by: impl Encode) -> Range<usize> {
        self.copy.extend(&self.code[self.copied..at]);
        let start = self.copy.len();
        by.encode(&mut self.copy);
        self.copied = at + len;
        start..self.copy.len()
    }

    /// Puts an index in the place of one, and returns the new one.
    pub fn renumber(&mut self, index: Index, number: u32) -> Index {
        let place = self.replace(index.at, index.len, number);
        Index {
            at: place.start,
            len: place.len(),
            ..index
        }
    }

    /// The whole copy.
    pub fn finish(mut self) -> Vec<u8> {
        self.copy.extend(&self.code[self.copied..]);
        self.copy
    }
}

/// The expression with other indices: `new` gives the one for an index in a space.
pub(crate) fn constant(
    expression: &ConstExpr<'_>,
    new: impl Fn(Space, u32) -> Result<u32, Error>,
) -> Result<wasm_encoder::ConstExpr, Error> {
    let mut reader = expression.get_binary_reader();
    let code = reader.read_bytes(reader.bytes_remaining())?;
    let mut indices = Vec::new();
    find(code, expression.get_operators_reader(), |index| {
        indices.push(index);
    })?;
    let mut copying = Copying::of(code);
    for index in indices {
        copying.renumber(index, new(index.space, number(code, index)?)?);
    }
    let mut copy = copying.finish();
    // The encoder adds the end.
    copy.pop();
    Ok(wasm_encoder::ConstExpr::raw(copy))
}

/// The number at an index's place.
pub(crate) fn number(code: &[u8], index: Index) -> Result<u32, Error> {
    let bytes = code.get(index.at..).ok_or(MISSING)?;
    Ok(BinaryReader::new(bytes, 0).read_var_u32()?)
}

/// Finds the indices in code, which is what the operators are read from, perhaps after locals.
fn find(
    code: &[u8],
    mut operators: OperatorsReader<'_>,
    mut found: impl FnMut(Index),
) -> Result<(), Error> {
    let base = operators.original_position() + operators.get_binary_reader().bytes_remaining();
    let base = base - code.len();
    while !operators.eof() {
        let opcode = operators.original_position() - base;
        let operator = operators.read()?;
        let spaces = spaces(&operator);
        let mut reader = BinaryReader::new(&code[opcode + 1..], opcode + 1);
        for space in spaces.iter().copied() {
            let at = reader.original_position();
            reader.read_var_u32()?;
            let len = reader.original_position() - at;
            found(Index { at, len, space });
        }
        // As above.
        if cfg!(debug_assertions) {
            let named = named(&operator)?;
            if !named.iter().map(|(space, _)| space).eq(spaces) {
                return Err(MISSING);
            }
        }
    }
    Ok(())
}

/// The spaces of the indices that follow an operator's opcode, which is one byte then.
fn spaces(operator: &Operator<'_>) -> &'static [Space] {
    match operator {
        Operator::Call { .. } | Operator::ReturnCall { .. } | Operator::RefFunc { .. } => {
            &[Space::Functions]
        }
        Operator::GlobalGet { .. } | Operator::GlobalSet { .. } => &[Space::Globals],
        Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
            &[Space::Types, Space::Tables]
        }
        _ => &[],
    }
}

/// The indices that an instruction names, but for those of the first memory. They are found by
/// encoding it, so that nothing that has to be renumbered is overlooked.
///
/// # Errors
///
/// If there are others than [`Space`] knows.
pub(crate) fn named(operator: &Operator<'_>) -> Result<Vec<(Space, u32)>, Error> {
    let mut named = Named::default();
    named.instruction(operator.clone())?;
    Ok(named.0)
}

#[derive(Default)]
struct Named(Vec<(Space, u32)>);

impl Named {
    fn add(&mut self, space: Space, index: u32) -> Result<u32, Error> {
        self.0.push((space, index));
        Ok(index)
    }
}

impl Reencode for Named {
    type Error = Missing;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        self.add(Space::Functions, function)
    }

    fn type_index(&mut self, ty: u32) -> Result<u32, Error> {
        self.add(Space::Types, ty)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error> {
        self.add(Space::Tables, table)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error> {
        self.add(Space::Globals, global)
    }

    fn memory_index(&mut self, memory: u32) -> Result<u32, Error> {
        match memory {
            0 => Ok(memory),
            _ => self.add(Space::Memories, memory),
        }
    }

    fn tag_index(&mut self, _: u32) -> Result<u32, Error> {
        Err(MISSING)
    }

    fn data_index(&mut self, _: u32) -> Result<u32, Error> {
        Err(MISSING)
    }

    fn element_index(&mut self, _: u32) -> Result<u32, Error> {
        Err(MISSING)
    }
}
