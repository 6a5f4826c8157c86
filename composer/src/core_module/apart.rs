//! Takes the memory of a core module out of it.
//!
//! A function that the host calls with a memory, and one that allocates in it, have to be there
//! before the host's function can be lowered; a module that imports lowered functions comes after
//! them. One that has the memory itself can't be both, so that there has to be a table between them
//! which is filled in later. With the memory in a module of its own, nothing is in between.

use super::indices::{self, Indices};
use super::sections::{Error, MISSING, NOWHERE, Numbers, Output, Sections, Space};
use std::collections::BTreeSet;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{EntityType, ExportKind};

/// A module that was taken apart.
pub(crate) struct Apart {
    /// The module with the memory, its contents, and the function that allocates.
    pub memory: Vec<u8>,
    /// The module with everything else, which imports from that one by [`MEMORY`]. It has all the
    /// exports, and its table for another.
    pub rest: Vec<u8>,
    /// The indices in the code of the rest.
    pub indices: Indices,
    /// The size of the table that the rest defines, if it has one.
    pub table: Option<u32>,
}

/// The name by which the rest imports from the memory's module.
pub(crate) const MEMORY: &str = "memory";

/// The name of the rest's table in its exports, if it has one.
pub(crate) const TABLE: &str = "table";

/// Takes the memory and the function that is exported as `allocates` out of a module with these indices
/// in its code. The parts are called so in backtraces.
///
/// # Errors
///
/// If the function isn't there, or calls what is imported or in a table.
pub(crate) fn apart(
    bytes: &[u8],
    indices: &Indices,
    allocates: &str,
    [memory_name, rest_name]: [&str; 2],
) -> Result<Apart, Error> {
    let module = Sections::read(bytes)?;
    let imports = module.imports_of(Space::Functions).count() as u32;
    let is_it = |kind| Space::of_export(kind) == Some(Space::Functions);
    let mut exports = module.exports.iter();
    let export = exports.find(|it| it.name == allocates && is_it(it.kind));
    let function = export.ok_or(MISSING)?.index;
    let indices = Indices::of(&module.bodies, Some(indices))?;
    let whole = Whole {
        module: &module,
        indices: &indices,
        imports,
    };
    let needed = Needed::of(&whole, function)?;
    let (rest, indices) = rest(&whole, &needed, rest_name)?;
    Ok(Apart {
        memory: memory(&whole, (function, allocates), &needed, memory_name)?,
        rest,
        indices,
        table: module.tables.first().map(|table| table.ty.initial as u32),
    })
}

/// The module that is taken apart.
struct Whole<'w> {
    module: &'w Sections<'w>,
    indices: &'w Indices,
    /// The number of functions that it imports.
    imports: u32,
}

impl Whole<'_> {
    /// Adds the body at this place among those of the module.
    fn body(&self, place: usize, numbers: &Numbers, output: &mut Output) -> Result<(), Error> {
        let body = self.module.bodies.get(place).ok_or(MISSING)?;
        output.body(body.as_bytes(), self.indices.function(place), numbers)
    }
}

/// The functions and globals that a function reaches, itself included.
#[derive(Default)]
struct Needed {
    functions: BTreeSet<u32>,
    globals: BTreeSet<u32>,
}

impl Needed {
    fn of(whole: &Whole<'_>, function: u32) -> Result<Self, Error> {
        let mut needed = Needed::default();
        let mut pending = vec![function];
        while let Some(function) = pending.pop() {
            if !needed.functions.insert(function) {
                continue;
            }
            let place = function.checked_sub(whole.imports).ok_or(MISSING)? as usize;
            let code = whole.module.bodies.get(place).ok_or(MISSING)?.as_bytes();
            for index in whole.indices.function(place) {
                let number = indices::number(code, *index)?;
                match index.space {
                    Space::Functions => pending.push(number),
                    Space::Globals => _ = needed.globals.insert(number),
                    Space::Tables | Space::Memories | Space::Types => return Err(MISSING),
                }
            }
        }
        Ok(needed)
    }
}

/// Numbers for those of so many that are wanted.
fn numbers(count: u32, mut next: u32, is_wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    let number = |old: u32| match is_wanted(old) {
        true => {
            next += 1;
            next - 1
        }
        false => NOWHERE,
    };
    (0..count).map(number).collect()
}

/// The types, which both modules have.
fn types(module: &Sections<'_>, output: &mut Output) -> Result<Vec<u32>, Error> {
    for ty in &module.types {
        let ty = RoundtripReencoder.func_type(ty.clone());
        output.types.ty().func_type(&ty.map_err(|_| MISSING)?);
    }
    Ok((0..module.types.len() as u32).collect())
}

/// The name of a function or global in the exports of the memory's module.
fn export_name(space: Space, index: u32) -> String {
    match space {
        Space::Globals => format!("global{index}"),
        _ => index.to_string(),
    }
}

