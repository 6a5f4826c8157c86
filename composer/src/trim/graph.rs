//! Who refers to whom, as the relocations say.
//!
//! The instructions themselves name functions, types and globals; relocations add what the numbers
//! in them mean: addresses of data and of functions. Whether both agree is checked by the tests, which
//! see the adapter that is embedded. Otherwise the relocations alone are read, and no instruction. Every
//! relocated place must hold the number that the relocation asks for, so a relocation that is misread
//! doesn't pass.

use std::ops::{Range, RangeInclusive};
use std::sync::OnceLock;

use wasmparser::{
    BinaryReader, BlockType, DefinedDataSymbol, Operator, RelocationEntry, RelocationType,
    SymbolFlags, SymbolInfo,
};

use crate::core_module::Space;
use crate::core_module::indices;

use super::read::{Function, Input, unsupported};
use super::{Error, Problem, Section};

/// What a function or a piece of data refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reference {
    /// This function, directly.
    Function(u32),
    /// This function's place in the table.
    Address(u32),
    /// Whatever function of this type is in the table.
    Indirect(u32),
    Type(u32),
    Global(u32),
    /// This piece of data, by its place in [`Graph::data`].
    Data(usize),
}

pub(super) struct Graph {
    bodies: Vec<Body>,
    targets: Vec<Target>,
    pub data: Vec<Datum>,
}

/// A function with a body.
struct Body {
    /// The relocations that are in it.
    relocations: Range<usize>,
    /// What the function refers to. Empty until [`Graph::references`] is first called for it.
    references: OnceLock<Vec<Reference>>,
}

/// A piece of memory that lives or dies as a whole: what one symbol stands for. Pieces may overlap.
pub(super) struct Datum {
    pub addresses: Range<u32>,
    pub references: Vec<Reference>,
}

/// Follows all relocations of a module.
pub(super) fn build(input: &Input<'_>) -> Result<Graph, Error> {
    let (mut data, targets) = targets(input)?;
    let bodies = bodies(input)?;
    let resolver = Resolver {
        input,
        targets: &targets,
    };
    let pointers = resolver.pointers(&data)?;
    for datum in &mut data {
        // A pointer that is only partly inside counts: better too much than too little.
        let inside = pointers.iter().filter(|pointer| {
            pointer.addresses.start < datum.addresses.end
                && datum.addresses.start < pointer.addresses.end
        });
        datum.references = sorted(inside.map(|pointer| pointer.to).collect());
    }
    Ok(Graph {
        bodies,
        targets,
        data,
    })
}

impl Graph {
    /// Returns what a function refers to. `place` is its position among the functions with a body, so
    /// that imported functions don't count. The first call for a function reads its relocations.
    ///
    /// # Errors
    ///
    /// If a relocation doesn't fit what is in its place.
    pub fn references(&self, input: &Input<'_>, place: usize) -> Result<&[Reference], Error> {
        let (Some(body), Some(function)) = (self.bodies.get(place), input.bodies.get(place)) else {
            return Ok(&[]);
        };
        if let Some(references) = body.references.get() {
            return Ok(references);
        }
        let resolver = self.resolver(input);
        let references = resolver.body(function, self.relocations(input, place))?;
        Ok(body.references.get_or_init(|| references))
    }

    /// The relocations in the body of a function, in order.
    pub fn relocations<'a>(&self, input: &'a Input<'_>, place: usize) -> &'a [RelocationEntry] {
        let body = self.bodies.get(place);
        body.map_or(&[], |body| {
            &input.code_relocations[body.relocations.clone()]
        })
    }

