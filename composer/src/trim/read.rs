//! Reads the sections of a module into tables. What cannot be trimmed is refused here.

use std::collections::BTreeMap;

use wasmparser::{
    CompositeInnerType, ConstExpr, CustomSectionReader, Data, DataKind, Element, ElementItems,
    ElementKind, Export, ExternalKind, FuncType, FunctionBody, Global, Linking,
    LinkingSectionReader, MemoryType, Operator, Parser, Payload, RelocSectionReader,
    RelocationEntry, SymbolInfo, Table, TableInit, TableType, TypeRef, Validator, WasmFeatures,
};

use super::Error;

/// A module, section by section.
pub(super) struct Input<'a> {
    pub types: Vec<FuncType>,
    /// Imported functions; nothing else is imported.
    pub imports: Vec<FunctionImport<'a>>,
    /// Functions with a body. Their indices follow those of the imports.
    pub bodies: Vec<Function<'a>>,
    pub table: Option<TableType>,
    /// Which function is where in the table.
    pub slots: BTreeMap<u32, u32>,
    pub memory: MemoryType,
    pub globals: Vec<Global<'a>>,
    /// Exported functions.
    pub exports: Vec<FunctionExport<'a>>,
    /// The names by which the memory is exported.
    pub memory_names: Vec<&'a str>,
    pub start: Option<u32>,
    /// In order of address, without overlap.
    pub segments: Vec<Segment<'a>>,
    pub symbols: Vec<SymbolInfo<'a>>,
    /// In order of offset, without overlap.
    pub code_relocations: Vec<RelocationEntry>,
    /// In order of offset, without overlap.
    pub data_relocations: Vec<RelocationEntry>,
}

pub(super) struct FunctionImport<'a> {
    pub module: &'a str,
    pub name: &'a str,
    pub ty: u32,
}

pub(super) struct Function<'a> {
    pub ty: u32,
    pub body: FunctionBody<'a>,
    /// Where the body is in the contents of the code section, which is what relocations count from.
    pub offset: usize,
}

impl Function<'_> {
    /// Where a relocation is in the body.
    pub fn place(&self, entry: &RelocationEntry) -> Option<usize> {
        (entry.offset as usize).checked_sub(self.offset)
    }
}

pub(super) struct FunctionExport<'a> {
    pub name: &'a str,
    pub function: u32,
}

/// What memory holds at first, from some address on.
pub(super) struct Segment<'a> {
    /// Its index in the module, by which symbols name it.
    pub index: u32,
    pub address: u32,
    pub bytes: &'a [u8],
    /// Where the bytes are in the contents of the data section, which is what relocations count from.
    pub offset: usize,
}

impl Segment<'_> {
    /// The first address after it. Reading has checked that there is such a thing.
    pub fn end(&self) -> u32 {
        self.address + self.bytes.len() as u32
    }
}

impl Input<'_> {
    /// The index of a function's type.
    pub fn type_of(&self, function: u32) -> Option<u32> {
        let function = function as usize;
        match self.imports.get(function) {
            Some(import) => Some(import.ty),
            None => self
                .bodies
                .get(function - self.imports.len())
                .map(|body| body.ty),
        }
    }
}

/// Checks that a module is valid. What later proposals add, in types and in instructions, would have
/// to be followed too.
pub(super) fn check(bytes: &[u8]) -> Result<(), Error> {
    Validator::new_with_features(WasmFeatures::WASM2 | WasmFeatures::TAIL_CALL)
        .validate_all(bytes)?;
    Ok(())
}

/// Reads a valid module. Its indices can be trusted, those in the sections for the linker excepted.
pub(super) fn read(bytes: &[u8]) -> Result<Input<'_>, Error> {
    let mut reader = Reader::default();
    for payload in Parser::new(0).parse_all(bytes) {
        reader.payload(payload?)?;
    }
    reader.finish()
}

/// What has been read so far.
#[derive(Default)]
struct Reader<'a> {
    /// How many sections there were, which is how relocations name the section that they apply to.
    sections: u32,
    code: Option<Span>,
    data: Option<Span>,
    types: Vec<FuncType>,
    imports: Vec<FunctionImport<'a>>,
    declared: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    tables: Vec<TableType>,
    slots: BTreeMap<u32, u32>,
    memory: Option<MemoryType>,
    globals: Vec<Global<'a>>,
    exports: Vec<FunctionExport<'a>>,
    memory_names: Vec<&'a str>,
    start: Option<u32>,
    segments: Vec<Segment<'a>>,
    symbols: Option<Vec<SymbolInfo<'a>>>,
    relocations: Vec<(&'a str, RelocSectionReader<'a>)>,
}

