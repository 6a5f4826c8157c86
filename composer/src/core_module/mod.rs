//! Pieces that core modules written here have in common, and ways to make core modules of others.

mod apart;
pub(crate) mod indices;
mod join;
mod sections;
pub(crate) mod shim;
#[cfg(test)]
mod tests;

use std::iter;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalType,
    ImportSection, MemoryType, Module, NameMap, NameSection, TypeSection, ValType,
};
use wasmparser::{BinaryReader, BinaryReaderError, KnownCustom, Name, Parser, Payload};
use wit_parser::abi::WasmType;

pub(crate) use apart::{Apart, MEMORY as APART_MEMORY, TABLE as APART_TABLE, apart};
pub(crate) use join::{Unit, join};
pub(crate) use sections::{Error, MISSING, Missing, NOWHERE, Numbers, Space};

/// Any memory that can grow.
pub(crate) const MEMORY: MemoryType = MemoryType {
    minimum: 0,
    maximum: None,
    memory64: false,
    shared: false,
    page_size_log2: None,
};

/// The type of a global that holds an `i32` and can be set.
pub(crate) const MUTABLE_I32: GlobalType = GlobalType {
    val_type: ValType::I32,
    mutable: true,
    shared: false,
};

/// The type of a flat value.
pub(crate) fn val_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}

/// The types of flat values.
pub(crate) fn val_types(types: &[WasmType]) -> Vec<ValType> {
    types.iter().copied().map(val_type).collect()
}

/// Collects types and imported functions.
#[derive(Default)]
pub(crate) struct Header {
    pub types: TypeSection,
    pub imports: ImportSection,
    /// How many functions are imported.
    pub functions: u32,
}

impl Header {
    /// Adds the type of a function, and returns its index.
    pub fn ty(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        let index = self.types.len();
        self.types
            .ty()
            .function(params.iter().copied(), results.iter().copied());
        index
    }

    /// Adds an imported function, and returns its index.
    pub fn import(
        &mut self,
        module: &str,
        name: &str,
        params: &[ValType],
        results: &[ValType],
    ) -> u32 {
        let ty = self.ty(params, results);
        self.imports.import(module, name, EntityType::Function(ty));
        self.functions += 1;
        self.functions - 1
    }

    /// The module with these imports and one function, which it exports. For backtraces, the names
    /// are those of the module and of the function.
    pub fn with_function(
        self,
        name: &str,
        ty: u32,
        function: &Function,
        [module_name, function_name]: [&str; 2],
    ) -> Vec<u8> {
        let mut functions = FunctionSection::new();
        functions.function(ty);
        let mut exports = ExportSection::new();
        exports.export(name, ExportKind::Func, self.functions);
        let mut code = CodeSection::new();
        code.function(function);
        let function_names = iter::once((self.functions, function_name));
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&functions)
            .section(&exports)
            .section(&code)
            .section(&names(module_name, function_names));
        module.finish()
    }
}

/// The module with functions, given by parameters, results and body, that it exports by their
/// positions.
pub(crate) fn positional<'f>(
    name: &str,
    mut header: Header,
    all: impl Iterator<Item = (&'f [ValType], &'f [ValType], Function)>,
) -> Vec<u8> {
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    for (position, (params, results, body)) in (0..).zip(all) {
        functions.function(header.ty(params, results));
        let index = header.functions + position;
        exports.export(&position.to_string(), ExportKind::Func, index);
        code.function(&body);
    }
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&exports)
        .section(&code)
        .section(&names(name, iter::empty()));
    module.finish()
}

/// The number of the section with the start function.
pub(crate) const START: u8 = 8;

/// The number of the section with the types of exceptions.
pub(crate) const TAGS: u8 = 13;

/// Whether a valid core module has a section with this number.
pub(crate) fn has_section(module: &[u8], wanted: u8) -> bool {
    let mut reader = BinaryReader::new(module, 0);
    let mut found = || -> Result<bool, BinaryReaderError> {
        reader.read_bytes(HEADER)?;
        while !reader.eof() {
            let section = reader.read_u8()?;
            if section == wanted {
                return Ok(true);
            }
            let size = reader.read_var_u32()?;
            reader.read_bytes(size as usize)?;
        }
        Ok(false)
    };
    found().unwrap_or(false)
}

/// Whether a core module's functions have names, for backtraces, that somebody has given them: those of
/// the modules that `wit-component` adds to a guest are its own.
pub(crate) fn is_named(module: &[u8]) -> bool {
    let mut sections = Parser::new(0).parse_all(module).map_while(Result::ok);
    sections.any(|section| {
        match section {
        Payload::CustomSection(section) => match section.as_known() {
            KnownCustom::Name(mut names) => !names.any(|part| {
                matches!(part, Ok(Name::Module { name, .. }) if name.starts_with("wit-component:"))
            }),
            _ => false,
        },
        _ => false,
    }
    })
}

/// The length of what a module begins with.
const HEADER: usize = 8;

/// The section with the name of a core module, and those of some of its functions, for backtraces.
pub(crate) fn names<'n>(
    name: &str,
    functions: impl Iterator<Item = (u32, &'n str)>,
) -> NameSection {
    let mut section = NameSection::new();
    section.module(&format!("wasi-uplift:{name}"));
    let mut names = NameMap::new();
    for (index, name) in functions {
        names.append(index, name);
    }
    if !names.is_empty() {
        section.functions(&names);
    }
    section
}