    fn resolver<'a>(&'a self, input: &'a Input<'a>) -> Resolver<'a> {
        Resolver {
            input,
            targets: &self.targets,
        }
    }

    /// Checks that all functions can be followed, and that all in the table are accounted for.
    pub fn check(&self, input: &Input<'_>) -> Result<(), Error> {
        let mut addressed = Vec::new();
        let resolver = self.resolver(input);
        for (place, function) in input.bodies.iter().enumerate() {
            let index = (input.imports.len() + place) as u32;
            resolver.check(index, function, self.relocations(input, place))?;
            addressed.extend(self.references(input, place)?);
        }
        let of_data = self.data.iter().flat_map(|datum| &datum.references);
        addressed.extend(of_data);
        check_slots(input, &sorted(addressed))
    }
}

/// Which relocations are in which function.
fn bodies(input: &Input<'_>) -> Result<Vec<Body>, Error> {
    let mut rest = 0;
    let mut bodies = Vec::new();
    for function in &input.bodies {
        let end = function.offset + function.body.as_bytes().len();
        let pending = &input.code_relocations[rest..];
        let inside = pending.partition_point(|entry| (entry.offset as usize) < end);
        bodies.push(Body {
            relocations: rest..rest + inside,
            references: OnceLock::new(),
        });
        rest += inside;
    }
    match input.code_relocations.get(rest) {
        Some(entry) => Err(in_code(entry, Problem::OutsideCode)),
        None => Ok(bodies),
    }
}

/// The linker puts a function in the table because something takes its address. So one that nobody
/// refers to shows that relocations are missing.
fn check_slots(input: &Input<'_>, addressed: &[Reference]) -> Result<(), Error> {
    let missing = input.slots.iter().find(|(_, function)| {
        addressed
            .binary_search(&Reference::Address(**function))
            .is_err()
    });
    match missing {
        Some((&slot, &function)) => Err(Error::Unaddressed { slot, function }),
        None => Ok(()),
    }
}

/// What a symbol stands for.
#[derive(Clone, Copy)]
enum Target {
    Function(u32),
    Global(u32),
    Table(u32),
    Data {
        address: u32,
        datum: usize,
    },
    /// An address without anything there, like the end of the data.
    Absolute(u32),
    /// An address that the linker made up, of data whose extent it doesn't say.
    AbsoluteData,
    /// What code and data don't refer to: a section, or something undefined.
    Other,
}

/// What each symbol stands for, and the pieces of data among that.
fn targets(input: &Input<'_>) -> Result<(Vec<Datum>, Vec<Target>), Error> {
    let mut data = Vec::new();
    let mut targets = Vec::new();
    for symbol in &input.symbols {
        targets.push(match *symbol {
            SymbolInfo::Func { index, .. } => Target::Function(index),
            SymbolInfo::Global { index, .. } => Target::Global(index),
            SymbolInfo::Table { index, .. } => Target::Table(index),
            SymbolInfo::Data {
                symbol: Some(place),
                flags,
                ..
            } if flags.contains(SymbolFlags::ABSOLUTE) => absolute(input, place.offset),
            SymbolInfo::Data {
                symbol: Some(place),
                name,
                ..
            } => {
                let Some(addresses) = addresses(input, place) else {
                    return unsupported(format!(
                        "a symbol that isn't where its data is (`{name}`)"
                    ));
                };
                let address = addresses.start;
                data.push(Datum {
                    addresses,
                    references: Vec::new(),
                });
                Target::Data {
                    address,
                    datum: data.len() - 1,
                }
            }
            SymbolInfo::Data { symbol: None, .. }
            | SymbolInfo::Section { .. }
            | SymbolInfo::Event { .. } => Target::Other,
        });
    }
    extend_unsized(input, &mut data);
    Ok((data, targets))
}

fn absolute(input: &Input<'_>, address: u32) -> Target {
    let inside = input
        .segments
        .iter()
        .any(|segment| (segment.address..segment.end()).contains(&address));
    if inside {
        Target::AbsoluteData
    } else {
        Target::Absolute(address)
    }
}