/// Where a section is.
struct Span {
    /// Its place among the sections.
    section: u32,
    /// Where its contents begin in the module.
    start: usize,
}

impl<'a> Reader<'a> {
    fn payload(&mut self, payload: Payload<'a>) -> Result<(), Error> {
        let section = self.sections;
        if payload.as_section().is_some() {
            self.sections += 1;
        }
        match payload {
            Payload::Version { .. } | Payload::DataCountSection { .. } | Payload::End(_) => {}
            Payload::TypeSection(types) => {
                for group in types {
                    self.types(group?)?;
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    let TypeRef::Func(ty) = import.ty else {
                        return unsupported(format!(
                            "an import that is no function (`{}`)",
                            import.name
                        ));
                    };
                    self.imports.push(FunctionImport {
                        module: import.module,
                        name: import.name,
                        ty,
                    });
                }
            }
            Payload::FunctionSection(types) => {
                self.declared = types.into_iter().collect::<Result<_, _>>()?
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.table(table?)?;
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memory = Some(memory?);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.global(global?)?;
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    self.export(export?)?;
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    self.element(element?)?;
                }
            }
            Payload::CodeSectionStart { range, .. } => {
                self.code = Some(Span {
                    section,
                    start: range.start,
                })
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(segments) => {
                let start = segments.range().start;
                self.data = Some(Span { section, start });
                for (index, segment) in (0..).zip(segments) {
                    self.segment(index, segment?, start)?;
                }
            }
            Payload::CustomSection(custom) => self.custom(&custom)?,
            other => {
                let number = other.as_section().map_or(0, |(number, _)| number);
                return unsupported(format!("a section of an unsupported kind ({number})"));
            }
        }
        Ok(())
    }

    fn types(&mut self, group: wasmparser::RecGroup) -> Result<(), Error> {
        for ty in group.into_types() {
            let CompositeInnerType::Func(ty) = ty.composite_type.inner else {
                return unsupported("a type that is no function type");
            };
            self.types.push(ty);
        }
        Ok(())
    }

    fn table(&mut self, table: Table<'a>) -> Result<(), Error> {
        if !self.tables.is_empty() || !matches!(table.init, TableInit::RefNull) {
            return unsupported("more than one table, or a table that isn't empty at first");
        }
        self.tables.push(table.ty);
        Ok(())
    }

    fn global(&mut self, global: Global<'a>) -> Result<(), Error> {
        // An initialiser that refers to another global or to a function would have to be followed.
        let mut operators = global.init_expr.get_operators_reader();
        match operators.read()? {
            Operator::I32Const { .. }
            | Operator::I64Const { .. }
            | Operator::F32Const { .. }
            | Operator::F64Const { .. } => {}
            _ => return unsupported("a global that isn't initialised with a number"),
        }
        self.globals.push(global);
        Ok(())
    }

    fn export(&mut self, export: Export<'a>) -> Result<(), Error> {
        match export.kind {
            ExternalKind::Func => self.exports.push(FunctionExport {
                name: export.name,
                function: export.index,
            }),
            ExternalKind::Memory => self.memory_names.push(export.name),
            // The linker exports constants, like `__heap_base`, that nobody asks for.
            ExternalKind::Global => {}
            // Whoever has the table could call what is in it.
            _ => {
                return unsupported(format!(
                    "an export that is no function or memory (`{}`)",
                    export.name
                ));
            }
        }
        Ok(())
    }

