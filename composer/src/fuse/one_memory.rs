//! Core modules with one memory in place of those with two, for engines that have no others.
//!
//! The glue copies between the memories of guest and adapter. Here it keeps the first of them. What
//! it does with the other is done by functions of another module, which has that memory alone.

use crate::core_module::indices::{self, Copying};
use crate::core_module::{self, Error, Header, MEMORY, MISSING, Missing, Space};
use crate::error::InternalError;
use std::fmt::Display;
use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, Encode as _, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, ImportSection, Instruction, MemArg, Module, TypeSection, ValType,
};
use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef};

/// The name by which the module imports the functions that reach the other memory.
pub(super) const REACH: &str = "reach";

/// A module that was split.
pub(super) struct Split {
    /// The module with its first memory alone. It imports functions from [`REACH`].
    pub module: Vec<u8>,
    /// The module with the other memory, which exports the functions.
    pub reach: Vec<u8>,
    /// The name of the instance that the other memory is imported from.
    pub from: String,
}

/// Splits a module that imports two memories, and has no other. `None` if it has fewer.
pub(super) fn split(module: &[u8]) -> Result<Option<Split>, InternalError> {
    let fails = |error: &dyn Display| InternalError::link(format!("one memory: {error}"));
    let mut splitting = Splitting::default();
    splitting.survey(module).map_err(|error| fails(&error))?;
    let Some(memory) = splitting.other.clone() else {
        return Ok(None);
    };
    let mut rest = Module::new();
    splitting
        .parse_core_module(&mut rest, Parser::new(0), module)
        .map_err(|error| fails(&error))?;
    let reach = reach(&memory, &splitting.operations);
    let [from, _] = memory;
    Ok(Some(Split {
        module: rest.finish(),
        reach,
        from,
    }))
}

/// Something that is done with the other memory.
struct Operation {
    params: Vec<ValType>,
    results: Vec<ValType>,
    /// The instruction, in a module whose only memory it is.
    instruction: Instruction<'static>,
}

#[derive(Default)]
struct Splitting {
    types: u32,
    /// The number of functions that are imported, and of all.
    imported: u32,
    functions: u32,
    memories: u32,
    /// The two names of the import that is the other memory.
    other: Option<[String; 2]>,
    operations: Vec<Operation>,
}

impl Splitting {
    /// Finds the other memory, and all that is done with it.
    fn survey(&mut self, module: &[u8]) -> wasmparser::Result<()> {
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => self.types = section.count(),
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(_) => self.imported += 1,
                            TypeRef::Memory(_) => {
                                self.memories += 1;
                                if self.memories == 2 {
                                    self.other = Some([import.module, import.name].map(Into::into));
                                }
                            }
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    self.functions = self.imported + section.count();
                }
                Payload::CodeSectionEntry(body) if self.other.is_some() => {
                    for operator in body.get_operators_reader()? {
                        if let Some(operation) = operation(&operator?) {
                            self.add(operation);
                        }
                    }
                }
                _ => {}
            }
        }
        if self.other.is_some() {
            // What is copied from one to the other goes through these.
            self.add(load(Instruction::I32Load8U(FIRST), ValType::I32));
            self.add(store(Instruction::I32Store8(FIRST), ValType::I32));
            self.add(load(Instruction::I64Load(FIRST), ValType::I64));
            self.add(store(Instruction::I64Store(FIRST), ValType::I64));
            self.add(size());
        }
        Ok(())
    }

    fn add(&mut self, operation: Operation) {
        if self.position(&operation.instruction).is_none() {
            self.operations.push(operation);
        }
    }

    fn position(&self, instruction: &Instruction<'_>) -> Option<u32> {
        let encoded = encoded(instruction);
        let mut operations = self.operations.iter();
        let position = operations.position(|it| encoded == self::encoded(&it.instruction));
        position.map(|position| position as u32)
    }

    /// The index of a function of the module.
    fn function(&self, index: u32) -> u32 {
        match index < self.imported {
            true => index,
            false => index + self.added(),
        }
    }

    /// The number of functions that are added to the imports.
    fn added(&self) -> u32 {
        self.operations.len() as u32
    }

    /// Calls what does an instruction with the other memory.
    fn reached(&self, instruction: &Instruction<'_>) -> Instruction<'static> {
        let position = self.position(instruction);
        Instruction::Call(self.imported + position.expect("it was found before"))
    }

    /// The function that copies from the other memory, or to it.
    fn copy(&self, direction: Direction) -> u32 {
        self.functions + self.added() + direction as u32
    }
}

