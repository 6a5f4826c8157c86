//! Types of WIT in the text form of components.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use wit_parser::abi::WasmType;
use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId};

/// The types that a type is made of.
pub fn parts_of(kind: &TypeDefKind) -> Vec<Type> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => vec![Type::Id(*id)],
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Type(ty) => vec![*ty],
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter().copied().collect(),
        TypeDefKind::Resource
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => Vec::new(),
    }
}

/// A type of values in text form.
pub fn definition_text(
    resolve: &Resolve,
    kind: &TypeDefKind,
    names: &BTreeMap<TypeId, String>,
) -> String {
    let text = |ty: &Type| type_text(resolve, *ty, names);
    // The parser of text looks for no stream where there may be no type. A tuple of one is like what
    // it has.
    let optional = |ty: &Option<Type>| match ty.as_ref().map(text) {
        Some(ty) if ty.starts_with("(stream") || ty.starts_with("(future") => {
            format!("(tuple {ty})")
        }
        ty => ty.unwrap_or_default(),
    };
    let labels = |labels: Vec<&String>| {
        let labels = labels.into_iter().map(|label| format!("\"{label}\""));
        labels.collect::<Vec<_>>().join(" ")
    };
    match kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields = fields.map(|it| format!("(field \"{}\" {})", it.name, text(&it.ty)));
            format!("(record {})", fields.collect::<String>())
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter();
            let cases = cases.map(|it| format!("(case \"{}\" {})", it.name, optional(&it.ty)));
            format!("(variant {})", cases.collect::<String>())
        }
        TypeDefKind::Flags(flags) => {
            format!(
                "(flags {})",
                labels(flags.flags.iter().map(|it| &it.name).collect())
            )
        }
        TypeDefKind::Enum(cases) => {
            format!(
                "(enum {})",
                labels(cases.cases.iter().map(|it| &it.name).collect())
            )
        }
        TypeDefKind::Handle(Handle::Own(id)) => format!("(own {})", names[id]),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("(borrow {})", names[id]),
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<String> = tuple.types.iter().map(text).collect();
            format!("(tuple {})", types.join(" "))
        }
        TypeDefKind::Option(ty) => format!("(option {})", text(ty)),
        TypeDefKind::Result(result) => {
            let error = result.err.as_ref();
            let error = error.map_or(String::new(), |ty| format!("(error {})", text(ty)));
            format!("(result {} {error})", optional(&result.ok))
        }
        TypeDefKind::List(ty) => format!("(list {})", text(ty)),
        TypeDefKind::FixedLengthList(ty, length) => format!("(list {} {length})", text(ty)),
        TypeDefKind::Map(key, value) => format!("(map {} {})", text(key), text(value)),
        TypeDefKind::Future(ty) => format!("(future {})", optional(ty)),
        TypeDefKind::Stream(ty) => format!("(stream {})", optional(ty)),
        TypeDefKind::Type(ty) => text(ty),
        TypeDefKind::Resource | TypeDefKind::Unknown => unreachable!("it is no type of values"),
    }
}

fn type_text(resolve: &Resolve, ty: Type, names: &BTreeMap<TypeId, String>) -> String {
    let text = match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext => "error-context",
        Type::Id(id) => match names.get(&id) {
            Some(name) => name,
            None => return definition_text(resolve, &resolve.types[id].kind, names),
        },
    };
    text.to_string()
}

/// The type of a function in text form.
pub fn function_text(
    resolve: &Resolve,
    function: &Function,
    names: &BTreeMap<TypeId, String>,
) -> String {
    let mut text = String::new();
    if function.kind.is_async() {
        text.push_str("async ");
    }
    for param in &function.params {
        let ty = type_text(resolve, param.ty, names);
        write!(text, "(param \"{}\" {ty})", param.name).unwrap();
    }
    if let Some(ty) = function.result {
        write!(text, "(result {})", type_text(resolve, ty, names)).unwrap();
    }
    text
}

/// The type of a core function in text form.
pub fn core_type(params: &[WasmType], results: &[WasmType]) -> String {
    let text = |types: &[WasmType]| {
        let types = types.iter().map(|ty| match ty {
            WasmType::I32 | WasmType::Pointer | WasmType::Length => " i32",
            WasmType::I64 | WasmType::PointerOrI64 => " i64",
            WasmType::F32 => " f32",
            WasmType::F64 => " f64",
        });
        types.collect::<String>()
    };
    format!("(param{}) (result{})", text(params), text(results))
}

/// Returns `true` if a function takes or returns strings or lists, which lie in memory.
pub fn has_pointers(resolve: &Resolve, function: &Function) -> bool {
    fn has(resolve: &Resolve, ty: Type) -> bool {
        match ty {
            Type::String => true,
            Type::Id(id) => match &resolve.types[id].kind {
                TypeDefKind::List(_) | TypeDefKind::Map(..) => true,
                TypeDefKind::Handle(_) | TypeDefKind::Future(_) | TypeDefKind::Stream(_) => false,
                kind => parts_of(kind).into_iter().any(|part| has(resolve, part)),
            },
            _ => false,
        }
    }
    let params = function.params.iter().map(|param| param.ty);
    params.chain(function.result).any(|ty| has(resolve, ty))
}
