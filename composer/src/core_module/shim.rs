//! The two core modules by which a component calls what comes after its core module.
//!
//! A function that is lowered with a core module's memory comes after that module, which imports the
//! function. So encoders put a table between them: the first of two modules has it, and a function
//! for each of its slots that calls what is there; the second fills it.

use super::Header;
use super::sections::{Sections, Space};
use wasm_encoder::reencode::{Reencode as _, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, Module, RefType,
    TableSection, TableType, ValType,
};
use wasmparser::{ElementItems, ElementKind, ExternalKind, Operator};

/// The name of the table, in modules of the encoder that everybody uses.
pub(crate) const TABLE: &str = "$imports";

/// The types of the slots, if a module is the first of the two: its functions are exported by the
/// numbers of the slots.
pub(crate) fn slots(bytes: &[u8]) -> Option<Vec<SlotType>> {
    let module = Sections::read(bytes).ok()?;
    let count = module.bodies.len();
    let of_table = |it: &&wasmparser::Export<'_>| it.kind == ExternalKind::Table;
    let table = module.exports.iter().find(of_table)?;
    let [only] = &module.tables[..] else {
        return None;
    };
    let has_else = module.start.is_some()
        || module.elements.is_some()
        || !module.imports.is_empty()
        || !module.globals.is_empty()
        || !module.memories.is_empty();
    let is_table = table.name == TABLE && only.ty.initial >= count as u64;
    if has_else || !is_table || module.exports.len() != count + 1 {
        return None;
    }
    let mut types = Vec::new();
    for (slot, (body, index)) in module.bodies.iter().zip(&module.declared).enumerate() {
        let name = slot.to_string();
        let is_it = |it: &wasmparser::Export<'_>| {
            it.name == name && it.kind == ExternalKind::Func && it.index as usize == slot
        };
        let ty = module.types.get(*index as usize)?;
        let params = ty.params().len() as u32;
        let calls = calls_slot(body, params, slot as i32, *index).ok()?;
        if !calls || !module.exports.iter().any(is_it) {
            return None;
        }
        let mut reencoder = RoundtripReencoder;
        let mut all = |types: &[wasmparser::ValType]| reencoder.val_types(types.to_vec()).ok();
        types.push((all(ty.params())?, all(ty.results())?));
    }
    Some(types)
}

/// Whether a function passes its parameters to what is in a slot, and does nothing else.
fn calls_slot(
    body: &wasmparser::FunctionBody<'_>,
    params: u32,
    slot: i32,
    ty: u32,
) -> wasmparser::Result<bool> {
    let mut operators = body.get_operators_reader()?;
    for param in 0..params {
        if !matches!(operators.read()?, Operator::LocalGet { local_index } if local_index == param)
        {
            return Ok(false);
        }
    }
    let is_slot = matches!(operators.read()?, Operator::I32Const { value } if value == slot);
    let is_call = matches!(
        operators.read()?,
        Operator::CallIndirect { type_index, table_index: 0 } if type_index == ty
    );
    let is_end = matches!(operators.read()?, Operator::End);
    Ok(is_slot && is_call && is_end && operators.eof())
}

/// Whether a module is the second of the two: what it imports by the numbers of that many slots is put
/// there, and that is all.
pub(crate) fn fills(bytes: &[u8], slots: usize) -> bool {
    let Ok(module) = Sections::read(bytes) else {
        return false;
    };
    let numbers = (0..slots).map(|slot| slot.to_string());
    let functions = module.imports_of(Space::Functions);
    let has_else = module.start.is_some()
        || module.data.is_some()
        || !module.bodies.is_empty()
        || !module.tables.is_empty()
        || !module.memories.is_empty()
        || !module.globals.is_empty()
        || !module.exports.is_empty();
    !has_else
        && module.imports.len() == slots + 1
        && functions.map(|import| import.name).eq(numbers)
        && module
            .imports_of(Space::Tables)
            .all(|import| import.name == TABLE)
        && fills_in_order(&module, slots).unwrap_or_default()
}

fn fills_in_order(module: &Sections<'_>, slots: usize) -> Option<bool> {
    let mut segments = module.elements.clone()?.into_iter();
    let segment = segments.next()?.ok()?;
    let ElementKind::Active {
        table_index: None | Some(0),
        offset_expr,
    } = segment.kind
    else {
        return None;
    };
    let ElementItems::Functions(functions) = segment.items else {
        return None;
    };
    let offset = offset_expr.get_operators_reader().read().ok()?;
    let functions: Result<Vec<u32>, _> = functions.into_iter().collect();
    let is_first = matches!(offset, Operator::I32Const { value: 0 });
    Some(is_first && segments.next().is_none() && functions.ok()?.into_iter().eq(0..slots as u32))
}

/// The parameters and results of a function that is called by way of a table.
pub(crate) type SlotType = (Vec<ValType>, Vec<ValType>);

/// The type of a table with slots, as whoever imports it says.
pub(crate) const ANY_TABLE: TableType = TableType {
    element_type: RefType::FUNCREF,
    table64: false,
    minimum: 0,
    maximum: None,
    shared: false,
};

/// A module with functions that call what is in the slots of a table from `first` on, and that it
/// exports as `export` says of their positions. It imports the table (module, name), or has it itself
/// and exports it by that name.
pub(crate) fn calls(
    [module, name]: [&str; 2],
    first: Option<u32>,
    slots: &[SlotType],
    export: impl Fn(u32) -> String,
) -> Vec<u8> {
    let mut header = Header::default();
    let mut tables = TableSection::new();
    let mut exports = ExportSection::new();
    match first {
        Some(_) => {
            _ = header
                .imports
                .import(module, name, EntityType::Table(ANY_TABLE))
        }
        None => {
            let count = slots.len() as u64;
            tables.table(TableType {
                minimum: count,
                maximum: Some(count),
                ..ANY_TABLE
            });
            exports.export(name, ExportKind::Table, 0);
        }
    }
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (position, (params, results)) in (0..).zip(slots) {
        let ty = header.ty(params, results);
        functions.function(ty);
        exports.export(&export(position), ExportKind::Func, position);
        let mut function = Function::new([]);
        let mut body = function.instructions();
        for param in 0..params.len() as u32 {
            body.local_get(param);
        }
        let slot = first.unwrap_or_default() + position;
        body.i32_const(slot as i32).call_indirect(0, ty).end();
        code.function(&function);
    }
    let mut made = Module::new();
    made.section(&header.types).section(&header.imports);
    made.section(&functions);
    if !tables.is_empty() {
        made.section(&tables);
    }
    made.section(&exports).section(&code);
    made.finish()
}