fn memory(
    whole: &Whole<'_>,
    (function, allocates): (u32, &str),
    needed: &Needed,
    name: &str,
) -> Result<Vec<u8>, Error> {
    let Whole {
        module, imports, ..
    } = *whole;
    let mut output = Output::default();
    let functions = imports + module.bodies.len() as u32;
    let globals = module.globals.len() as u32;
    let mut numbers = Numbers {
        spaces: [
            numbers(functions, 0, |it| needed.functions.contains(&it)),
            Vec::new(),
            vec![0],
            numbers(globals, 0, |it| needed.globals.contains(&it)),
            types(module, &mut output)?,
        ],
    };
    for memory in &module.memories {
        output.memories.memory(numbers.memory_type(*memory)?);
        output.exports.export(MEMORY, ExportKind::Memory, 0);
    }
    for index in &needed.globals {
        let global = module.globals.get(*index as usize).ok_or(MISSING)?;
        numbers.parse_global(&mut output.globals, global.clone())?;
        let name = export_name(Space::Globals, *index);
        let index = numbers.global_index(*index)?;
        output.exports.export(&name, ExportKind::Global, index);
    }
    for index in &needed.functions {
        let place = (index - imports) as usize;
        output.functions.function(module.declared[place]);
        whole.body(place, &numbers, &mut output)?;
        let name = export_name(Space::Functions, *index);
        let number = numbers.function_index(*index)?;
        output.exports.export(&name, ExportKind::Func, number);
        let named = module.names.get(index);
        output
            .names
            .extend(named.map(|name| (number, name.to_string())));
    }
    let function = numbers.function_index(function)?;
    output.exports.export(allocates, ExportKind::Func, function);
    if let Some(data) = &module.data {
        numbers.parse_data_section(&mut output.data, data.clone())?;
    }
    Ok(output.finish(name))
}

fn rest(whole: &Whole<'_>, needed: &Needed, name: &str) -> Result<(Vec<u8>, Indices), Error> {
    let Whole {
        module, imports, ..
    } = *whole;
    let mut output = Output::default();
    let globals = module.globals.len() as u32;
    let taken = |set: &BTreeSet<u32>, first: u32, all: &mut Vec<u32>| {
        for (number, index) in (first..).zip(set) {
            all[*index as usize] = number;
        }
    };
    let foreign = needed.functions.len() as u32;
    let mut function_numbers: Vec<u32> = (0..imports).collect();
    let own = numbers(module.bodies.len() as u32, imports + foreign, |place| {
        !needed.functions.contains(&(imports + place))
    });
    function_numbers.extend(own);
    taken(&needed.functions, imports, &mut function_numbers);
    let foreign = needed.globals.len() as u32;
    let mut global_numbers = numbers(globals, foreign, |it| !needed.globals.contains(&it));
    taken(&needed.globals, 0, &mut global_numbers);
    let mut numbers = Numbers {
        spaces: [
            function_numbers,
            (0..module.tables.len() as u32).collect(),
            vec![0],
            global_numbers,
            types(module, &mut output)?,
        ],
    };
    for import in &module.imports {
        let ty = numbers.entity_type(import.ty)?;
        output.imports.import(import.module, import.name, ty);
    }
    for index in &needed.functions {
        let ty = module.declared[(index - imports) as usize];
        let name = export_name(Space::Functions, *index);
        output
            .imports
            .import(MEMORY, &name, EntityType::Function(ty));
    }
    for index in &needed.globals {
        let ty = numbers.global_type(module.globals[*index as usize].ty)?;
        let name = export_name(Space::Globals, *index);
        output.imports.import(MEMORY, &name, EntityType::Global(ty));
    }
    for memory in &module.memories {
        let ty = EntityType::Memory(numbers.memory_type(*memory)?);
        output.imports.import(MEMORY, MEMORY, ty);
    }
    for table in &module.tables {
        output.tables.table(numbers.table_type(table.ty)?);
        output.exports.export(TABLE, ExportKind::Table, 0);
    }
    for (index, global) in (0..).zip(&module.globals) {
        if !needed.globals.contains(&index) {
            numbers.parse_global(&mut output.globals, global.clone())?;
        }
    }
    for export in &module.exports {
        let kind = numbers.export_kind(export.kind)?;
        let index = numbers.external_index(export.kind, export.index)?;
        output.exports.export(export.name, kind, index);
    }
    if let Some(function) = module.start {
        output.start = Some(numbers.function_index(function)?);
    }
    if let Some(section) = &module.elements {
        numbers.parse_element_section(&mut output.elements, section.clone())?;
    }
    for (index, (place, ty)) in (imports..).zip(module.declared.iter().enumerate()) {
        if !needed.functions.contains(&index) {
            output.functions.function(*ty);
            whole.body(place, &numbers, &mut output)?;
            let named = module.names.get(&index);
            let number = numbers.function_index(index)?;
            output
                .names
                .extend(named.map(|name| (number, name.to_string())));
        }
    }
    let indices = std::mem::take(&mut output.indices);
    Ok((output.finish(name), indices))
}
