//! Reads a component into a [`Model`].
//!
//! This is the only code that knows the binary format of components: what an index of the input
//! stands for is decided here. A component is validated first, so that every index stands for
//! something; one that doesn't is something that this version doesn't know.

use super::nesting::{MAX_NESTING, Outline, outline};
use super::parsed::{Parsed, Place};
use super::{
    Alias, Attributes, CanonicalOption, CoreInstance, CoreModule, CoreSignature, Definition,
    ExternName, ExternType, FuncType, Instance, ItemId, Model, ScopeId, Sort, Type, ValType,
    ValueType,
};
use hashbrown::HashMap;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::convert::Infallible;
use wasm_encoder::reencode;
use wasmparser::types::Types;
use wasmparser::{
    BinaryReaderError, CanonicalFunction, Chunk, ComponentAlias, ComponentDefinedType,
    ComponentExternName, ComponentExternalKind, ComponentFuncType, ComponentInstance,
    ComponentName, ComponentNameSectionReader, ComponentOuterAliasKind, ComponentType,
    ComponentTypeDeclaration, ComponentTypeRef, ComponentValType, CoreType, Encoding, ExternalKind,
    FromReader, InstanceTypeDeclaration, KnownCustom, MemoryType, NameMap, Parser, Payload,
    SectionLimited, TypeBounds, TypeRef, ValidPayload, Validator,
};

/// Why bytes are not read as a component.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the bytes end in the middle of a section")]
    Truncated,
    #[error("components or types are nested more than {MAX_NESTING} levels deep")]
    TooDeep,
    #[error(transparent)]
    Invalid(#[from] BinaryReaderError),
    /// The component is valid and has something that this version doesn't know.
    #[error("{0}")]
    Unknown(&'static str),
}

type Result<T = ()> = std::result::Result<T, Error>;

impl From<reencode::Error<Infallible>> for Error {
    fn from(error: reencode::Error<Infallible>) -> Self {
        match error {
            reencode::Error::ParseError(error) => Error::Invalid(error),
            _ => Error::Unknown("a core type or built-in"),
        }
    }
}

/// Whether the bytes of a core module or component begin like one.
pub(crate) fn is_wasm(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm")
}

/// Whether the bytes are a core module.
pub(crate) fn is_core_module(bytes: &[u8]) -> bool {
    Parser::is_core_wasm(bytes)
}

/// What a core module says of how it is meant to be used.
#[derive(Debug, Default)]
pub(crate) struct CoreModuleHeader {
    /// The modules that it imports from.
    pub imports_from: BTreeSet<String>,
    /// The names of its exports.
    pub exports: BTreeSet<String>,
    /// Whether a memory has addresses of 64 bits.
    pub has_memory64: bool,
    /// Whether a memory is shared between threads.
    pub has_shared_memory: bool,
}

/// Reads the imports and exports of a core module.
///
/// # Errors
///
/// If they can't be read.
pub(crate) fn core_module_header(
    bytes: &[u8],
) -> std::result::Result<CoreModuleHeader, BinaryReaderError> {
    let mut header = CoreModuleHeader::default();
    let mut memory = |ty: MemoryType| {
        header.has_memory64 |= ty.memory64;
        header.has_shared_memory |= ty.shared;
    };
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    header.imports_from.insert(import.module.to_string());
                    if let TypeRef::Memory(ty) = import.ty {
                        memory(ty);
                    }
                }
            }
            Payload::MemorySection(section) => {
                for ty in section {
                    memory(ty?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    header.exports.insert(export?.name.to_string());
                }
            }
            // The functions come after all that is of interest.
            Payload::CodeSectionStart { .. } => break,
            _ => {}
        }
    }
    Ok(header)
}

/// A component that was read, with what validation found out about it.
pub(crate) struct Validated<'a> {
    pub model: Model<'a>,
    pub root: ScopeId,
    pub signatures: CoreSignatures,
}

