//! Writes what is left.

use std::collections::BTreeSet;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalSection, ImportSection, MemorySection, Module, NameMap,
    NameSection, StartSection, TableSection, TypeSection,
};
use wasmparser::{RelocationEntry, RelocationType, SymbolInfo};

use super::graph::{self, Graph};
use super::live::Live;
use super::read::{Function, FunctionExport, Input};
use super::{Error, Left, Names, Problem, Replaced};
use crate::core_module::indices::{Copying, Index, Indices};
use crate::core_module::{self, NOWHERE, Numbers, Space};

/// Encodes the live part of a module, and says which indices are in its code.
pub(super) fn emit(
    input: &Input<'_>,
    graph: &Graph,
    left: &Left<'_, '_>,
    names: Names,
) -> Result<(Vec<u8>, Indices), Error> {
    let Left {
        live,
        replaced,
        exports,
        ..
    } = *left;
    let numbers = Numbers {
        spaces: [
            function_numbers(live, replaced),
            vec![0],
            vec![0],
            numbers(&live.globals),
            numbers(&live.types),
        ],
    };
    let mut writer = Writer {
        input,
        graph,
        live,
        numbers,
        module: Module::new(),
    };
    // Sections have a fixed order.
    writer.types()?;
    writer.imports()?;
    writer.functions()?;
    writer.table()?;
    writer.memory()?;
    writer.globals()?;
    writer.exports(exports)?;
    writer.start()?;
    writer.elements()?;
    let indices = writer.code()?;
    writer.data(&left.set);
    if names == Names::Keep {
        writer.names();
    }
    Ok((writer.module.finish(), indices))
}

struct Writer<'a> {
    input: &'a Input<'a>,
    graph: &'a Graph,
    live: &'a Live,
    numbers: Numbers,
    module: Module,
}

impl<'a> Writer<'a> {
    fn types(&mut self) -> Result<(), Error> {
        let mut section = TypeSection::new();
        for ty in alive(&self.input.types, &self.live.types) {
            section.ty().func_type(&self.numbers.func_type(ty.clone())?);
        }
        self.add(section.len(), &section);
        Ok(())
    }

    fn imports(&mut self) -> Result<(), Error> {
        let mut section = ImportSection::new();
        for import in alive(&self.input.imports, &self.live.functions) {
            let ty = EntityType::Function(self.numbers.type_index(import.ty)?);
            section.import(import.module, import.name, ty);
        }
        self.add(section.len(), &section);
        Ok(())
    }

    fn functions(&mut self) -> Result<(), Error> {
        let mut section = FunctionSection::new();
        for function in alive(&self.input.bodies, self.live_bodies()) {
            section.function(self.numbers.type_index(function.ty)?);
        }
        for import in alive(&self.input.imports, &self.live.traps) {
            section.function(self.numbers.type_index(import.ty)?);
        }
        self.add(section.len(), &section);
        Ok(())
    }

    /// Without calls through it nobody would notice a table. With them there must be one, even if
    /// nothing is left in it.
    fn table(&mut self) -> Result<(), Error> {
        let Some(mut table) = self.input.table.filter(|_| self.live.table) else {
            return Ok(());
        };
        let size = self
            .live_slots()
            .last()
            .map_or(0, |(slot, _)| u64::from(slot) + 1);
        table.initial = size;
        table.maximum = table.maximum.map(|_| size);
        let mut section = TableSection::new();
        section.table(self.numbers.table_type(table)?);
        self.module.section(&section);
        Ok(())
    }

    fn memory(&mut self) -> Result<(), Error> {
        let mut section = MemorySection::new();
        section.memory(self.numbers.memory_type(self.input.memory)?);
        self.module.section(&section);
        Ok(())
    }

    fn globals(&mut self) -> Result<(), Error> {
        let mut section = GlobalSection::new();
        for global in alive(&self.input.globals, &self.live.globals) {
            self.numbers.parse_global(&mut section, global.clone())?;
        }
        self.add(section.len(), &section);
        Ok(())
    }

