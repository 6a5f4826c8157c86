//! A core module, section by section, for what makes others of it.

use super::indices::{self, Copying, Index, Indices};
use super::names;
use std::collections::BTreeMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, ExportSection, FunctionSection,
    GlobalSection, ImportSection, MemorySection, Module, Section, StartSection, TableSection,
    TypeSection,
};
use wasmparser::{
    BinaryReaderError, CompositeInnerType, DataSectionReader, ElementSectionReader, Export,
    ExternalKind, FuncType, FunctionBody, Global, Import, KnownCustom, MemoryType, Name, Parser,
    Payload, Table, TypeRef,
};

/// The contents of a valid core module that has nothing but functions, their types, tables, memories
/// and globals.
#[derive(Default)]
pub(super) struct Sections<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    /// The types of the functions with a body.
    pub declared: Vec<u32>,
    pub tables: Vec<Table<'a>>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    pub start: Option<u32>,
    pub elements: Option<ElementSectionReader<'a>>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub data: Option<DataSectionReader<'a>>,
    /// The names of functions, for backtraces.
    pub names: BTreeMap<u32, &'a str>,
}

/// An index space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Space {
    Functions,
    Tables,
    Memories,
    Globals,
    Types,
}

impl Space {
    /// The number of index spaces.
    pub const COUNT: usize = Space::Types as usize + 1;

    /// The index spaces of items that can be imported and exported.
    pub const SHARED: [Space; 4] = [
        Space::Functions,
        Space::Tables,
        Space::Memories,
        Space::Globals,
    ];

    fn of_import(ty: TypeRef) -> Option<Self> {
        match ty {
            TypeRef::Func(_) => Some(Space::Functions),
            TypeRef::Table(_) => Some(Space::Tables),
            TypeRef::Memory(_) => Some(Space::Memories),
            TypeRef::Global(_) => Some(Space::Globals),
            TypeRef::Tag(_) | TypeRef::FuncExact(_) => None,
        }
    }

    pub fn of_export(kind: ExternalKind) -> Option<Self> {
        match kind {
            ExternalKind::Func => Some(Space::Functions),
            ExternalKind::Table => Some(Space::Tables),
            ExternalKind::Memory => Some(Space::Memories),
            ExternalKind::Global => Some(Space::Globals),
            ExternalKind::Tag | ExternalKind::FuncExact => None,
        }
    }
}

impl<'a> Sections<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut module = Sections::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.payload(payload?)?;
        }
        Ok(module)
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        // Others are types that nothing here refers to.
                        if let CompositeInnerType::Func(ty) = ty.composite_type.inner {
                            self.types.push(ty);
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.imports.push(import?);
                }
            }
            Payload::FunctionSection(section) => {
                self.declared = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(section) => {
                self.tables = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::MemorySection(section) => {
                self.memories = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::GlobalSection(section) => {
                self.globals = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::ExportSection(section) => {
                self.exports = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => self.elements = Some(section),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => self.data = Some(section),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for part in names {
                        let Name::Function(names) = part? else {
                            continue;
                        };
                        for name in names {
                            let name = name?;
                            self.names.insert(name.index, name.name);
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The imports of an index space, in order.
    pub fn imports_of(&self, space: Space) -> impl Iterator<Item = &Import<'a>> {
        let imports = self.imports.iter();
        imports.filter(move |import| Space::of_import(import.ty) == Some(space))
    }

    /// How many things of an index space the module defines itself.
    pub fn defined(&self, space: Space) -> usize {
        match space {
            Space::Functions => self.bodies.len(),
            Space::Tables => self.tables.len(),
            Space::Memories => self.memories.len(),
            Space::Globals => self.globals.len(),
            Space::Types => self.types.len(),
        }
    }
}

/// New indices for old. The first memory stays the first.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// In the order of [`Space`].
    pub spaces: [Vec<u32>; Space::COUNT],
}

impl Numbers {
    /// The new index in a space.
    pub fn get(&self, space: Space, old: u32) -> Result<u32, Error> {
        let new = self.spaces[space as usize].get(old as usize).copied();
        new.filter(|new| *new != NOWHERE).ok_or(MISSING)
    }
}

/// Something refers to what is not there.
#[derive(Debug, thiserror::Error)]
#[error("it refers to what is not there")]
pub(crate) struct Missing;

pub(crate) const MISSING: Error = reencode::Error::UserError(Missing);

/// Why a module was not made.
pub(crate) type Error = reencode::Error<Missing>;

/// The new index of what is left out.
pub(crate) const NOWHERE: u32 = u32::MAX;

impl Reencode for Numbers {
    type Error = Missing;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error> {
        self.get(Space::Types, ty)
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        self.get(Space::Functions, function)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error> {
        self.get(Space::Tables, table)
    }

    fn memory_index(&mut self, memory: u32) -> Result<u32, Error> {
        self.get(Space::Memories, memory)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error> {
        self.get(Space::Globals, global)
    }

    fn const_expr(&mut self, expression: wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
        indices::constant(&expression, |space, old| self.get(space, old))
    }
}

/// The sections of a module that is being made.
#[derive(Default)]
pub(super) struct Output {
    pub types: TypeSection,
    pub imports: ImportSection,
    pub functions: FunctionSection,
    pub tables: TableSection,
    pub memories: MemorySection,
    pub globals: GlobalSection,
    pub exports: ExportSection,
    pub start: Option<u32>,
    pub elements: ElementSection,
    pub code: CodeSection,
    /// The indices in the code.
    pub indices: Indices,
    pub data: DataSection,
    /// The names of functions, for backtraces.
    pub names: Vec<(u32, String)>,
}

impl Output {
    /// Adds the body of a function, with other indices in the place of its own.
    pub fn body(&mut self, code: &[u8], indices: &[Index], numbers: &Numbers) -> Result<(), Error> {
        let mut copying = Copying::of(code);
        for index in indices {
            let number = numbers.get(index.space, indices::number(code, *index)?)?;
            self.indices.push(copying.renumber(*index, number));
        }
        self.indices.end_function();
        self.code.raw(&copying.finish());
        Ok(())
    }

    /// The module, which is called so in backtraces.
    pub fn finish(mut self, name: &str) -> Vec<u8> {
        let mut module = Module::new();
        let start = self
            .start
            .map(|function_index| StartSection { function_index });
        // Sections have a fixed order.
        add(&mut module, self.types.len(), &self.types);
        add(&mut module, self.imports.len(), &self.imports);
        add(&mut module, self.functions.len(), &self.functions);
        add(&mut module, self.tables.len(), &self.tables);
        add(&mut module, self.memories.len(), &self.memories);
        add(&mut module, self.globals.len(), &self.globals);
        add(&mut module, self.exports.len(), &self.exports);
        if let Some(start) = start {
            module.section(&start);
        }
        add(&mut module, self.elements.len(), &self.elements);
        add(&mut module, self.code.len(), &self.code);
        add(&mut module, self.data.len(), &self.data);
        self.names.sort_unstable();
        let names_of_functions = self.names.iter().map(|(index, name)| (*index, &**name));
        module.section(&names(name, names_of_functions));
        module.finish()
    }
}

fn add(module: &mut Module, len: u32, section: &impl Section) {
    if len > 0 {
        module.section(section);
    }
}