/// The types of core functions: of the outermost component's, and of inner components' once they have
/// been added.
pub(crate) struct CoreSignatures {
    /// For each component, the index space of core functions. Inner components come first.
    functions: Vec<Vec<ItemId>>,
    /// The types of the outermost component's functions.
    outermost: Signatures,
    /// The types of the functions of inner components.
    inner: HashMap<ItemId, CoreSignature>,
}

impl CoreSignatures {
    /// The type of a core function that was there when the component was read.
    pub fn of(&self, function: ItemId) -> Option<&CoreSignature> {
        // What was defined later has a higher number.
        match self.functions.last()?.binary_search(&function) {
            Ok(index) => self.outermost.of(index),
            Err(_) => self.inner.get(&function),
        }
    }

    /// Adds the functions of inner components. The bytes are those that have been read.
    ///
    /// # Errors
    ///
    /// If they are others.
    pub fn add_inner(&mut self, bytes: &[u8]) -> Result<()> {
        let mut validator = Validator::new();
        let mut within = Vec::new();
        let mut functions = self.functions.iter();
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            if let Payload::Version { encoding, .. } = payload {
                within.push(encoding);
            }
            // Function bodies have been validated.
            if let ValidPayload::End(types) = validator.payload(&payload)?
                && within.pop() == Some(Encoding::Component)
                && !within.is_empty()
            {
                let signatures = Signatures::new(&types);
                for (index, id) in functions.next().into_iter().flatten().enumerate() {
                    let signature = signatures.of(index).cloned();
                    self.inner.extend(signature.map(|it| (*id, it)));
                }
            }
        }
        Ok(())
    }
}

/// The types of a component's core functions.
struct Signatures {
    /// All that differ.
    distinct: Vec<CoreSignature>,
    /// For each function, the position of its type among them.
    functions: Vec<u32>,
}

impl Signatures {
    fn new(types: &Types) -> Self {
        let types = types.as_ref();
        let mut distinct = Vec::new();
        let mut known = HashMap::new();
        let functions = (0..types.function_count()).map(|index| {
            let ty = types.core_function_at(index);
            *known.entry(ty).or_insert_with(|| {
                let ty = types[ty].unwrap_func();
                distinct.push(CoreSignature {
                    params: ty.params().to_vec(),
                    results: ty.results().to_vec(),
                });
                distinct.len() as u32 - 1
            })
        });
        Signatures {
            functions: functions.collect(),
            distinct,
        }
    }

    fn of(&self, index: usize) -> Option<&CoreSignature> {
        self.distinct.get(*self.functions.get(index)? as usize)
    }
}

/// Validates a component and reads it.
///
/// # Errors
///
/// If the component is not valid, or one of the limits of this crate is exceeded.
pub(crate) fn validated(bytes: &[u8]) -> Result<Validated<'_>> {
    match outline(bytes) {
        Outline::Complete => {}
        Outline::Truncated => return Err(Error::Truncated),
        Outline::TooDeep => return Err(Error::TooDeep),
    }
    let outermost = Signatures::new(&Validator::new().validate_all(bytes)?);
    let mut model = Model::default();
    let mut reader = Reader::new(&mut model, true);
    let root = reader.component(bytes)?;
    let functions = reader.core_functions;
    Ok(Validated {
        model,
        root,
        signatures: CoreSignatures {
            functions,
            outermost,
            inner: HashMap::new(),
        },
    })
}

impl<'a> Model<'a> {
    /// Reads a component that this crate has made, and adds it to the model.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn read(&mut self, bytes: &'a [u8]) -> Result<ScopeId> {
        Reader::new(self, false).component(bytes)
    }
}

/// The number of items of a section. It need not be valid: each item takes a byte at least.
fn count<T>(section: &SectionLimited<'_, T>) -> usize {
    section.range().len().min(section.count() as usize)
}

