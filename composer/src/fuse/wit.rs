//! The functions between the parts of a guest, as `wit-parser` has functions: it knows how values
//! are laid out.

use super::tags::{FunctionTags, Tags};
use crate::component::{FuncType, ItemId, Model, Type as ModelType, ValType, ValueType};
use hashbrown::HashMap;
use wasmparser::PrimitiveValType;
use wit_parser::{
    Case, Docs, Enum, EnumCase, Field, Flag, Flags, Function, FunctionKind, Handle, Param, Record,
    Resolve, Result_, Span, Stability, Tuple, Type, TypeDef, TypeDefKind, TypeId, TypeOwner,
    Variant,
};

/// The most types that the type of a function is made of, each counted as often as it is used: what
/// is done about a value is written out for each.
const MOST_TYPES: u32 = 4096;

/// The most types of all functions together.
const MOST_TYPES_OF_ALL: u32 = 1 << 16;

/// The types of the functions.
#[derive(Default)]
pub(super) struct PartTypes {
    pub resolve: Resolve,
    by_type: HashMap<ItemId, Type>,
    resources: HashMap<ItemId, TypeId>,
    /// The guest's types of the resources.
    of_resources: HashMap<TypeId, ItemId>,
    /// How many types each is made of.
    counts: HashMap<TypeId, u32>,
    /// How many types the functions have.
    count: u32,
}

/// Finds the tag of a resource.
type FindTag<'f> = dyn FnMut(&mut Tags, ItemId) -> Option<super::handles::Tag> + 'f;

impl PartTypes {
    /// A function with the tags of its resources. `None` if it has a type that can't be passed on.
    pub fn function(
        &mut self,
        model: &Model<'_>,
        ty: &FuncType<'_>,
        tags: &mut Tags,
        find: &mut FindTag<'_>,
    ) -> Option<(Function, FunctionTags)> {
        let mut found = FunctionTags::new();
        let mut count = 0_u32;
        let mut convert = |ty: &ValType| {
            let converted = self.ty(model, ty)?;
            count = count.saturating_add(self.count(&converted));
            if count > MOST_TYPES {
                return None;
            }
            self.find_tags(converted, tags, find, &mut found)?;
            Some(converted)
        };
        let mut params = Vec::new();
        for (name, ty) in &ty.params {
            params.push(Param {
                name: name.to_string(),
                ty: convert(ty)?,
                span: Span::default(),
            });
        }
        let result = match &ty.result {
            Some(ty) => Some(convert(ty)?),
            None => None,
        };
        self.count = self.count.saturating_add(count);
        if self.count > MOST_TYPES_OF_ALL {
            return None;
        }
        let function = Function {
            name: String::new(),
            kind: FunctionKind::Freestanding,
            params,
            result,
            docs: Docs::default(),
            stability: Stability::default(),
            span: Span::default(),
            external_id: None,
        };
        Some((function, found))
    }