fn encoded(instruction: &Instruction<'_>) -> Vec<u8> {
    let mut encoded = Vec::new();
    instruction.encode(&mut encoded);
    encoded
}

/// Where bytes are copied.
#[derive(Clone, Copy)]
enum Direction {
    /// To the memory that the module keeps.
    Here,
    /// To the other.
    There,
}

const FIRST: MemArg = MemArg {
    offset: 0,
    align: 0,
    memory_index: 0,
};

fn load(instruction: Instruction<'static>, value: ValType) -> Operation {
    Operation {
        params: vec![ValType::I32],
        results: vec![value],
        instruction,
    }
}

fn store(instruction: Instruction<'static>, value: ValType) -> Operation {
    Operation {
        params: vec![ValType::I32, value],
        results: Vec::new(),
        instruction,
    }
}

fn size() -> Operation {
    Operation {
        params: Vec::new(),
        results: vec![ValType::I32],
        instruction: Instruction::MemorySize(0),
    }
}

/// Returns what an operator does, if it is with the other memory alone.
fn operation(operator: &Operator<'_>) -> Option<Operation> {
    let other = |arg: &wasmparser::MemArg| {
        (arg.memory == 1).then(|| MemArg {
            offset: arg.offset,
            align: arg.align.into(),
            memory_index: 0,
        })
    };
    Some(match operator {
        Operator::I32Load { memarg } => load(Instruction::I32Load(other(memarg)?), ValType::I32),
        Operator::I32Load8U { memarg } => {
            load(Instruction::I32Load8U(other(memarg)?), ValType::I32)
        }
        Operator::I32Load16U { memarg } => {
            load(Instruction::I32Load16U(other(memarg)?), ValType::I32)
        }
        Operator::I64Load { memarg } => load(Instruction::I64Load(other(memarg)?), ValType::I64),
        Operator::I32Store { memarg } => store(Instruction::I32Store(other(memarg)?), ValType::I32),
        Operator::I32Store8 { memarg } => {
            store(Instruction::I32Store8(other(memarg)?), ValType::I32)
        }
        Operator::I32Store16 { memarg } => {
            store(Instruction::I32Store16(other(memarg)?), ValType::I32)
        }
        Operator::I64Store { memarg } => store(Instruction::I64Store(other(memarg)?), ValType::I64),
        Operator::MemorySize { mem: 1 } => size(),
        Operator::MemoryCopy {
            dst_mem: 1,
            src_mem: 1,
        } => Operation {
            params: vec![ValType::I32; 3],
            results: Vec::new(),
            instruction: Instruction::MemoryCopy {
                src_mem: 0,
                dst_mem: 0,
            },
        },
        _ => return None,
    })
}

