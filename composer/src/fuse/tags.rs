//! Tells the types of the guest's resources apart.
//!
//! The adapter has one `pollable`. A guest that imports several versions of `wasi:io/poll` has one
//! for each, and a handle of one is none of another. So each type gets a tag, and each function of
//! the adapter the tags of its parameters and result, by the guest's type of the function.

use super::copy;
use super::glue::peel;
use super::handles::Tag;
use crate::component::{FuncType, ItemId, Model, Type, ValType, ValueType};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use wit_parser::{Function, Handle, Resolve, Type as WitType, TypeDefKind, TypeId};

/// The tags for the resources of one function, by the adapter's types.
pub(super) type FunctionTags = BTreeMap<TypeId, Tag>;

/// The types of a guest's resources. Those that are not the guest's own are of a type of the
/// adapter's.
#[derive(Default)]
pub(super) struct Tags {
    by_type: HashMap<ItemId, Tag>,
    /// The adapter's types, in the order of the tags.
    adapters: Vec<Option<TypeId>>,
}

impl Tags {
    /// The tag of a type of the guest's, which is this type of the adapter's.
    pub fn of(&mut self, model: &Model<'_>, guests: ItemId, adapters: TypeId) -> Tag {
        self.tag(model.type_origin(guests), Some(adapters))
    }

    /// The tag of a type that the guest defines itself.
    pub fn of_own(&mut self, ty: ItemId) -> Tag {
        self.tag(ty, None)
    }

    fn tag(&mut self, ty: ItemId, adapters: Option<TypeId>) -> Tag {
        *self.by_type.entry(ty).or_insert_with(|| {
            self.adapters.push(adapters);
            Tag::at(self.adapters.len() - 1)
        })
    }

    /// The adapter's type for a tag.
    pub fn adapters(&self, tag: Tag) -> Option<TypeId> {
        self.adapters.get(tag.place()).copied().flatten()
    }

    /// The tags for a function of the adapter, by the guest's type of it. `None` if they are not of
    /// one structure.
    pub fn of_function(
        &mut self,
        model: &Model<'_>,
        resolve: &Resolve,
        function: &Function,
        guests: &FuncType<'_>,
    ) -> Option<FunctionTags> {
        let params = function.params.iter().map(|param| param.ty);
        let all = params.chain(function.result).collect::<Vec<_>>();
        let params = guests.params.iter().map(|(_, ty)| *ty);
        let all_of_guest = params.chain(guests.result).collect::<Vec<_>>();
        self.of_values(model, resolve, &all, &all_of_guest)
    }

    /// The same for values that the guest is given or gives away.
    pub fn of_values(
        &mut self,
        model: &Model<'_>,
        resolve: &Resolve,
        values: &[WitType],
        guests: &[ValType],
    ) -> Option<FunctionTags> {
        let mut found = FunctionTags::new();
        let mut pending = Vec::new();
        let pair = |values: &[WitType], guests: &[ValType], pending: &mut Vec<_>| {
            pending.extend(values.iter().copied().zip(guests.iter().copied()));
            (values.len() == guests.len()).then_some(())
        };
        pair(values, guests, &mut pending)?;
        while let Some((ty, guests)) = pending.pop() {
            let WitType::Id(id) = peel(resolve, ty) else {
                continue;
            };
            let ValType::Type(guests) = guests else {
                return None;
            };
            let Some(Type::Value(guests)) = model.ty(guests) else {
                return None;
            };
            match (&resolve.types[id].kind, guests) {
                (TypeDefKind::Handle(Handle::Own(ty)), ValueType::Own(guests))
                | (TypeDefKind::Handle(Handle::Borrow(ty)), ValueType::Borrow(guests)) => {
                    let WitType::Id(ty) = peel(resolve, WitType::Id(*ty)) else {
                        return None;
                    };
                    let tag = self.of(model, *guests, ty);
                    if found.insert(ty, tag).is_some_and(|former| former != tag) {
                        return None;
                    }
                }
                (TypeDefKind::Handle(_), _) => return None,
                (kind, guests) => pair(&copy::parts(kind), &parts(guests), &mut pending)?,
            }
        }
        Some(found)
    }
}

/// The types that a type is made of, as [`copy::parts`] has them.
fn parts(ty: &ValueType<'_>) -> Vec<ValType> {
    match ty {
        ValueType::Option(ty) | ValueType::List(ty) => vec![*ty],
        ValueType::Record(fields) => fields.iter().map(|(_, ty)| *ty).collect(),
        ValueType::Tuple(types) => types.clone(),
        ValueType::Variant(cases) => cases.iter().filter_map(|(_, ty)| *ty).collect(),
        ValueType::Result { ok, err } => ok.iter().chain(err).copied().collect(),
        _ => Vec::new(),
    }
}