struct Reader<'m, 'a> {
    model: &'m mut Model<'a>,
    /// `true` if the component was validated, core modules included.
    validated: bool,
    /// The component that is read, within those that contain it.
    frames: Vec<Frame<'a>>,
    /// The exports of instances that are made of their exports one by one.
    bundles: HashMap<ItemId, HashMap<&'a str, ItemId>>,
    /// The core functions of each component that has been read.
    core_functions: Vec<Vec<ItemId>>,
}

/// The index spaces of a scope that is being read.
struct Frame<'a> {
    scope: ScopeId,
    spaces: [Vec<ItemId>; Sort::COUNT],
    names: Option<ComponentNameSectionReader<'a>>,
}

impl<'m, 'a> Reader<'m, 'a> {
    fn new(model: &'m mut Model<'a>, validated: bool) -> Self {
        Reader {
            model,
            validated,
            frames: Vec::new(),
            bundles: HashMap::new(),
            core_functions: Vec::new(),
        }
    }

    fn component(&mut self, bytes: &'a [u8]) -> Result<ScopeId> {
        let mut parsers = Vec::new();
        let mut parser = Parser::new(0);
        let mut rest = bytes;
        self.enter();
        loop {
            let (consumed, payload) = match parser.parse(rest, true)? {
                Chunk::Parsed { consumed, payload } => (consumed, payload),
                Chunk::NeedMoreData(_) => return Err(Error::Truncated),
            };
            rest = &rest[consumed..];
            match payload {
                Payload::ModuleSection {
                    unchecked_range, ..
                } => {
                    let (module, after) = rest
                        .split_at_checked(unchecked_range.len())
                        .ok_or(Error::Truncated)?;
                    rest = after;
                    let module = CoreModule {
                        bytes: Cow::Borrowed(module),
                        validated: self.validated,
                    };
                    self.define(Sort::CoreModule, Definition::CoreModule(module));
                }
                Payload::ComponentSection { parser: inner, .. } => {
                    parsers.push(std::mem::replace(&mut parser, inner));
                    self.enter();
                }
                Payload::End(_) => {
                    let (scope, functions) = self.leave();
                    self.core_functions.push(functions);
                    let Some(outer) = parsers.pop() else {
                        return Ok(scope);
                    };
                    parser = outer;
                    self.define(Sort::Component, Definition::Component(scope));
                }
                other => self.payload(other)?,
            }
        }
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result {
        match payload {
            Payload::Version { .. } => {}
            Payload::CoreTypeSection(section) => self.section(section, Self::core_type)?,
            Payload::ComponentTypeSection(section) => self.section(section, Self::ty)?,
            Payload::ComponentImportSection(section) => {
                let scope = self.frame().scope;
                self.model[scope].imports.reserve(count(&section));
                self.section(section, |reader, import| {
                    reader.import(import.name, import.ty)
                })?;
            }
            Payload::ComponentAliasSection(section) => self.section(section, Self::alias)?,
            Payload::InstanceSection(section) => self.section(section, Self::core_instance)?,
            Payload::ComponentInstanceSection(section) => self.section(section, Self::instance)?,
            Payload::ComponentCanonicalSection(section) => {
                self.section(section, Self::canonical)?;
            }
            Payload::ComponentExportSection(section) => self.section(section, Self::export)?,
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::ComponentName(names) => self.frame().names = Some(names),
                // It can't be read, and its numbers would be wrong in what is written.
                _ if section.name() == "component-name" => {}
                _ => {
                    let custom = Definition::Custom {
                        name: section.name(),
                        data: Cow::Borrowed(section.data()),
                    };
                    self.define(Sort::None, custom);
                }
            },
            _ => return Err(Error::Unknown("a section of a component")),
        }
        Ok(())
    }