impl Reencode for Splitting {
    type Error = Missing;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.function(function))
    }

    fn const_expr(&mut self, expression: wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
        indices::constant(&expression, |space, index| {
            Ok(match space {
                Space::Functions => self.function(index),
                _ => index,
            })
        })
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_type_section(self, types, section)?;
        for operation in &self.operations {
            let (params, results) = (operation.params.clone(), operation.results.clone());
            types.ty().function(params, results);
        }
        types.ty().function([ValType::I32; 3], []);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        let mut memories = 0;
        for import in section.into_imports() {
            let import = import?;
            memories += u32::from(matches!(import.ty, TypeRef::Memory(_)));
            if memories < 2 || !matches!(import.ty, TypeRef::Memory(_)) {
                self.parse_import(imports, import)?;
            }
        }
        for position in 0..self.added() {
            let ty = EntityType::Function(self.types + position);
            imports.import(REACH, &position.to_string(), ty);
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_function_section(self, functions, section)?;
        let copies = self.types + self.added();
        functions.function(copies).function(copies);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_code_section(self, code, section)?;
        for direction in [Direction::Here, Direction::There] {
            code.function(&copying(self, direction));
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error> {
        let start = body.range().start;
        let mut operators = body.get_operators_reader()?;
        let mut copying = Copying::of(body.as_bytes());
        while !operators.eof() {
            let at = operators.original_position();
            let operator = operators.read()?;
            let instruction = match operator {
                Operator::MemoryCopy { dst_mem, src_mem } if dst_mem != src_mem => {
                    let direction = match dst_mem {
                        0 => Direction::Here,
                        _ => Direction::There,
                    };
                    Instruction::Call(self.copy(direction))
                }
                Operator::Call { function_index } => {
                    Instruction::Call(self.function(function_index))
                }
                _ => match operation(&operator) {
                    Some(operation) => self.reached(&operation.instruction),
                    // Tests are built with assertions, and see all glue.
                    None if cfg!(debug_assertions) && names_function(&operator)? => {
                        return Err(MISSING);
                    }
                    None => continue,
                },
            };
            let len = operators.original_position() - at;
            copying.replace(at - start, len, instruction);
        }
        code.raw(&copying.finish());
        Ok(())
    }
}

fn names_function(operator: &Operator<'_>) -> Result<bool, Error> {
    let named = indices::named(operator)?;
    Ok(named.iter().any(|(space, _)| *space == Space::Functions))
}

/// A function that copies: eight bytes at a time, and then the rest. As `memory.copy`, it traps where
/// a memory ends before, also if there is nothing to copy.
fn copying(splitting: &Splitting, direction: Direction) -> Function {
    let (target, source, len) = (0, 1, 2);
    let mut function = Function::new([]);
    let other = splitting.reached(&Instruction::MemorySize(0));
    let own = Instruction::MemorySize(0);
    let sizes = match direction {
        Direction::Here => [own, other],
        Direction::There => [other, own],
    };
    for (place, size) in [target, source].into_iter().zip(sizes) {
        let mut body = function.instructions();
        body.local_get(place).i64_extend_i32_u();
        body.local_get(len).i64_extend_i32_u().i64_add();
        function.instruction(&size);
        let mut body = function.instructions();
        body.i64_extend_i32_u().i64_const(16).i64_shl().i64_gt_u();
        body.if_(BlockType::Empty).unreachable().end();
    }
    for (bytes, load, store) in [
        (8, Instruction::I64Load(FIRST), Instruction::I64Store(FIRST)),
        (
            1,
            Instruction::I32Load8U(FIRST),
            Instruction::I32Store8(FIRST),
        ),
    ] {
        let (load, store) = match direction {
            Direction::Here => (splitting.reached(&load), store),
            Direction::There => (load, splitting.reached(&store)),
        };
        let mut body = function.instructions();
        body.block(BlockType::Empty).loop_(BlockType::Empty);
        body.local_get(len).i32_const(bytes).i32_lt_u().br_if(1);
        body.local_get(target).local_get(source);
        function.instruction(&load).instruction(&store);
        let mut body = function.instructions();
        for place in [target, source] {
            body.local_get(place).i32_const(bytes).i32_add();
            body.local_set(place);
        }
        body.local_get(len).i32_const(bytes).i32_sub();
        body.local_set(len).br(0).end().end();
    }
    function.instructions().end();
    function
}

/// The module that has the other memory.
fn reach([module, name]: &[String; 2], operations: &[Operation]) -> Vec<u8> {
    let mut header = Header::default();
    header
        .imports
        .import(module, name, EntityType::Memory(MEMORY));
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    for (position, operation) in operations.iter().enumerate() {
        functions.function(header.ty(&operation.params, &operation.results));
        let position = position as u32;
        exports.export(&position.to_string(), ExportKind::Func, position);
        let mut function = Function::new([]);
        for param in 0..operation.params.len() {
            function.instructions().local_get(param as u32);
        }
        function.instruction(&operation.instruction);
        function.instructions().end();
        code.function(&function);
    }
    let mut reach = Module::new();
    reach
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&exports)
        .section(&code)
        .section(&core_module::names("reach", std::iter::empty()));
    reach.finish()
}
