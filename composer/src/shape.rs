//! What an item of an interface looks like, written down so that two sides can be compared.
//!
//! Versions of WASI are told apart by their shapes, because a label can stand for two of them. A
//! shape spells a type out down to primitive types and resources, and resources by their names. It
//! leaves `async` out: that is what retyping changes.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use wasmparser::component_types::{
    AliasableResourceId, ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType,
    ComponentInstanceTypeId, ComponentValType, ResourceId,
};
use wasmparser::types::TypesRef;
use wit_parser::{Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId};

/// The shapes of an interface's functions and types, by name.
pub type Shapes = BTreeMap<String, String>;

const RESOURCE: &str = "resource";

/// Writes the parts of a compound type.
fn parts<'a>(keyword: &str, parts: impl IntoIterator<Item = (&'a str, Option<String>)>) -> String {
    let mut text = format!("{keyword} {{");
    for (name, ty) in parts {
        let _ = match ty {
            Some(ty) => write!(text, " {name}: {ty},"),
            None => write!(text, " {name},"),
        };
    }
    text.push_str(" }");
    text
}

fn function<'a>(
    params: impl IntoIterator<Item = (&'a str, String)>,
    result: Option<String>,
) -> String {
    let params: Vec<_> = params
        .into_iter()
        .map(|(name, ty)| format!("{name}: {ty}"))
        .collect();
    let result = result.map_or(String::new(), |ty| format!(" -> {ty}"));
    format!("func({}){result}", params.join(", "))
}

fn one(keyword: &str, ty: Option<String>) -> String {
    match ty {
        Some(ty) => format!("{keyword}<{ty}>"),
        None => keyword.to_string(),
    }
}

fn result(ok: Option<String>, err: Option<String>) -> String {
    let side = |ty: Option<String>| ty.unwrap_or_else(|| "_".to_string());
    format!("result<{}, {}>", side(ok), side(err))
}

/// The names that a component's imports give to resources.
pub type ResourceNames = HashMap<ResourceId, String>;

/// Adds the names of the resources of an imported instance.
pub fn name_resources(
    names: &mut ResourceNames,
    instance: ComponentInstanceTypeId,
    types: TypesRef<'_>,
) {
    for (name, item) in &types[instance].exports {
        if let ComponentEntityType::Type {
            created: ComponentAnyTypeId::Resource(resource),
            ..
        } = item.ty
        {
            // The first is its own: what follows are other names for it.
            names
                .entry(resource.resource())
                .or_insert_with(|| name.clone());
        }
    }
}

/// The shapes of an imported instance.
pub fn of_instance(
    instance: ComponentInstanceTypeId,
    types: TypesRef<'_>,
    names: &ResourceNames,
) -> Shapes {
    let reader = Binary { types, names };
    let shape = |ty| match ty {
        ComponentEntityType::Func(id) => {
            let ty = &types[id];
            let param = |(name, ty): &(_, ComponentValType)| {
                let name: &wasmparser::names::KebabString = name;
                (name.to_string(), reader.value(*ty))
            };
            let params: Vec<_> = ty.params.iter().map(param).collect();
            let params = params.iter().map(|(name, ty)| (name.as_str(), ty.clone()));
            Some(function(params, ty.result.map(|ty| reader.value(ty))))
        }
        ComponentEntityType::Type { created, .. } => match created {
            ComponentAnyTypeId::Resource(_) => Some(RESOURCE.to_string()),
            ComponentAnyTypeId::Defined(id) => Some(reader.defined(&types[id])),
            _ => None,
        },
        _ => None,
    };
    let exports = types[instance].exports.iter();
    exports
        .filter_map(|(name, item)| Some((name.clone(), shape(item.ty)?)))
        .collect()
}

/// Types of a component in binary form.
struct Binary<'a> {
    types: TypesRef<'a>,
    names: &'a ResourceNames,
}

impl Binary<'_> {
    fn value(&self, ty: ComponentValType) -> String {
        match ty {
            ComponentValType::Primitive(ty) => ty.to_string(),
            ComponentValType::Type(id) => self.defined(&self.types[id]),
        }
    }

    fn optional(&self, ty: Option<ComponentValType>) -> Option<String> {
        ty.map(|ty| self.value(ty))
    }

    fn handle(&self, keyword: &str, resource: AliasableResourceId) -> String {
        let name = self
            .names
            .get(&resource.resource())
            .map_or("?", String::as_str);
        format!("{keyword}<{name}>")
    }

    fn defined(&self, ty: &ComponentDefinedType) -> String {
        match ty {
            ComponentDefinedType::Primitive(ty) => ty.to_string(),
            ComponentDefinedType::Record(ty) => {
                let fields = ty.fields.iter();
                parts(
                    "record",
                    fields.map(|(name, ty)| (name.as_str(), Some(self.value(*ty)))),
                )
            }
            ComponentDefinedType::Variant(ty) => {
                let cases = ty.cases.iter();
                parts(
                    "variant",
                    cases.map(|(name, case)| (name.as_str(), self.optional(case.ty))),
                )
            }
            ComponentDefinedType::Flags(names) => {
                parts("flags", names.iter().map(|name| (name.as_str(), None)))
            }
            ComponentDefinedType::Enum(names) => {
                parts("enum", names.iter().map(|name| (name.as_str(), None)))
            }
            ComponentDefinedType::Tuple(ty) => {
                let types: Vec<_> = ty.types.iter().map(|ty| self.value(*ty)).collect();
                format!("tuple<{}>", types.join(", "))
            }
            ComponentDefinedType::List { element, .. } => one("list", Some(self.value(*element))),
            ComponentDefinedType::FixedLengthList {
                element, length, ..
            } => {
                format!("list<{}, {length}>", self.value(*element))
            }
            ComponentDefinedType::Map { key, value, .. } => {
                format!("map<{}, {}>", self.value(*key), self.value(*value))
            }
            ComponentDefinedType::Option { ty, .. } => one("option", Some(self.value(*ty))),
            ComponentDefinedType::Result { ok, err, .. } => {
                result(self.optional(*ok), self.optional(*err))
            }
            ComponentDefinedType::Own(resource) => self.handle("own", *resource),
            ComponentDefinedType::Borrow(resource) => self.handle("borrow", *resource),
            ComponentDefinedType::Future { ty, .. } => one("future", self.optional(*ty)),
            ComponentDefinedType::Stream { ty, .. } => one("stream", self.optional(*ty)),
        }
    }
}