    fn element(&mut self, element: Element<'a>) -> Result<(), Error> {
        let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(functions)) =
            (element.kind, element.items)
        else {
            return unsupported("elements that aren't functions put in the table at the start");
        };
        let first = constant(&offset_expr)?;
        for (nth, function) in (0..).zip(functions) {
            let Some(slot) = first.checked_add(nth) else {
                return unsupported("elements that don't fit in the table");
            };
            if self.slots.insert(slot, function?).is_some() {
                return unsupported("elements that overlap");
            }
        }
        Ok(())
    }

    fn segment(&mut self, index: u32, segment: Data<'a>, section: usize) -> Result<(), Error> {
        let DataKind::Active { offset_expr, .. } = segment.kind else {
            return unsupported("data that isn't put in memory at the start");
        };
        let address = constant(&offset_expr)?;
        let bytes = segment.data;
        if u32::try_from(bytes.len())
            .ok()
            .and_then(|len| address.checked_add(len))
            .is_none()
        {
            return unsupported("data that doesn't fit in memory");
        }
        let offset = segment.range.end - bytes.len() - section;
        self.segments.push(Segment {
            index,
            address,
            bytes,
            offset,
        });
        Ok(())
    }

    fn custom(&mut self, custom: &CustomSectionReader<'a>) -> Result<(), Error> {
        if custom.name() == "linking" {
            return self.linking(LinkingSectionReader::new(custom.data_reader())?);
        }
        if custom.name().starts_with("reloc.") {
            self.relocations.push((
                custom.name(),
                RelocSectionReader::new(custom.data_reader())?,
            ));
        }
        Ok(())
    }

    fn linking(&mut self, linking: LinkingSectionReader<'a>) -> Result<(), Error> {
        for part in linking {
            match part? {
                Linking::SymbolTable(symbols) if self.symbols.is_none() => {
                    self.symbols = Some(symbols.into_iter().collect::<Result<_, _>>()?);
                }
                // How segments are called, and what the linker could have left out.
                Linking::SegmentInfo(_) | Linking::ComdatInfo(_) => {}
                _ => {
                    return unsupported(
                        "linking data of an unsupported kind, or two symbol tables",
                    );
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Input<'a>, Error> {
        if self
            .segments
            .windows(2)
            .any(|pair| pair[0].end() > pair[1].address)
        {
            return unsupported("data that overlaps, or that is out of order");
        }
        let Some(memory) = self.memory else {
            return unsupported("no memory");
        };
        let symbols = self.symbols.take().ok_or(Error::Missing("linking"))?;
        let code_relocations = self.relocations("reloc.CODE", self.code.as_ref())?;
        let data_relocations = self.relocations("reloc.DATA", self.data.as_ref())?;
        let code_start = self.code.map_or(0, |code| code.start);
        let bodies = self.declared.into_iter().zip(self.bodies);
        Ok(Input {
            types: self.types,
            imports: self.imports,
            bodies: bodies
                .map(|(ty, body)| Function {
                    ty,
                    offset: body.range().start - code_start,
                    body,
                })
                .collect(),
            table: self.tables.pop(),
            slots: self.slots,
            memory,
            globals: self.globals,
            exports: self.exports,
            memory_names: self.memory_names,
            start: self.start,
            segments: self.segments,
            symbols,
            // Data without a pointer in it has no relocations, but there is no code without a call.
            code_relocations: code_relocations.ok_or(Error::Missing("reloc.CODE"))?,
            data_relocations: data_relocations.unwrap_or_default(),
        })
    }

    /// The relocations of one section. Those of others, for debugging, don't matter.
    fn relocations(
        &self,
        name: &'static str,
        span: Option<&Span>,
    ) -> Result<Option<Vec<RelocationEntry>>, Error> {
        let mut found = None;
        for (section, relocations) in &self.relocations {
            let applies = span.is_some_and(|span| span.section == relocations.section_index());
            // Named after one section and made for another, or twice for one: neither can be trusted.
            if applies != (*section == name) || (applies && found.is_some()) {
                return unsupported(format!("a misplaced section (`{section}`)"));
            }
            if applies {
                let entries = relocations
                    .entries()
                    .into_iter()
                    .collect::<Result<Vec<_>, _>>()?;
                let follows = |pair: &[RelocationEntry]| end(&pair[0]) <= pair[1].offset.into();
                if !entries.windows(2).all(follows) {
                    return unsupported("relocations that overlap, or that are out of order");
                }
                found = Some(entries);
            }
        }
        Ok(found)
    }
}

/// The end of what a relocation applies to.
fn end(entry: &RelocationEntry) -> u64 {
    u64::from(entry.offset) + entry.ty.extent() as u64
}

/// The value of an expression that is a plain number.
fn constant(expression: &ConstExpr<'_>) -> Result<u32, Error> {
    let mut operators = expression.get_operators_reader();
    let value = operators.read()?;
    match value {
        Operator::I32Const { value } if operators.is_end_then_eof() => Ok(value.cast_unsigned()),
        _ => unsupported("an address that is no number"),
    }
}

/// The error for what cannot be trimmed.
pub(super) fn unsupported<T>(what: impl Into<String>) -> Result<T, Error> {
    Err(Error::Unsupported(what.into()))
}