    fn exports(&mut self, exports: &[&FunctionExport<'_>]) -> Result<(), Error> {
        let mut section = ExportSection::new();
        for name in &self.input.memory_names {
            section.export(name, ExportKind::Memory, 0);
        }
        for export in exports {
            section.export(
                export.name,
                ExportKind::Func,
                self.numbers.function_index(export.function)?,
            );
        }
        self.add(section.len(), &section);
        Ok(())
    }

    fn start(&mut self) -> Result<(), Error> {
        if let Some(start) = self.input.start {
            let function_index = self.numbers.function_index(start)?;
            self.module.section(&StartSection { function_index });
        }
        Ok(())
    }

    /// One segment for each run of functions that lie beside each other in the table.
    fn elements(&mut self) -> Result<(), Error> {
        let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
        for (slot, function) in self.live_slots() {
            let function = self.numbers.get(Space::Functions, function)?;
            match runs.last_mut() {
                Some((first, run)) if *first as usize + run.len() == slot as usize => {
                    run.push(function)
                }
                _ => runs.push((slot, vec![function])),
            }
        }
        let mut section = ElementSection::new();
        for (first, run) in runs {
            section.active(None, &offset(first), Elements::Functions(run.into()));
        }
        self.add(section.len(), &section);
        Ok(())
    }

    fn code(&mut self) -> Result<Indices, Error> {
        let mut section = CodeSection::new();
        let mut indices = Indices::default();
        for (place, function) in alive(self.input.bodies.iter().enumerate(), self.live_bodies()) {
            let relocations = self.graph.relocations(self.input, place);
            section.raw(&self.body(function, relocations, &mut indices)?);
            indices.end_function();
        }
        for _ in alive(&self.input.imports, &self.live.traps) {
            let mut body = wasm_encoder::Function::new([]);
            body.instructions().unreachable().end();
            section.function(&body);
            indices.end_function();
        }
        self.add(section.len(), &section);
        Ok(indices)
    }

    /// The body of a function with other indices. The linker has padded all that it could have changed,
    /// which is made short here.
    fn body(
        &self,
        function: &Function<'_>,
        relocations: &[RelocationEntry],
        indices: &mut Indices,
    ) -> Result<Vec<u8>, Error> {
        let code = function.body.as_bytes();
        let mut copying = Copying::of(code);
        for entry in relocations {
            let fail = |problem| move || graph::in_code(entry, problem);
            let at = function.place(entry);
            let at = at.ok_or_else(fail(Problem::OutsideCode))?;
            let len = entry.ty.extent();
            let found = graph::number(entry.ty, code, at);
            let found = found.ok_or_else(fail(Problem::NoValue))?;
            let space = match entry.ty {
                RelocationType::FunctionIndexLeb => Space::Functions,
                RelocationType::GlobalIndexLeb => Space::Globals,
                RelocationType::TypeIndexLeb => Space::Types,
                RelocationType::TableNumberLeb => Space::Tables,
                RelocationType::MemoryAddrLeb => {
                    copying.replace(at, len, found);
                    continue;
                }
                RelocationType::MemoryAddrSleb | RelocationType::TableIndexSleb => {
                    copying.replace(at, len, found.cast_signed());
                    continue;
                }
                kind => return Err(fail(Problem::Kind(kind))()),
            };
            let index = Index { at, len, space };
            let number = self.numbers.get(space, found)?;
            indices.push(copying.renumber(index, number));
        }
        Ok(copying.finish())
    }

    fn data(&mut self, set: &BTreeSet<u32>) {
        let mut section = DataSection::new();
        for run in runs(contents(self.input, self.graph, self.live, set)) {
            section.active(0, &offset(run.address), run.bytes);
        }
        self.add(section.len(), &section);
    }

    fn names(&mut self) {
        // Of several names for one function the first will do.
        let mut of = vec![None; self.live.functions.len()];
        for symbol in &self.input.symbols {
            if let SymbolInfo::Func {
                index,
                name: Some(name),
                ..
            } = symbol
                && let Some(place @ None) = of.get_mut(*index as usize)
            {
                *place = Some(*name);
            }
        }
        let mut names = NameMap::new();
        for (function, name) in (0..).zip(of) {
            if let (Ok(number), Some(name)) = (self.numbers.get(Space::Functions, function), name) {
                names.append(number, name);
            }
        }
        let mut section = NameSection::new();
        section.functions(&names);
        self.module.section(&section);
    }

    fn live_bodies(&self) -> &'a [bool] {
        self.live
            .functions
            .get(self.input.imports.len()..)
            .unwrap_or_default()
    }

    /// What stays in the table, by place.
    fn live_slots(&self) -> impl Iterator<Item = (u32, u32)> + use<'_> {
        let live = |function: u32| {
            self.live
                .in_table
                .get(function as usize)
                .copied()
                .unwrap_or(false)
        };
        self.input
            .slots
            .iter()
            .map(|(slot, function)| (*slot, *function))
            .filter(move |(_, function)| live(*function))
    }

    fn add(&mut self, len: u32, section: &impl wasm_encoder::Section) {
        if len > 0 {
            self.module.section(section);
        }
    }
}

fn alive<'a, T>(
    all: impl IntoIterator<Item = T> + 'a,
    live: &'a [bool],
) -> impl Iterator<Item = T> + 'a {
    all.into_iter()
        .zip(live)
        .filter(|(_, live)| **live)
        .map(|(item, _)| item)
}

