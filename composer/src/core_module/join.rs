//! Makes one core module of several.
//!
//! An engine makes an instance of each core module, with tables of what it imports, and looks up
//! each function that one instance gets of another. What one module alone can do costs less.

use super::indices::Indices;
use super::sections::{Error, MISSING, Numbers, Output, Sections, Space};
use std::collections::BTreeMap;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::FuncType;

/// One of the modules.
pub(crate) struct Unit<'u> {
    pub bytes: &'u [u8],
    /// The indices in its code, where they are known.
    pub indices: Option<&'u Indices>,
    /// The beginning of the names of its exports in the result.
    pub prefix: &'u str,
    /// The units that serve its imports, by the names that it imports from. What it imports from
    /// others is imported still.
    pub args: Vec<(&'u str, usize)>,
}

/// The module that consists of all units, which is called so in backtraces. Its exports are those of
/// all. Its first table has more `slots` than that of the unit, at the end.
///
/// # Errors
///
/// If a unit imports what another doesn't export, or more than one has a start function.
pub(crate) fn join(name: &str, units: &[Unit<'_>], slots: u32) -> Result<Vec<u8>, Error> {
    let read: Result<Vec<_>, _> = units.iter().map(|it| Sections::read(it.bytes)).collect();
    let mut joint = Joint {
        units,
        read: &read?,
        output: Output::default(),
        types: BTreeMap::new(),
        imported: BTreeMap::new(),
        counts: [0; Space::COUNT],
    };
    let mut numbers = joint.types();
    for space in Space::SHARED {
        joint.space(space, &mut numbers)?;
    }
    joint.write(name, numbers, slots)
}

struct Joint<'j, 'u> {
    units: &'j [Unit<'u>],
    read: &'j [Sections<'u>],
    output: Output,
    /// The indices of the types.
    types: BTreeMap<String, u32>,
    /// The indices of what is imported by module and name.
    imported: BTreeMap<(Space, &'j str, &'j str), u32>,
    /// How many there are of each index space.
    counts: [u32; Space::COUNT],
}

/// Where an index of a unit leads, once imports from other units are followed.
enum Origin {
    /// An import of this unit, by its place among those of the index space.
    Imported(usize, usize),
    /// A definition of this unit, by its place among those of the index space.
    Defined(usize, usize),
}

impl<'j, 'u> Joint<'j, 'u> {
    /// Adds the types. Equal ones are one.
    fn types(&mut self) -> Vec<Numbers> {
        let units = self.read.iter();
        let all = units.map(|unit| {
            let mut numbers = Numbers::default();
            let types = unit.types.iter().map(|ty| self.ty(ty));
            numbers.spaces[Space::Types as usize] = types.collect();
            numbers
        });
        all.collect()
    }

    fn ty(&mut self, ty: &FuncType) -> u32 {
        let types = &mut self.output.types;
        *self.types.entry(ty.to_string()).or_insert_with(|| {
            let next = types.len();
            // Types of functions with values of core WebAssembly are written as they are.
            if let Ok(ty) = RoundtripReencoder.func_type(ty.clone()) {
                types.ty().func_type(&ty);
            }
            next
        })
    }

    /// Gives everything in an index space its number: imports come first.
    fn space(&mut self, space: Space, numbers: &mut [Numbers]) -> Result<(), Error> {
        let read = self.read;
        for (unit, module) in read.iter().enumerate() {
            for (place, _) in module.imports_of(space).enumerate() {
                if let Origin::Imported(of, place) = self.origin(space, unit, place)? {
                    self.import(space, of, place, &mut numbers[of])?;
                }
            }
        }
        let imports = self.counts[space as usize];
        let mut next = imports;
        let mut first = Vec::new();
        for unit in read {
            first.push(next);
            next += unit.defined(space) as u32;
        }
        self.counts[space as usize] = next;
        for (unit, module) in read.iter().enumerate() {
            let count = module.imports_of(space).count() + module.defined(space);
            for index in 0..count {
                let number = match self.origin(space, unit, index)? {
                    Origin::Imported(of, place) => {
                        self.import(space, of, place, &mut numbers[of])?
                    }
                    Origin::Defined(of, place) => first[of] + place as u32,
                };
                numbers[unit].spaces[space as usize].push(number);
            }
        }
        Ok(())
    }