/// Where in memory a symbol is.
fn addresses(input: &Input<'_>, place: DefinedDataSymbol) -> Option<Range<u32>> {
    let segment = input
        .segments
        .iter()
        .find(|segment| segment.index == place.index)?;
    let start = segment.address.checked_add(place.offset)?;
    let end = start.checked_add(place.size)?;
    (end <= segment.end()).then_some(start..end)
}

/// A symbol without a size may be a label for what follows. Lets it stand for all up to the next.
fn extend_unsized(input: &Input<'_>, data: &mut [Datum]) {
    let mut bounds = data
        .iter()
        .map(|datum| datum.addresses.start)
        .collect::<Vec<_>>();
    bounds.extend(input.segments.iter().map(|segment| segment.end()));
    bounds.sort_unstable();
    for datum in data.iter_mut().filter(|datum| datum.addresses.is_empty()) {
        let start = datum.addresses.start;
        // At the very end of a segment there is nothing to stand for.
        if input
            .segments
            .iter()
            .any(|segment| (segment.address..segment.end()).contains(&start))
        {
            let next = bounds.partition_point(|bound| *bound <= start);
            datum.addresses.end = bounds.get(next).copied().unwrap_or(start);
        }
    }
}

/// A place in memory that refers to something.
struct Pointer {
    addresses: Range<u32>,
    to: Reference,
}

/// Relocations, and what is needed to understand them.
struct Resolver<'a> {
    input: &'a Input<'a>,
    targets: &'a [Target],
}