fn offset(address: u32) -> ConstExpr {
    ConstExpr::i32_const(address.cast_signed())
}

/// The new index of everything that is live.
fn numbers(live: &[bool]) -> Vec<u32> {
    let mut next = 0..;
    let number = |live: &bool| live.then(|| next.next()).flatten();
    let numbers = live.iter().map(number);
    numbers.map(|number| number.unwrap_or(NOWHERE)).collect()
}

/// The same for functions. Those that trap come after all others, and what has taken the place of an
/// import has its number.
fn function_numbers(live: &Live, replaced: &[Replaced]) -> Vec<u32> {
    let mut all = numbers(&live.functions);
    let count = live.functions.iter().filter(|live| **live).count() as u32;
    let mut traps = count..;
    for (index, replaced) in replaced.iter().enumerate() {
        let number = match replaced {
            Replaced::By(other) => all.get(*other as usize).copied(),
            Replaced::ByTrap if live.traps[index] => traps.next(),
            Replaced::ByTrap | Replaced::Not => continue,
        };
        all[index] = number.unwrap_or(NOWHERE);
    }
    all
}

impl From<core_module::Error> for Error {
    fn from(error: core_module::Error) -> Self {
        Self::Encode(error.to_string())
    }
}

/// Bytes that memory holds at first.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    address: u32,
    bytes: Vec<u8>,
}

/// All live bytes that aren't zero, as memory is anyway, in order of address. Some are `set` to 1.
fn contents<'a>(
    input: &'a Input<'_>,
    graph: &'a Graph,
    live: &'a Live,
    set: &'a BTreeSet<u32>,
) -> impl Iterator<Item = (u32, u8)> + 'a {
    input.segments.iter().flat_map(|segment| {
        let mut keep = vec![false; segment.bytes.len()];
        for datum in alive(&graph.data, &live.data) {
            // A piece of data is in one segment, so either this is all of it or nothing.
            let start = datum.addresses.start.checked_sub(segment.address);
            let end = datum.addresses.end.checked_sub(segment.address);
            if let (Some(start), Some(end)) = (start, end)
                && let Some(keep) = keep.get_mut(start as usize..end as usize)
            {
                keep.fill(true);
            }
        }
        let byte = |(address, byte): (u32, &u8)| match set.contains(&address) {
            true => (address, 1),
            false => (address, *byte),
        };
        let bytes = (segment.address..).zip(segment.bytes).map(byte).zip(keep);
        let is_there = |((_, byte), keep): &((u32, u8), bool)| *keep && *byte != 0;
        bytes.filter(is_there).map(|(byte, _)| byte)
    })
}

/// Gathers bytes in segments. A gap is bridged with zeros where that is shorter than to begin anew.
fn runs(contents: impl IntoIterator<Item = (u32, u8)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (address, byte) in contents {
        if let Some(run) = runs.last_mut() {
            let gap = (address - run.address) as usize - run.bytes.len();
            if gap == 0 || gap <= header(address) {
                run.bytes.resize(run.bytes.len() + gap, 0);
                run.bytes.push(byte);
                continue;
            }
        }
        runs.push(Run {
            address,
            bytes: vec![byte],
        });
    }
    runs
}

/// How many bytes a short segment takes beside its contents.
fn header(address: u32) -> usize {
    let mut expression = Vec::new();
    wasm_encoder::Encode::encode(&offset(address), &mut expression);
    // That it is active, and how long it is.
    1 + expression.len() + 1
}

#[cfg(test)]
mod tests {
    use super::{Run, header, runs};

    #[test]
    fn small_gaps_are_bridged() {
        assert_eq!(runs(vec![]), []);
        assert_eq!(
            runs(vec![(8, 1), (9, 2), (11, 3)]),
            [Run {
                address: 8,
                bytes: vec![1, 2, 0, 3]
            }]
        );
    }

    #[test]
    fn large_gaps_are_not() {
        let gap = header(70_000) as u32;
        let near = vec![(69_999 - gap, 1), (70_000, 2)];
        let far = vec![(69_998 - gap, 1), (70_000, 2)];
        assert_eq!(runs(near).len(), 1);
        let two = [
            Run {
                address: 69_998 - gap,
                bytes: vec![1],
            },
            Run {
                address: 70_000,
                bytes: vec![2],
            },
        ];
        assert_eq!(runs(far), two);
    }

    #[test]
    fn a_header_is_as_long_as_its_address_needs() {
        assert_eq!(header(0), 5);
        assert_eq!(header(16_384), 7);
    }
}