    /// Follows an index of a unit. Units may import from each other what another one imports.
    fn origin(&self, space: Space, mut unit: usize, mut index: usize) -> Result<Origin, Error> {
        // Nothing is exported by each of the units in turn and defined by none.
        for _ in 0..=self.units.len() {
            let module = &self.read[unit];
            let imports = module.imports_of(space).count();
            let Some(import) = module.imports_of(space).nth(index) else {
                return Ok(Origin::Defined(unit, index - imports));
            };
            let mut args = self.units[unit].args.iter();
            let Some((_, by)) = args.find(|(name, _)| *name == import.module) else {
                return Ok(Origin::Imported(unit, index));
            };
            let mut exports = self.read[*by].exports.iter();
            let export = exports
                .find(|it| it.name == import.name && Space::of_export(it.kind) == Some(space));
            (unit, index) = (*by, export.ok_or(MISSING)?.index as usize);
        }
        Err(MISSING)
    }

    /// Adds an import, if it isn't there, and returns its index.
    fn import(
        &mut self,
        space: Space,
        unit: usize,
        place: usize,
        numbers: &mut Numbers,
    ) -> Result<u32, Error> {
        let import = self.read[unit].imports_of(space).nth(place);
        let import = import.ok_or(MISSING)?;
        let key = (space, import.module, import.name);
        if let Some(index) = self.imported.get(&key) {
            return Ok(*index);
        }
        let ty = numbers.entity_type(import.ty)?;
        self.output.imports.import(import.module, import.name, ty);
        let index = self.counts[space as usize];
        self.counts[space as usize] += 1;
        self.imported.insert(key, index);
        Ok(index)
    }

    fn write(self, name: &str, mut numbers: Vec<Numbers>, slots: u32) -> Result<Vec<u8>, Error> {
        let mut output = self.output;
        for ((unit, read), numbers) in self.units.iter().zip(self.read).zip(&mut numbers) {
            for ty in &read.declared {
                output.functions.function(numbers.type_index(*ty)?);
            }
            for table in &read.tables {
                let mut ty = numbers.table_type(table.ty)?;
                if output.tables.is_empty() {
                    ty.minimum += u64::from(slots);
                    ty.maximum = ty.maximum.map(|maximum| maximum + u64::from(slots));
                }
                output.tables.table(ty);
            }
            // An instruction that uses the first memory doesn't say so.
            let mut memories = numbers.spaces[Space::Memories as usize].iter().zip(0..);
            if memories.any(|(new, old)| *new != old) {
                return Err(MISSING);
            }
            for memory in &read.memories {
                output.memories.memory(numbers.memory_type(*memory)?);
            }
            for global in &read.globals {
                numbers.parse_global(&mut output.globals, global.clone())?;
            }
            for export in &read.exports {
                let name = format!("{}{}", unit.prefix, export.name);
                let kind = numbers.export_kind(export.kind)?;
                let index = numbers.external_index(export.kind, export.index)?;
                output.exports.export(&name, kind, index);
            }
            if let Some(function) = read.start {
                let former = output.start.replace(numbers.function_index(function)?);
                former.map_or(Ok(()), |_| Err(MISSING))?;
            }
            if let Some(section) = &read.elements {
                numbers.parse_element_section(&mut output.elements, section.clone())?;
            }
            let indices = Indices::of(&read.bodies, unit.indices)?;
            for (place, body) in read.bodies.iter().enumerate() {
                output.body(body.as_bytes(), indices.function(place), numbers)?;
            }
            if let Some(section) = &read.data {
                numbers.parse_data_section(&mut output.data, section.clone())?;
            }
            let imports = read.imports_of(Space::Functions).count() as u32;
            for (index, name) in read.names.range(imports..) {
                let index = numbers.function_index(*index)?;
                output.names.push((index, name.to_string()));
            }
        }
        Ok(output.finish(name))
    }
}