/// The shapes of an interface that is given in WIT.
pub fn of_interface(resolve: &Resolve, interface: InterfaceId) -> Shapes {
    let reader = Wit(resolve);
    let interface = &resolve.interfaces[interface];
    let functions = interface.functions.iter().map(|(name, ty)| {
        let params = ty.params.iter();
        let params = params.map(|param| (param.name.as_str(), reader.value(&param.ty)));
        let result = ty.result.as_ref().map(|ty| reader.value(ty));
        (name.clone(), function(params, result))
    });
    let types = interface.types.iter();
    functions
        .chain(types.map(|(name, ty)| (name.clone(), reader.defined(*ty))))
        .collect()
}

/// Types given in WIT.
struct Wit<'a>(&'a Resolve);

impl Wit<'_> {
    fn value(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".to_string(),
            Type::U8 => "u8".to_string(),
            Type::U16 => "u16".to_string(),
            Type::U32 => "u32".to_string(),
            Type::U64 => "u64".to_string(),
            Type::S8 => "s8".to_string(),
            Type::S16 => "s16".to_string(),
            Type::S32 => "s32".to_string(),
            Type::S64 => "s64".to_string(),
            Type::F32 => "f32".to_string(),
            Type::F64 => "f64".to_string(),
            Type::Char => "char".to_string(),
            Type::String => "string".to_string(),
            Type::ErrorContext => "error-context".to_string(),
            Type::Id(id) => match self.0.types[*id].kind {
                // A resource in the place of a value is a handle that is given away.
                TypeDefKind::Resource => self.handle("own", *id),
                TypeDefKind::Type(ref ty @ Type::Id(_)) => self.value(ty),
                _ => self.defined(*id),
            },
        }
    }

    fn optional(&self, ty: &Option<Type>) -> Option<String> {
        ty.as_ref().map(|ty| self.value(ty))
    }

    fn handle(&self, keyword: &str, mut resource: TypeId) -> String {
        while let TypeDefKind::Type(Type::Id(id)) = self.0.types[resource].kind {
            resource = id;
        }
        let name = self.0.types[resource].name.as_deref().unwrap_or("?");
        format!("{keyword}<{name}>")
    }

    fn defined(&self, id: TypeId) -> String {
        match &self.0.types[id].kind {
            TypeDefKind::Resource => RESOURCE.to_string(),
            TypeDefKind::Type(Type::Id(id)) => self.defined(*id),
            TypeDefKind::Type(ty) => self.value(ty),
            TypeDefKind::Handle(Handle::Own(resource)) => self.handle("own", *resource),
            TypeDefKind::Handle(Handle::Borrow(resource)) => self.handle("borrow", *resource),
            TypeDefKind::Record(ty) => {
                let fields = ty.fields.iter();
                parts(
                    "record",
                    fields.map(|f| (f.name.as_str(), Some(self.value(&f.ty)))),
                )
            }
            TypeDefKind::Variant(ty) => {
                let cases = ty.cases.iter();
                parts(
                    "variant",
                    cases.map(|c| (c.name.as_str(), self.optional(&c.ty))),
                )
            }
            TypeDefKind::Flags(ty) => parts(
                "flags",
                ty.flags.iter().map(|flag| (flag.name.as_str(), None)),
            ),
            TypeDefKind::Enum(ty) => parts(
                "enum",
                ty.cases.iter().map(|case| (case.name.as_str(), None)),
            ),
            TypeDefKind::Tuple(ty) => {
                let types: Vec<_> = ty.types.iter().map(|ty| self.value(ty)).collect();
                format!("tuple<{}>", types.join(", "))
            }
            TypeDefKind::Option(ty) => one("option", Some(self.value(ty))),
            TypeDefKind::Result(ty) => result(self.optional(&ty.ok), self.optional(&ty.err)),
            TypeDefKind::List(ty) => one("list", Some(self.value(ty))),
            TypeDefKind::FixedLengthList(ty, length) => {
                format!("list<{}, {length}>", self.value(ty))
            }
            TypeDefKind::Map(key, value) => {
                format!("map<{}, {}>", self.value(key), self.value(value))
            }
            TypeDefKind::Future(ty) => one("future", self.optional(ty)),
            TypeDefKind::Stream(ty) => one("stream", self.optional(ty)),
            TypeDefKind::Unknown => "?".to_string(),
        }
    }
}