impl Resolver<'_> {
    /// Returns the references of one function, which its relocations tell of.
    fn body(
        &self,
        function: &Function<'_>,
        relocations: &[RelocationEntry],
    ) -> Result<Vec<Reference>, Error> {
        let mut references = Vec::new();
        for entry in relocations {
            let outside = || in_code(entry, Problem::OutsideCode);
            let at = function.place(entry).ok_or_else(outside)?;
            let reference = self
                .resolve(entry, function.body.as_bytes(), at, Section::Code)
                .map_err(|problem| in_code(entry, problem))?;
            references.extend(reference);
            // What names a type calls by it: see `named`.
            if let Some(Reference::Type(ty)) = reference {
                references.push(Reference::Indirect(ty));
            }
        }
        Ok(sorted(references))
    }

    /// Checks that the instructions of a function name nothing without a relocation, and that all of
    /// these relocations are in its instructions.
    fn check(
        &self,
        index: u32,
        function: &Function<'_>,
        relocations: &[RelocationEntry],
    ) -> Result<(), Error> {
        let base = function.body.range().start;
        let mut rest = relocations;
        let mut operators = function.body.get_operators_reader()?;
        while !operators.eof() {
            let start = operators.original_position() - base;
            let operator = operators.read()?;
            let end = operators.original_position() - base;
            let next = function.offset + end;
            let (inside, after) =
                rest.split_at(rest.partition_point(|entry| (entry.offset as usize) < next));
            let mut named = named(&operator)?;
            for entry in inside {
                self.immediate(entry, function, (&operator, start..end), &mut named)
                    .map_err(|problem| in_code(entry, problem))?;
            }
            if let Some(reference) = named.first() {
                let reference = format!("{reference:?}");
                return Err(Error::Unrelocated {
                    function: index,
                    reference,
                });
            }
            rest = after;
        }
        Ok(())
    }

    /// Strikes out what a relocation in an instruction tells of. The instruction is where `instruction`
    /// says, counted from the beginning of the function.
    fn immediate(
        &self,
        entry: &RelocationEntry,
        function: &Function<'_>,
        (operator, instruction): (&Operator<'_>, Range<usize>),
        named: &mut Vec<Reference>,
    ) -> Result<(), Problem> {
        let outside = Err(Problem::OutsideCode);
        let Some(start) = function.place(entry) else {
            return outside;
        };
        let code = function.body.as_bytes();
        let reference = self.resolve(entry, code, start, Section::Code)?;
        // Right after the opcode, or at the end.
        let is_first = start == instruction.start + 1;
        let is_last = start + entry.ty.extent() == instruction.end;
        let is_there = match entry.ty {
            RelocationType::FunctionIndexLeb | RelocationType::GlobalIndexLeb => {
                is_first && is_last
            }
            RelocationType::TypeIndexLeb => is_first,
            RelocationType::MemoryAddrSleb | RelocationType::TableIndexSleb => {
                matches!(operator, Operator::I32Const { .. }) && is_first && is_last
            }
            RelocationType::TableNumberLeb => calls_indirectly(operator) && is_last,
            // Where it isn't a constant, an address is the offset of a load or store.
            _ => LOADS_AND_STORES.contains(&code[instruction.start]) && is_last,
        };
        if !is_there {
            return outside;
        }
        // Addresses are never named: they are just numbers.
        if let Some(Reference::Address(_) | Reference::Data(_)) | None = reference {
            return Ok(());
        }
        let place = named.iter().position(|named| Some(*named) == reference);
        named.swap_remove(place.ok_or(Problem::OutsideCode)?);
        Ok(())
    }

    /// All places in memory that refer to something.
    fn pointers(&self, data: &[Datum]) -> Result<Vec<Pointer>, Error> {
        let mut pointers = Vec::new();
        for entry in &self.input.data_relocations {
            let fail = |problem| Error::Relocation {
                section: Section::Data,
                offset: entry.offset,
                problem,
            };
            let (address, bytes) = self
                .bytes_from(entry)
                .ok_or_else(|| fail(Problem::OutsideData))?;
            if !data.iter().any(|datum| datum.addresses.contains(&address)) {
                return Err(fail(Problem::OutsideData));
            }
            let addresses = address..address.saturating_add(entry.ty.extent() as u32);
            let to = self.resolve(entry, bytes, 0, Section::Data).map_err(fail)?;
            pointers.extend(to.map(|to| Pointer { addresses, to }));
        }
        Ok(pointers)
    }

    /// The address of a relocated place, and what its segment holds from there on.
    fn bytes_from(&self, entry: &RelocationEntry) -> Option<(u32, &[u8])> {
        self.input.segments.iter().find_map(|segment| {
            let within = (entry.offset as usize).checked_sub(segment.offset)?;
            let bytes = segment.bytes.get(within..)?;
            let address = segment.address.checked_add(u32::try_from(within).ok()?)?;
            (!bytes.is_empty()).then_some((address, bytes))
        })
    }

    /// What a relocation refers to, if that is anything that can be dropped. `at` is where in
    /// `bytes` it applies.
    fn resolve(
        &self,
        entry: &RelocationEntry,
        bytes: &[u8],
        at: usize,
        section: Section,
    ) -> Result<Option<Reference>, Problem> {
        use RelocationType as Kind;
        let found = || number(entry.ty, bytes, at).ok_or(Problem::NoValue);
        let expect = |expected| match found()? {
            found if found == expected => Ok(()),
            found => Err(Problem::Value { expected, found }),
        };
        let missing = Err(Problem::Symbol(entry.index));
        let target = usize::try_from(entry.index)
            .ok()
            .and_then(|index| self.targets.get(index))
            .copied();
        match (section, entry.ty) {
            (Section::Code, Kind::FunctionIndexLeb) => {
                let Some(Target::Function(function)) = target else {
                    return missing;
                };
                expect(function)?;
                Ok(Some(Reference::Function(function)))
            }
            (Section::Code, Kind::TableIndexSleb) | (Section::Data, Kind::TableIndexI32) => {
                let Some(Target::Function(function)) = target else {
                    return missing;
                };
                let slot = found()?;
                if self.input.slots.get(&slot) != Some(&function) {
                    return Err(Problem::Slot { slot, function });
                }
                Ok(Some(Reference::Address(function)))
            }
            (Section::Code, Kind::MemoryAddrLeb | Kind::MemoryAddrSleb)
            | (Section::Data, Kind::MemoryAddrI32) => {
                let (address, reference) = match target {
                    Some(Target::Data { address, datum }) => {
                        (address, Some(Reference::Data(datum)))
                    }
                    Some(Target::Absolute(address)) => (address, None),
                    Some(Target::AbsoluteData) => return Err(Problem::Absolute(entry.index)),
                    _ => return missing,
                };
                // Addresses wrap, in the linker as in the machine; an addend may be negative.
                expect(address.wrapping_add(entry.addend as u32))?;
                Ok(reference)
            }
            (Section::Code, Kind::GlobalIndexLeb) => {
                let Some(Target::Global(global)) = target else {
                    return missing;
                };
                expect(global)?;
                Ok(Some(Reference::Global(global)))
            }
            (Section::Code, Kind::TypeIndexLeb) => {
                // Of all kinds, only this one names no symbol but the thing itself.
                expect(entry.index)?;
                Ok(Some(Reference::Type(entry.index)))
            }
            (Section::Code, Kind::TableNumberLeb) => {
                let Some(Target::Table(table)) = target else {
                    return missing;
                };
                expect(table)?;
                Ok(None)
            }
            (_, kind) => Err(Problem::Kind(kind)),
        }
    }
}

