//! Writes a [`Model`] as a component.
//!
//! This is the only code that gives numbers. A definition gets the next number of its index space
//! where it is written, and whatever refers to it comes after it.

use super::{
    Alias, Attributes, CanonicalOption, CoreInstance, Definition, ExternName, ExternType, FuncType,
    Instance, ItemId, Model, ScopeId, Sort, Type, ValType, ValueType,
};
use std::convert::Infallible;
use std::ops::Range;
use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CanonicalFunctionSection, Component, ComponentAliasSection, ComponentCoreTypeEncoder,
    ComponentExportKind, ComponentExportSection, ComponentExternName, ComponentImportSection,
    ComponentInstanceSection, ComponentNameSection, ComponentOuterAliasKind, ComponentSection,
    ComponentSectionId, ComponentType, ComponentTypeEncoder, ComponentTypeRef,
    ComponentTypeSection, ComponentValType, CoreTypeSection, CustomSection, Encode, ExportKind,
    InstanceSection, InstanceType, ModuleArg, NameMap, TypeBounds,
};

/// Why a model was not written: its core types or built-ins are none that wasm-encoder knows.
#[derive(Debug, thiserror::Error)]
#[error("a core type or built-in can't be written: {0}")]
pub(crate) struct Error(#[from] reencode::Error<Infallible>);

type Result<T = ()> = std::result::Result<T, Error>;

/// A component in binary form.
#[derive(Debug)]
pub(crate) struct Written {
    pub bytes: Vec<u8>,
    /// The core modules in it that were validated as parts of the input, in order.
    pub validated: Vec<Range<usize>>,
}

/// Writes a scope as a component.
///
/// # Errors
///
/// If a core type or built-in is none that wasm-encoder knows.
pub(crate) fn component(model: &Model<'_>, root: ScopeId) -> Result<Written> {
    let mut writer = Writer {
        model,
        numbers: vec![NOWHERE; model.len()],
        counts: Vec::new(),
        bytes: Vec::with_capacity(core_modules(model, root) + ROOM),
        validated: Vec::new(),
    };
    writer.component(root)?;
    Ok(Written {
        bytes: writer.bytes,
        validated: writer.validated,
    })
}

/// Room for what is no core module, which need not suffice.
const ROOM: usize = 1 << 16;

/// The bytes of all core modules.
fn core_modules(model: &Model<'_>, scope: ScopeId) -> usize {
    let length = |id: &ItemId| match &model[*id].definition {
        Definition::CoreModule(module) => module.bytes.len(),
        Definition::Component(inner) => core_modules(model, *inner),
        _ => 0,
    };
    model[scope].items.iter().map(length).sum()
}

/// Where a definition was written.
#[derive(Clone, Copy)]
struct Number {
    /// The number of scopes that contain its scope.
    level: u32,
    index: u32,
}

/// Of a definition that was not written. Nothing has so high a number, so that what refers to it isn't
/// valid.
const NOWHERE: Number = Number {
    level: 0,
    index: u32::MAX,
};

struct Writer<'m, 'a> {
    model: &'m Model<'a>,
    numbers: Vec<Number>,
    /// The sizes of the index spaces of each scope that is being written.
    counts: Vec<[u32; Sort::COUNT]>,
    bytes: Vec<u8>,
    validated: Vec<Range<usize>>,
}

/// The section that definitions are being added to. Definitions of one kind that follow each other
/// share a section.
#[derive(Default)]
enum Section {
    #[default]
    None,
    CoreTypes(CoreTypeSection),
    CoreInstances(InstanceSection),
    Types(ComponentTypeSection),
    Instances(ComponentInstanceSection),
    Aliases(ComponentAliasSection),
    Canonicals(CanonicalFunctionSection),
    Imports(ComponentImportSection),
    Exports(ComponentExportSection),
}

impl Section {
    fn flush(&mut self, bytes: &mut Vec<u8>) {
        match std::mem::take(self) {
            Section::None => {}
            Section::CoreTypes(section) => section.append_to_component(bytes),
            Section::CoreInstances(section) => section.append_to_component(bytes),
            Section::Types(section) => section.append_to_component(bytes),
            Section::Instances(section) => section.append_to_component(bytes),
            Section::Aliases(section) => section.append_to_component(bytes),
            Section::Canonicals(section) => section.append_to_component(bytes),
            Section::Imports(section) => section.append_to_component(bytes),
            Section::Exports(section) => section.append_to_component(bytes),
        }
    }
}

/// The section of a kind that is being written, which begins here if another one was.
macro_rules! section {
    ($section:ident, $bytes:expr, $kind:ident) => {{
        if !matches!($section, Section::$kind(_)) {
            $section.flush(&mut $bytes);
            $section = Section::$kind(Default::default());
        }
        match &mut $section {
            Section::$kind(section) => section,
            _ => unreachable!("it has just been made one of this kind"),
        }
    }};
}

/// The declarations of a type that is being written.
enum Declarations {
    Instance(InstanceType),
    Component(ComponentType),
}

impl Declarations {
    fn core_type(&mut self) -> ComponentCoreTypeEncoder<'_> {
        match self {
            Declarations::Instance(ty) => ty.core_type(),
            Declarations::Component(ty) => ty.core_type(),
        }
    }

    fn ty(&mut self) -> ComponentTypeEncoder<'_> {
        match self {
            Declarations::Instance(ty) => ty.ty(),
            Declarations::Component(ty) => ty.ty(),
        }
    }

    fn alias(&mut self, alias: wasm_encoder::Alias<'_>) {
        match self {
            Declarations::Instance(ty) => _ = ty.alias(alias),
            Declarations::Component(ty) => _ = ty.alias(alias),
        }
    }

    fn export(&mut self, name: ComponentExternName<'_>, ty: ComponentTypeRef) {
        match self {
            Declarations::Instance(it) => _ = it.export(name, ty),
            Declarations::Component(it) => _ = it.export(name, ty),
        }
    }

    fn import(&mut self, name: ComponentExternName<'_>, ty: ComponentTypeRef) {
        match self {
            Declarations::Instance(_) => unreachable!("an instance type imports nothing"),
            Declarations::Component(it) => _ = it.import(name, ty),
        }
    }

    fn encode(&self, encoder: ComponentTypeEncoder<'_>) {
        match self {
            Declarations::Instance(ty) => encoder.instance(ty),
            Declarations::Component(ty) => encoder.component(ty),
        }
    }
}