    fn find_tags(
        &self,
        ty: Type,
        tags: &mut Tags,
        find: &mut FindTag<'_>,
        found: &mut FunctionTags,
    ) -> Option<()> {
        let Type::Id(id) = ty else {
            return Some(());
        };
        let kind = &self.resolve.types[id].kind;
        if let TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) = kind {
            let of_model = self.of_resources.get(resource)?;
            found.insert(*resource, find(tags, *of_model)?);
        }
        for part in super::copy::parts(kind) {
            self.find_tags(part, tags, find, found)?;
        }
        Some(())
    }

    fn ty(&mut self, model: &Model<'_>, ty: &ValType) -> Option<Type> {
        match ty {
            ValType::Primitive(ty) => primitive(*ty),
            ValType::Type(id) => {
                let id = model.type_origin(*id);
                if let Some(ty) = self.by_type.get(&id) {
                    return Some(*ty);
                }
                let Some(ModelType::Value(value)) = model.ty(id) else {
                    return None;
                };
                let ty = self.value(model, value)?;
                self.by_type.insert(id, ty);
                Some(ty)
            }
        }
    }

    fn optional(&mut self, model: &Model<'_>, ty: &Option<ValType>) -> Option<Option<Type>> {
        match ty {
            Some(ty) => Some(Some(self.ty(model, ty)?)),
            None => Some(None),
        }
    }

    fn value(&mut self, model: &Model<'_>, ty: &ValueType<'_>) -> Option<Type> {
        let docs = Docs::default;
        let kind = match ty {
            ValueType::Primitive(ty) => return primitive(*ty),
            ValueType::Record(fields) => {
                let mut all = Vec::new();
                for (name, ty) in fields {
                    all.push(Field {
                        name: name.to_string(),
                        ty: self.ty(model, ty)?,
                        docs: docs(),
                        span: Span::default(),
                    });
                }
                TypeDefKind::Record(Record { fields: all })
            }
            ValueType::Variant(cases) => {
                let mut all = Vec::new();
                for (name, ty) in cases {
                    all.push(Case {
                        name: name.to_string(),
                        ty: self.optional(model, ty)?,
                        docs: docs(),
                        span: Span::default(),
                    });
                }
                TypeDefKind::Variant(Variant { cases: all })
            }
            ValueType::List(ty) => TypeDefKind::List(self.ty(model, ty)?),
            ValueType::Tuple(types) => {
                let types = types.iter().map(|ty| self.ty(model, ty));
                TypeDefKind::Tuple(Tuple {
                    types: types.collect::<Option<_>>()?,
                })
            }
            ValueType::Flags(names) => {
                let flags = names.iter().map(|name| Flag {
                    name: name.to_string(),
                    docs: docs(),
                    span: Span::default(),
                });
                TypeDefKind::Flags(Flags {
                    flags: flags.collect(),
                })
            }
            ValueType::Enum(names) => {
                let cases = names.iter().map(|name| EnumCase {
                    name: name.to_string(),
                    docs: docs(),
                    span: Span::default(),
                });
                TypeDefKind::Enum(Enum {
                    cases: cases.collect(),
                })
            }
            ValueType::Option(ty) => TypeDefKind::Option(self.ty(model, ty)?),
            ValueType::Result { ok, err } => TypeDefKind::Result(Result_ {
                ok: self.optional(model, ok)?,
                err: self.optional(model, err)?,
            }),
            ValueType::Own(id) => TypeDefKind::Handle(Handle::Own(self.resource(model, *id))),
            ValueType::Borrow(id) => TypeDefKind::Handle(Handle::Borrow(self.resource(model, *id))),
            ValueType::FixedLengthList(..)
            | ValueType::Map(..)
            | ValueType::Future(_)
            | ValueType::Stream(_) => return None,
        };
        Some(Type::Id(self.define(kind)))
    }

    fn resource(&mut self, model: &Model<'_>, id: ItemId) -> TypeId {
        let id = model.type_origin(id);
        if let Some(resource) = self.resources.get(&id) {
            return *resource;
        }
        let resource = self.define(TypeDefKind::Resource);
        self.resources.insert(id, resource);
        self.of_resources.insert(resource, id);
        resource
    }

    fn count(&self, ty: &Type) -> u32 {
        match ty {
            Type::Id(id) => self.counts.get(id).copied().unwrap_or(1),
            _ => 1,
        }
    }

    fn define(&mut self, kind: TypeDefKind) -> TypeId {
        let parts = super::copy::parts(&kind);
        let count = parts
            .iter()
            .fold(1_u32, |count, part| count.saturating_add(self.count(part)));
        let id = self.allocate(kind);
        self.counts.insert(id, count);
        id
    }

    fn allocate(&mut self, kind: TypeDefKind) -> TypeId {
        self.resolve.types.alloc(TypeDef {
            name: None,
            kind,
            owner: TypeOwner::None,
            docs: Docs::default(),
            stability: Stability::default(),
            span: Span::default(),
            external_id: None,
        })
    }
}

fn primitive(ty: PrimitiveValType) -> Option<Type> {
    Some(match ty {
        PrimitiveValType::Bool => Type::Bool,
        PrimitiveValType::S8 => Type::S8,
        PrimitiveValType::U8 => Type::U8,
        PrimitiveValType::S16 => Type::S16,
        PrimitiveValType::U16 => Type::U16,
        PrimitiveValType::S32 => Type::S32,
        PrimitiveValType::U32 => Type::U32,
        PrimitiveValType::S64 => Type::S64,
        PrimitiveValType::U64 => Type::U64,
        PrimitiveValType::F32 => Type::F32,
        PrimitiveValType::F64 => Type::F64,
        PrimitiveValType::Char => Type::Char,
        PrimitiveValType::String => Type::String,
        PrimitiveValType::ErrorContext => return None,
    })
}