    fn section<T: FromReader<'a>>(
        &mut self,
        section: SectionLimited<'a, T>,
        read: impl Fn(&mut Self, T) -> Result,
    ) -> Result {
        self.model.reserve(count(&section));
        let scope = self.frame().scope;
        self.model[scope].items.reserve(count(&section));
        section.into_iter().try_for_each(|item| read(self, item?))
    }

    fn enter(&mut self) {
        let scope = self.model.add_scope();
        self.frames.push(Frame {
            scope,
            spaces: Default::default(),
            names: None,
        });
    }

    /// The scope that has been read, and its index space of core functions.
    fn leave(&mut self) -> (ScopeId, Vec<ItemId>) {
        let mut frame = self.frames.pop().expect("a scope that was entered");
        if let Some(names) = frame.names {
            self.model.name(frame.scope, &frame.spaces, names);
        }
        let functions = std::mem::take(&mut frame.spaces[Sort::CoreFunc as usize]);
        (frame.scope, functions)
    }

    fn frame(&mut self) -> &mut Frame<'a> {
        self.frames.last_mut().expect("a scope is being read")
    }

    /// Adds the next definition of the scope.
    fn define(&mut self, sort: Sort, definition: Definition<'a>) -> ItemId {
        let id = self.model.add(sort, definition);
        let frame = self.frame();
        if let Some(space) = frame.spaces.get_mut(sort as usize) {
            space.push(id);
        }
        let scope = frame.scope;
        self.model[scope].items.push(id);
        id
    }

    fn item(&self, sort: Sort, index: u32) -> Result<ItemId> {
        self.outer_item(sort, 0, index)
    }

    fn outer_item(&self, sort: Sort, outer: u32, index: u32) -> Result<ItemId> {
        let frame = self.frames.iter().rev().nth(outer as usize);
        let item = frame.and_then(|frame| frame.spaces[sort as usize].get(index as usize));
        item.copied().ok_or(Error::Unknown("a kind of definition"))
    }

    fn type_at(&self, index: u32) -> Result<ItemId> {
        self.item(Sort::Type, index)
    }

    fn core_type(&mut self, ty: CoreType<'a>) -> Result {
        // The types of a recursive group may refer to each other, so that they come first.
        let placeholder = Definition::CoreType(Parsed {
            parsed: Box::new(CoreType::Module(Box::default())),
            bindings: Vec::new(),
        });
        let first = self.define(Sort::CoreType, placeholder);
        if let CoreType::Rec(group) = &ty {
            for offset in 1..group.types().len() as u32 {
                let of_group = Definition::CoreTypeOfGroup { first, offset };
                self.define(Sort::CoreType, of_group);
            }
        }
        let parsed = Parsed::core_type(ty, |place| self.bind(place))?;
        self.model[first].definition = Definition::CoreType(parsed);
        Ok(())
    }

    fn bind(&self, place: Place) -> Result<ItemId> {
        self.outer_item(place.sort, place.outer, place.index)
    }

    fn ty(&mut self, ty: ComponentType<'a>) -> Result {
        let ty = match ty {
            ComponentType::Defined(ty) => Type::Value(self.value_type(ty)?),
            ComponentType::Func(ty) => Type::Func(self.func_type(ty)?),
            ComponentType::Instance(declarations) => {
                self.enter();
                for declaration in declarations {
                    match declaration {
                        InstanceTypeDeclaration::CoreType(ty) => self.core_type(ty)?,
                        InstanceTypeDeclaration::Type(ty) => self.ty(ty)?,
                        InstanceTypeDeclaration::Alias(alias) => self.alias(alias)?,
                        InstanceTypeDeclaration::Export { name, ty } => self.declare(name, ty)?,
                    }
                }
                Type::Instance(self.leave().0)
            }
            ComponentType::Component(declarations) => {
                self.enter();
                for declaration in declarations {
                    match declaration {
                        ComponentTypeDeclaration::CoreType(ty) => self.core_type(ty)?,
                        ComponentTypeDeclaration::Type(ty) => self.ty(ty)?,
                        ComponentTypeDeclaration::Alias(alias) => self.alias(alias)?,
                        ComponentTypeDeclaration::Export { name, ty } => self.declare(name, ty)?,
                        ComponentTypeDeclaration::Import(import) => {
                            self.import(import.name, import.ty)?;
                        }
                    }
                }
                Type::Component(self.leave().0)
            }
            ComponentType::Resource { rep, dtor } => Type::Resource {
                rep,
                destructor: dtor
                    .map(|index| self.item(Sort::CoreFunc, index))
                    .transpose()?,
            },
        };
        self.define(Sort::Type, Definition::Type(ty));
        Ok(())
    }

    fn value(&self, ty: ComponentValType) -> Result<ValType> {
        Ok(match ty {
            ComponentValType::Primitive(ty) => ValType::Primitive(ty),
            ComponentValType::Type(index) => ValType::Type(self.type_at(index)?),
        })
    }

    fn optional(&self, ty: Option<ComponentValType>) -> Result<Option<ValType>> {
        ty.map(|ty| self.value(ty)).transpose()
    }

    fn func_type(&self, ty: ComponentFuncType<'a>) -> Result<FuncType<'a>> {
        let params = ty.params.iter();
        Ok(FuncType {
            is_async: ty.async_,
            params: params
                .map(|(name, ty)| Ok((*name, self.value(*ty)?)))
                .collect::<Result<_>>()?,
            result: self.optional(ty.result)?,
        })
    }

    fn value_type(&self, ty: ComponentDefinedType<'a>) -> Result<ValueType<'a>> {
        Ok(match ty {
            ComponentDefinedType::Primitive(ty) => ValueType::Primitive(ty),
            ComponentDefinedType::Record(fields) => ValueType::Record(
                fields
                    .iter()
                    .map(|(name, ty)| Ok((*name, self.value(*ty)?)))
                    .collect::<Result<_>>()?,
            ),
            ComponentDefinedType::Variant(cases) => ValueType::Variant(
                cases
                    .iter()
                    .map(|case| Ok((case.name, self.optional(case.ty)?)))
                    .collect::<Result<_>>()?,
            ),
            ComponentDefinedType::List(ty) => ValueType::List(self.value(ty)?),
            ComponentDefinedType::FixedLengthList(ty, length) => {
                ValueType::FixedLengthList(self.value(ty)?, length)
            }
            ComponentDefinedType::Map(key, ty) => ValueType::Map(self.value(key)?, self.value(ty)?),
            ComponentDefinedType::Tuple(types) => ValueType::Tuple(
                types
                    .iter()
                    .map(|ty| self.value(*ty))
                    .collect::<Result<_>>()?,
            ),
            ComponentDefinedType::Flags(names) => ValueType::Flags(names.into_vec()),
            ComponentDefinedType::Enum(names) => ValueType::Enum(names.into_vec()),
            ComponentDefinedType::Option(ty) => ValueType::Option(self.value(ty)?),
            ComponentDefinedType::Result { ok, err } => ValueType::Result {
                ok: self.optional(ok)?,
                err: self.optional(err)?,
            },
            ComponentDefinedType::Own(index) => ValueType::Own(self.type_at(index)?),
            ComponentDefinedType::Borrow(index) => ValueType::Borrow(self.type_at(index)?),
            ComponentDefinedType::Future(ty) => ValueType::Future(self.optional(ty)?),
            ComponentDefinedType::Stream(ty) => ValueType::Stream(self.optional(ty)?),
        })
    }

    fn extern_type(&self, ty: ComponentTypeRef) -> Result<ExternType> {
        Ok(match ty {
            ComponentTypeRef::Module(index) => {
                ExternType::CoreModule(self.item(Sort::CoreType, index)?)
            }
            ComponentTypeRef::Func(index) => ExternType::Func(self.type_at(index)?),
            ComponentTypeRef::Value(ty) => ExternType::Value(self.value(ty)?),
            ComponentTypeRef::Type(TypeBounds::Eq(index)) => ExternType::Eq(self.type_at(index)?),
            ComponentTypeRef::Type(TypeBounds::SubResource) => ExternType::Resource,
            ComponentTypeRef::Instance(index) => ExternType::Instance(self.type_at(index)?),
            ComponentTypeRef::Component(index) => ExternType::Component(self.type_at(index)?),
        })
    }

    fn import(&mut self, name: ComponentExternName<'a>, ty: ComponentTypeRef) -> Result {
        let ty = self.extern_type(ty)?;
        let definition = Definition::Import {
            name: name.into(),
            ty,
        };
        let id = self.define(ty.sort(), definition);
        let scope = self.frame().scope;
        self.model[scope].imports.insert(name.name.into(), id);
        Ok(())
    }

    fn declare(&mut self, name: ComponentExternName<'a>, ty: ComponentTypeRef) -> Result {
        let ty = self.extern_type(ty)?;
        let definition = Definition::Declared {
            name: name.into(),
            ty,
        };
        let id = self.define(ty.sort(), definition);
        let scope = self.frame().scope;
        self.model[scope].exports.insert(name.name.into(), id);
        Ok(())
    }

    fn export(&mut self, export: wasmparser::ComponentExport<'a>) -> Result {
        let sort = Sort::from(export.kind);
        let definition = Definition::Export {
            name: export.name.into(),
            item: self.item(sort, export.index)?,
            ascribed: export.ty.map(|ty| self.extern_type(ty)).transpose()?,
        };
        let id = self.define(sort, definition);
        let scope = self.frame().scope;
        self.model[scope]
            .exports
            .insert(export.name.name.into(), id);
        Ok(())
    }

    fn alias(&mut self, alias: ComponentAlias<'a>) -> Result {
        let (sort, alias) = match alias {
            ComponentAlias::InstanceExport {
                kind,
                instance_index,
                name,
            } => {
                let instance = self.item(Sort::Instance, instance_index)?;
                let target = match self.bundles.get(&self.model.origin(instance)) {
                    Some(exports) => exports.get(name).copied(),
                    None => self.model.export_of(instance, name),
                };
                let name = Cow::Borrowed(name);
                let alias = Alias::Export {
                    instance,
                    name,
                    target,
                };
                (kind.into(), alias)
            }
            ComponentAlias::CoreInstanceExport {
                kind,
                instance_index,
                name,
            } => {
                let instance = self.item(Sort::CoreInstance, instance_index)?;
                let name = Cow::Borrowed(name);
                (kind.into(), Alias::CoreExport { instance, name })
            }
            ComponentAlias::Outer { kind, count, index } => {
                let sort = Sort::from(kind);
                (sort, Alias::Outer(self.outer_item(sort, count, index)?))
            }
        };
        self.define(sort, Definition::Alias(alias));
        Ok(())
    }

    fn core_instance(&mut self, instance: wasmparser::Instance<'a>) -> Result {
        let instance = match instance {
            wasmparser::Instance::Instantiate { module_index, args } => {
                let arg = |arg: &wasmparser::InstantiationArg<'a>| {
                    // Core instances are the only kind of argument.
                    let instance = self.item(Sort::CoreInstance, arg.index)?;
                    Ok((Cow::Borrowed(arg.name), instance))
                };
                CoreInstance::Instantiate {
                    module: self.item(Sort::CoreModule, module_index)?,
                    args: args.iter().map(arg).collect::<Result<_>>()?,
                }
            }
            wasmparser::Instance::FromExports(exports) => {
                let export = |export: &wasmparser::Export<'a>| {
                    let item = self.item(export.kind.into(), export.index)?;
                    Ok((Cow::Borrowed(export.name), item))
                };
                CoreInstance::Exports(exports.iter().map(export).collect::<Result<_>>()?)
            }
        };
        self.define(Sort::CoreInstance, Definition::CoreInstance(instance));
        Ok(())
    }

    fn instance(&mut self, instance: ComponentInstance<'a>) -> Result {
        match instance {
            ComponentInstance::Instantiate {
                component_index,
                args,
            } => {
                let arg = |arg: &wasmparser::ComponentInstantiationArg<'a>| {
                    let item = self.item(arg.kind.into(), arg.index)?;
                    Ok((Cow::Borrowed(arg.name), item))
                };
                let instance = Instance::Instantiate {
                    component: self.item(Sort::Component, component_index)?,
                    args: args.iter().map(arg).collect::<Result<_>>()?,
                };
                self.define(Sort::Instance, Definition::Instance(instance));
            }
            ComponentInstance::FromExports(exports) => {
                let mut named = HashMap::new();
                let mut list = Vec::new();
                for export in exports {
                    let item = self.item(export.kind.into(), export.index)?;
                    named.insert(export.name.name, item);
                    list.push((export.name.into(), item));
                }
                let instance = Definition::Instance(Instance::Exports(list));
                let id = self.define(Sort::Instance, instance);
                self.bundles.insert(id, named);
            }
        }
        Ok(())
    }

    fn canonical(&mut self, function: CanonicalFunction) -> Result {
        let (sort, definition) = match function {
            CanonicalFunction::Lift {
                core_func_index,
                type_index,
                options,
            } => {
                let definition = Definition::Lift {
                    core: self.item(Sort::CoreFunc, core_func_index)?,
                    ty: self.type_at(type_index)?,
                    options: self.options(&options)?,
                };
                (Sort::Func, definition)
            }
            CanonicalFunction::Lower {
                func_index,
                options,
            } => {
                let definition = Definition::Lower {
                    func: self.item(Sort::Func, func_index)?,
                    options: self.options(&options)?,
                };
                (Sort::CoreFunc, definition)
            }
            CanonicalFunction::ResourceNew { resource } => (
                Sort::CoreFunc,
                Definition::ResourceNew(self.type_at(resource)?),
            ),
            CanonicalFunction::ResourceDrop { resource } => (
                Sort::CoreFunc,
                Definition::ResourceDrop(self.type_at(resource)?),
            ),
            CanonicalFunction::ResourceRep { resource } => (
                Sort::CoreFunc,
                Definition::ResourceRep(self.type_at(resource)?),
            ),
            other => {
                let parsed = Parsed::built_in(other, |place| self.bind(place))?;
                (Sort::CoreFunc, Definition::BuiltIn(parsed))
            }
        };
        self.define(sort, definition);
        Ok(())
    }

    fn options(&self, options: &[wasmparser::CanonicalOption]) -> Result<Vec<CanonicalOption>> {
        use wasmparser::CanonicalOption as Parsed;
        let function = |index| self.item(Sort::CoreFunc, index);
        let option = |option: &Parsed| {
            Ok(match *option {
                Parsed::UTF8 => CanonicalOption::Utf8,
                Parsed::UTF16 => CanonicalOption::Utf16,
                Parsed::CompactUTF16 => CanonicalOption::CompactUtf16,
                Parsed::Memory(index) => {
                    CanonicalOption::Memory(self.item(Sort::CoreMemory, index)?)
                }
                Parsed::Realloc(index) => CanonicalOption::Realloc(function(index)?),
                Parsed::PostReturn(index) => CanonicalOption::PostReturn(function(index)?),
                Parsed::Async => CanonicalOption::Async,
                Parsed::Callback(index) => CanonicalOption::Callback(function(index)?),
                Parsed::CoreType(index) => {
                    CanonicalOption::CoreType(self.item(Sort::CoreType, index)?)
                }
                Parsed::Gc => CanonicalOption::Gc,
            })
        };
        options.iter().map(option).collect()
    }
}