impl<'a> Writer<'_, 'a> {
    fn component(&mut self, scope: ScopeId) -> Result {
        let model = self.model;
        self.bytes.extend(Component::HEADER);
        self.counts.push([0; Sort::COUNT]);
        let mut section = Section::default();
        for id in &model[scope].items {
            self.give_number(*id);
            self.item(*id, &mut section)?;
        }
        section.flush(&mut self.bytes);
        self.names(scope);
        self.counts.pop();
        Ok(())
    }

    fn level(&self) -> u32 {
        self.counts.len() as u32 - 1
    }

    fn give_number(&mut self, id: ItemId) {
        let item = &self.model[id];
        let level = self.level();
        let counts = self.counts.last_mut().expect("a scope is being written");
        let Some(count) = counts.get_mut(item.sort as usize) else {
            return;
        };
        let numbers = match &item.definition {
            Definition::CoreTypeOfGroup { .. } | Definition::SameAs(_) => return,
            Definition::CoreType(ty) => ty.types() as u32,
            _ => 1,
        };
        let index = *count;
        *count += numbers;
        self.numbers[id.place()] = Number { level, index };
    }

    fn number(&self, id: ItemId) -> u32 {
        self.number_and_level(id).index
    }

    fn number_and_level(&self, id: ItemId) -> Number {
        match self.model[id].definition {
            Definition::SameAs(of) => self.number_and_level(of),
            Definition::CoreTypeOfGroup { first, offset } => {
                let Number { level, index } = self.numbers[first.place()];
                let index = index.saturating_add(offset);
                Number { level, index }
            }
            _ => self.numbers[id.place()],
        }
    }

    fn item(&mut self, id: ItemId, section: &mut Section) -> Result {
        let model = self.model;
        let section_of = section;
        let mut section = std::mem::take(section_of);
        match &model[id].definition {
            Definition::CoreModule(module) => {
                section.flush(&mut self.bytes);
                self.bytes.push(ComponentSectionId::CoreModule as u8);
                module.bytes.len().encode(&mut self.bytes);
                let start = self.bytes.len();
                self.bytes.extend_from_slice(&module.bytes);
                if module.validated {
                    self.validated.push(start..self.bytes.len());
                }
            }
            Definition::Component(inner) => {
                section.flush(&mut self.bytes);
                self.nested(*inner)?;
            }
            Definition::Custom { name, data } => {
                section.flush(&mut self.bytes);
                let custom = CustomSection {
                    name: (*name).into(),
                    data: data.as_ref().into(),
                };
                custom.append_to_component(&mut self.bytes);
            }
            Definition::CoreType(ty) => {
                let section = section!(section, self.bytes, CoreTypes);
                ty.encode(section.ty(), &|id| self.number(id))?;
            }
            Definition::CoreTypeOfGroup { .. } | Definition::SameAs(_) => {}
            Definition::CoreInstance(instance) => {
                let section = section!(section, self.bytes, CoreInstances);
                match instance {
                    CoreInstance::Instantiate { module, args } => {
                        let args = args.iter().map(|(name, id)| {
                            (name.as_ref(), ModuleArg::Instance(self.number(*id)))
                        });
                        section.instantiate(self.number(*module), args.collect::<Vec<_>>());
                    }
                    CoreInstance::Exports(exports) => {
                        let exports = exports.iter().map(|(name, id)| {
                            let kind = export_kind(model[*id].sort);
                            (name.as_ref(), kind, self.number(*id))
                        });
                        section.export_items(exports.collect::<Vec<_>>());
                    }
                }
            }
            Definition::Instance(instance) => {
                let section = section!(section, self.bytes, Instances);
                match instance {
                    Instance::Instantiate { component, args } => {
                        let args = args.iter().map(|(name, id)| {
                            let kind = component_kind(model[*id].sort);
                            (name.as_ref(), kind, self.number(*id))
                        });
                        section.instantiate(self.number(*component), args.collect::<Vec<_>>());
                    }
                    Instance::Exports(exports) => {
                        let exports = exports.iter().map(|(name, id)| {
                            let kind = component_kind(model[*id].sort);
                            (encoded(name), kind, self.number(*id))
                        });
                        section.export_items(exports.collect::<Vec<_>>());
                    }
                }
            }
            Definition::Alias(alias) => {
                let section = section!(section, self.bytes, Aliases);
                section.alias(self.alias(id, alias));
            }
            Definition::Type(ty) => {
                // A nested scope is written before the section that it is for.
                let nested = self.nested_type(ty)?;
                let section = section!(section, self.bytes, Types);
                match nested {
                    Some(nested) => nested.encode(section.ty()),
                    None => self.ty(section.ty(), ty)?,
                }
            }
            Definition::Lift { core, ty, options } => {
                let section = section!(section, self.bytes, Canonicals);
                section.lift(self.number(*core), self.number(*ty), self.options(options));
            }
            Definition::Lower { func, options } => {
                let section = section!(section, self.bytes, Canonicals);
                section.lower(self.number(*func), self.options(options));
            }
            Definition::ResourceNew(ty) => {
                section!(section, self.bytes, Canonicals).resource_new(self.number(*ty));
            }
            Definition::ResourceDrop(ty) => {
                section!(section, self.bytes, Canonicals).resource_drop(self.number(*ty));
            }
            Definition::ResourceRep(ty) => {
                section!(section, self.bytes, Canonicals).resource_rep(self.number(*ty));
            }
            Definition::BuiltIn(built_in) => {
                let section = section!(section, self.bytes, Canonicals);
                built_in.encode(section, &|id| self.number(id))?;
            }
            Definition::Import { name, ty } => {
                let section = section!(section, self.bytes, Imports);
                section.import(encoded(name), self.extern_type(*ty));
            }
            Definition::Export {
                name,
                item,
                ascribed,
            } => {
                let section = section!(section, self.bytes, Exports);
                section.export(
                    encoded(name),
                    component_kind(model[*item].sort),
                    self.number(*item),
                    ascribed.map(|ty| self.extern_type(ty)),
                );
            }
            Definition::Declared { .. } => unreachable!("only types have declarations"),
        }
        *section_of = section;
        Ok(())
    }

    /// Writes a component within the one that is being written. Its size is not known before, and
    /// gets as many bytes as the largest would need: so the component isn't copied to make room.
    fn nested(&mut self, scope: ScopeId) -> Result {
        const SIZE: usize = 5;
        self.bytes.push(ComponentSectionId::Component as u8);
        let start = self.bytes.len() + SIZE;
        self.bytes.extend([0; SIZE]);
        self.component(scope)?;
        let mut size = self.bytes.len() - start;
        for byte in &mut self.bytes[start - SIZE..start] {
            *byte = (size & 0x7f) as u8 | 0x80;
            size >>= 7;
        }
        self.bytes[start - 1] &= 0x7f;
        Ok(())
    }

    /// Writes the type of an instance or component.
    fn declarations(&mut self, scope: ScopeId, mut ty: Declarations) -> Result<Declarations> {
        let model = self.model;
        self.counts.push([0; Sort::COUNT]);
        for id in &model[scope].items {
            self.give_number(*id);
            match &model[*id].definition {
                Definition::CoreType(core) => {
                    core.encode(ty.core_type(), &|id| self.number(id))?;
                }
                Definition::Type(inner) => match self.nested_type(inner)? {
                    Some(nested) => nested.encode(ty.ty()),
                    None => self.ty(ty.ty(), inner)?,
                },
                Definition::Alias(alias) => ty.alias(self.alias(*id, alias)),
                Definition::Declared { name, ty: declared } => {
                    ty.export(encoded(name), self.extern_type(*declared));
                }
                Definition::Import { name, ty: imported } => {
                    ty.import(encoded(name), self.extern_type(*imported));
                }
                Definition::CoreTypeOfGroup { .. } | Definition::SameAs(_) => {}
                _ => unreachable!("a type declares nothing else"),
            }
        }
        self.counts.pop();
        Ok(ty)
    }

    /// Writes a type that has declarations. `None` if it is another kind of type.
    fn nested_type(&mut self, ty: &Type<'a>) -> Result<Option<Declarations>> {
        let (scope, empty) = match ty {
            Type::Instance(scope) => (scope, Declarations::Instance(Default::default())),
            Type::Component(scope) => (scope, Declarations::Component(Default::default())),
            _ => return Ok(None),
        };
        self.declarations(*scope, empty).map(Some)
    }

    fn alias<'n>(&self, id: ItemId, alias: &'n Alias<'a>) -> wasm_encoder::Alias<'n> {
        let sort = self.model[id].sort;
        match alias {
            Alias::Export { instance, name, .. } => wasm_encoder::Alias::InstanceExport {
                instance: self.number(*instance),
                kind: component_kind(sort),
                name,
            },
            Alias::CoreExport { instance, name } => wasm_encoder::Alias::CoreInstanceExport {
                instance: self.number(*instance),
                kind: export_kind(sort),
                name,
            },
            Alias::Outer(of) => {
                let Number { level, index } = self.number_and_level(*of);
                wasm_encoder::Alias::Outer {
                    kind: outer_kind(sort),
                    count: self.level() - level,
                    index,
                }
            }
        }
    }

    /// Writes a type that declares nothing.
    fn ty(&self, encoder: ComponentTypeEncoder<'_>, ty: &Type<'a>) -> Result {
        match ty {
            Type::Value(ty) => self.value_type(encoder, ty),
            Type::Func(FuncType {
                is_async,
                params,
                result,
            }) => {
                let mut encoder = encoder.function();
                encoder
                    .async_(*is_async)
                    .params(params.iter().map(|(name, ty)| (*name, self.value(*ty))))
                    .result(result.map(|ty| self.value(ty)));
            }
            Type::Resource { rep, destructor } => {
                let rep = RoundtripReencoder.val_type(*rep)?;
                encoder.resource(rep, destructor.map(|id| self.number(id)));
            }
            Type::Instance(_) | Type::Component(_) => unreachable!("these have declarations"),
        }
        Ok(())
    }

    fn value_type(&self, encoder: ComponentTypeEncoder<'_>, ty: &ValueType<'a>) {
        let encoder = encoder.defined_type();
        let optional = |ty: &Option<ValType>| ty.map(|ty| self.value(ty));
        match ty {
            ValueType::Primitive(ty) => encoder.primitive((*ty).into()),
            ValueType::Record(fields) => {
                encoder.record(fields.iter().map(|(name, ty)| (*name, self.value(*ty))));
            }
            ValueType::Variant(cases) => {
                encoder.variant(cases.iter().map(|(name, ty)| (*name, optional(ty))));
            }
            ValueType::List(ty) => encoder.list(self.value(*ty)),
            ValueType::FixedLengthList(ty, length) => {
                encoder.fixed_length_list(self.value(*ty), *length);
            }
            ValueType::Map(key, ty) => encoder.map(self.value(*key), self.value(*ty)),
            ValueType::Tuple(types) => encoder.tuple(types.iter().map(|ty| self.value(*ty))),
            ValueType::Flags(names) => encoder.flags(names.iter().copied()),
            ValueType::Enum(names) => encoder.enum_type(names.iter().copied()),
            ValueType::Option(ty) => encoder.option(self.value(*ty)),
            ValueType::Result { ok, err } => encoder.result(optional(ok), optional(err)),
            ValueType::Own(ty) => encoder.own(self.number(*ty)),
            ValueType::Borrow(ty) => encoder.borrow(self.number(*ty)),
            ValueType::Future(ty) => encoder.future(optional(ty)),
            ValueType::Stream(ty) => encoder.stream(optional(ty)),
        }
    }

    fn value(&self, ty: ValType) -> ComponentValType {
        match ty {
            ValType::Primitive(ty) => ComponentValType::Primitive(ty.into()),
            ValType::Type(id) => ComponentValType::Type(self.number(id)),
        }
    }

    fn extern_type(&self, ty: ExternType) -> ComponentTypeRef {
        match ty {
            ExternType::CoreModule(id) => ComponentTypeRef::Module(self.number(id)),
            ExternType::Func(id) => ComponentTypeRef::Func(self.number(id)),
            ExternType::Value(ty) => ComponentTypeRef::Value(self.value(ty)),
            ExternType::Eq(id) => ComponentTypeRef::Type(TypeBounds::Eq(self.number(id))),
            ExternType::Resource => ComponentTypeRef::Type(TypeBounds::SubResource),
            ExternType::Instance(id) => ComponentTypeRef::Instance(self.number(id)),
            ExternType::Component(id) => ComponentTypeRef::Component(self.number(id)),
        }
    }

    fn options(&self, options: &[CanonicalOption]) -> Vec<wasm_encoder::CanonicalOption> {
        use wasm_encoder::CanonicalOption as Encoded;
        let option = |option: &CanonicalOption| match *option {
            CanonicalOption::Utf8 => Encoded::UTF8,
            CanonicalOption::Utf16 => Encoded::UTF16,
            CanonicalOption::CompactUtf16 => Encoded::CompactUTF16,
            CanonicalOption::Memory(id) => Encoded::Memory(self.number(id)),
            CanonicalOption::Realloc(id) => Encoded::Realloc(self.number(id)),
            CanonicalOption::PostReturn(id) => Encoded::PostReturn(self.number(id)),
            CanonicalOption::Async => Encoded::Async,
            CanonicalOption::Callback(id) => Encoded::Callback(self.number(id)),
            CanonicalOption::CoreType(id) => Encoded::CoreType(self.number(id)),
            CanonicalOption::Gc => Encoded::Gc,
        };
        options.iter().map(option).collect()
    }

    /// Writes the `component-name` section, if anything has a name.
    fn names(&mut self, scope: ScopeId) {
        let mut maps: [NameMap; Sort::COUNT] = Default::default();
        for id in &self.model[scope].items {
            let item = &self.model[*id];
            // Items are named in the order of their numbers, each number once.
            if let Some(name) = self.model.debug_name(*id)
                && !matches!(item.definition, Definition::SameAs(_))
                && let Some(map) = maps.get_mut(item.sort as usize)
            {
                map.append(self.number(*id), name);
            }
        }
        let mut section = ComponentNameSection::new();
        if let Some(name) = &self.model[scope].debug_name {
            section.component(name);
        }
        type Add = fn(&mut ComponentNameSection, &NameMap);
        const PARTS: [(Sort, Add); Sort::COUNT] = [
            (Sort::CoreFunc, ComponentNameSection::core_funcs),
            (Sort::CoreTable, ComponentNameSection::core_tables),
            (Sort::CoreMemory, ComponentNameSection::core_memories),
            (Sort::CoreGlobal, ComponentNameSection::core_globals),
            (Sort::CoreTag, ComponentNameSection::core_tags),
            (Sort::CoreType, ComponentNameSection::core_types),
            (Sort::CoreModule, ComponentNameSection::core_modules),
            (Sort::CoreInstance, ComponentNameSection::core_instances),
            (Sort::Component, ComponentNameSection::components),
            (Sort::Instance, ComponentNameSection::instances),
            (Sort::Func, ComponentNameSection::funcs),
            (Sort::Value, ComponentNameSection::values),
            (Sort::Type, ComponentNameSection::types),
        ];
        for (sort, add) in PARTS {
            let map = &maps[sort as usize];
            if !map.is_empty() {
                add(&mut section, map);
            }
        }
        if !section.is_empty() {
            section.append_to_component(&mut self.bytes);
        }
    }
}