/// The number that a relocation of this kind has left in its place. Relocated numbers have a fixed
/// width, LEB128 ones by padding.
pub(super) fn number(kind: RelocationType, bytes: &[u8], at: usize) -> Option<u32> {
    use RelocationType as Kind;
    let bytes = bytes.get(at..at.checked_add(kind.extent())?)?;
    let mut reader = BinaryReader::new(bytes, 0);
    let value = match kind {
        Kind::TableIndexI32 | Kind::MemoryAddrI32 => reader.read_u32(),
        Kind::TableIndexSleb | Kind::MemoryAddrSleb => {
            reader.read_var_i32().map(i32::cast_unsigned)
        }
        _ => reader.read_var_u32(),
    };
    value.ok().filter(|_| reader.eof())
}

pub(super) fn in_code(entry: &RelocationEntry, problem: Problem) -> Error {
    Error::Relocation {
        section: Section::Code,
        offset: entry.offset,
        problem,
    }
}

fn sorted(mut references: Vec<Reference>) -> Vec<Reference> {
    references.sort_unstable();
    references.dedup();
    references
}

/// The opcodes of the instructions that load from memory and store there.
const LOADS_AND_STORES: RangeInclusive<u8> = 0x28..=0x3e;

fn calls_indirectly(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. }
    )
}

/// Returns the functions, globals and types that an instruction names by their indices.
fn named(operator: &Operator<'_>) -> Result<Vec<Reference>, Error> {
    match operator {
        // These would let functions into the table, or out of it, that no relocation tells of.
        Operator::RefFunc { .. }
        | Operator::TableGet { .. }
        | Operator::TableSet { .. }
        | Operator::TableGrow { .. }
        | Operator::TableSize { .. }
        | Operator::TableFill { .. }
        | Operator::TableCopy { .. } => {
            return unsupported(format!("an instruction {operator:?}"));
        }
        // Nothing but a call may name a type: whatever does is taken for one.
        Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty }
            if matches!(blockty, BlockType::FuncType(_)) =>
        {
            return unsupported(format!("an instruction {operator:?}"));
        }
        _ => {}
    }
    let Ok(named) = indices::named(operator) else {
        return unsupported(format!("an instruction {operator:?}"));
    };
    let named = named.into_iter().filter_map(|(space, index)| match space {
        Space::Functions => Some(Reference::Function(index)),
        Space::Globals => Some(Reference::Global(index)),
        Space::Types => Some(Reference::Type(index)),
        // There is one of each.
        Space::Tables | Space::Memories => None,
    });
    Ok(named.collect())
}