impl<'a> Model<'a> {
    /// Gives the items of a scope the names that a `component-name` section has for them. Nobody
    /// has validated it: a name of something that isn't there is left out, and so is what comes
    /// after something that can't be read.
    fn name(
        &mut self,
        scope: ScopeId,
        spaces: &[Vec<ItemId>; Sort::COUNT],
        names: ComponentNameSectionReader<'a>,
    ) {
        for part in names {
            let (sort, names) = match part {
                Ok(ComponentName::Component { name, .. }) => {
                    self[scope].debug_name = Some(name.into());
                    continue;
                }
                Ok(ComponentName::CoreFuncs(names)) => (Sort::CoreFunc, names),
                Ok(ComponentName::CoreGlobals(names)) => (Sort::CoreGlobal, names),
                Ok(ComponentName::CoreMemories(names)) => (Sort::CoreMemory, names),
                Ok(ComponentName::CoreTables(names)) => (Sort::CoreTable, names),
                Ok(ComponentName::CoreTags(names)) => (Sort::CoreTag, names),
                Ok(ComponentName::CoreModules(names)) => (Sort::CoreModule, names),
                Ok(ComponentName::CoreInstances(names)) => (Sort::CoreInstance, names),
                Ok(ComponentName::CoreTypes(names)) => (Sort::CoreType, names),
                Ok(ComponentName::Types(names)) => (Sort::Type, names),
                Ok(ComponentName::Instances(names)) => (Sort::Instance, names),
                Ok(ComponentName::Components(names)) => (Sort::Component, names),
                Ok(ComponentName::Funcs(names)) => (Sort::Func, names),
                Ok(ComponentName::Values(names)) => (Sort::Value, names),
                // It may have numbers in it.
                Ok(ComponentName::Unknown { .. }) => continue,
                Err(_) => return,
            };
            self.name_items(&spaces[sort as usize], names);
        }
    }