fn encoded<'n>(name: &'n ExternName<'_>) -> wasm_encoder::ComponentExternName<'n> {
    let attribute = |value: fn(&Attributes<'n>) -> Option<&'n str>| {
        let attributes = name.attributes.as_deref()?;
        value(attributes).map(Into::into)
    };
    wasm_encoder::ComponentExternName {
        name: name.name.as_ref().into(),
        implements: attribute(|it| it.implements),
        version_suffix: attribute(|it| it.version_suffix),
        external_id: attribute(|it| it.external_id),
    }
}

fn component_kind(sort: Sort) -> ComponentExportKind {
    match sort {
        Sort::CoreModule => ComponentExportKind::Module,
        Sort::Func => ComponentExportKind::Func,
        Sort::Value => ComponentExportKind::Value,
        Sort::Type => ComponentExportKind::Type,
        Sort::Instance => ComponentExportKind::Instance,
        Sort::Component => ComponentExportKind::Component,
        _ => unreachable!("a component exports no {sort:?}"),
    }
}

fn export_kind(sort: Sort) -> ExportKind {
    match sort {
        Sort::CoreFunc => ExportKind::Func,
        Sort::CoreTable => ExportKind::Table,
        Sort::CoreMemory => ExportKind::Memory,
        Sort::CoreGlobal => ExportKind::Global,
        Sort::CoreTag => ExportKind::Tag,
        _ => unreachable!("a core instance exports no {sort:?}"),
    }
}

fn outer_kind(sort: Sort) -> ComponentOuterAliasKind {
    match sort {
        Sort::CoreModule => ComponentOuterAliasKind::CoreModule,
        Sort::CoreType => ComponentOuterAliasKind::CoreType,
        Sort::Type => ComponentOuterAliasKind::Type,
        Sort::Component => ComponentOuterAliasKind::Component,
        _ => unreachable!("there is no outer alias of a {sort:?}"),
    }
}