    fn name_items(&mut self, space: &[ItemId], names: NameMap<'a>) {
        for naming in names.into_iter().map_while(std::result::Result::ok) {
            if let Some(id) = space.get(naming.index as usize) {
                self.set_debug_name(*id, naming.name);
            }
        }
    }
}

impl<'a> From<ComponentExternName<'a>> for ExternName<'a> {
    fn from(name: ComponentExternName<'a>) -> Self {
        let ComponentExternName {
            name,
            implements,
            version_suffix,
            external_id,
        } = name;
        let attributes = Attributes {
            implements,
            version_suffix,
            external_id,
        };
        let has_any = implements.or(version_suffix).or(external_id).is_some();
        ExternName {
            name: Cow::Borrowed(name),
            attributes: has_any.then(|| Box::new(attributes)),
        }
    }
}

impl From<ComponentExternalKind> for Sort {
    fn from(kind: ComponentExternalKind) -> Self {
        match kind {
            ComponentExternalKind::Module => Sort::CoreModule,
            ComponentExternalKind::Func => Sort::Func,
            ComponentExternalKind::Value => Sort::Value,
            ComponentExternalKind::Type => Sort::Type,
            ComponentExternalKind::Instance => Sort::Instance,
            ComponentExternalKind::Component => Sort::Component,
        }
    }
}

impl From<ExternalKind> for Sort {
    fn from(kind: ExternalKind) -> Self {
        match kind {
            ExternalKind::Func | ExternalKind::FuncExact => Sort::CoreFunc,
            ExternalKind::Table => Sort::CoreTable,
            ExternalKind::Memory => Sort::CoreMemory,
            ExternalKind::Global => Sort::CoreGlobal,
            ExternalKind::Tag => Sort::CoreTag,
        }
    }
}

impl From<ComponentOuterAliasKind> for Sort {
    fn from(kind: ComponentOuterAliasKind) -> Self {
        match kind {
            ComponentOuterAliasKind::CoreModule => Sort::CoreModule,
            ComponentOuterAliasKind::CoreType => Sort::CoreType,
            ComponentOuterAliasKind::Type => Sort::Type,
            ComponentOuterAliasKind::Component => Sort::Component,
        }
    }
}
