//! Finds out what takes the place of the guest's functions of removed imports, and of those between
//! its parts.

use super::copy;
use super::glue::{self, Callee};
use super::handles::Tag;
use super::removed::{Encoding, Removal, RemovedItem, Replaced};
use super::tags::{FunctionTags, Tags};
use super::wit::PartTypes;
use crate::adapter::FusibleAdapter;
use crate::catalogue::{Catalogue, OFFERS};
use crate::component::{Definition, ItemId, Model, Type};
use crate::demand::{BLOCKING_READ, offers};
use crate::error::{FuseError, InternalError, PartsReason};
use crate::flatten::{Flat, Part};
use crate::plan::Plan;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use wit_parser::{Function, Handle, InterfaceId, Resolve, Type as WitType, TypeDefKind, TypeId};

/// The interfaces of the adapter that serve the guest's imports.
pub(super) struct Served<'p>(HashMap<&'p str, (&'p str, InterfaceId)>);

impl<'p> Served<'p> {
    pub fn new(plan: &'p Plan, catalogue: &Catalogue) -> Result<Self, InternalError> {
        let interface = |by: &str| -> Result<InterfaceId, InternalError> {
            let interface = catalogue.interface(by);
            let missing = || InternalError::adapter(format!("it has no interface `{by}`"));
            Ok(interface.ok_or_else(missing)?.id)
        };
        let served = plan
            .adapted()
            .map(|(import, by)| Ok((import.name.as_str(), (by, interface(by)?))));
        Ok(Served(served.collect::<Result<_, InternalError>>()?))
    }

    /// The adapter's function for one of the guest's imports.
    pub fn function<'r>(&self, resolve: &'r Resolve, item: &RemovedItem) -> Option<&'r Function> {
        let (_, id) = self.0.get(item.import.as_str())?;
        resolve.interfaces[*id].functions.get(&item.name)
    }

    /// The adapter's resource for one of the guest's imports.
    fn resource(&self, resolve: &Resolve, item: &RemovedItem) -> Option<TypeId> {
        let (_, id) = self.0.get(item.import.as_str())?;
        let ty = *resolve.interfaces[*id].types.get(&item.name)?;
        match glue::peel(resolve, WitType::Id(ty)) {
            WitType::Id(ty) => Some(ty),
            _ => None,
        }
    }
}

/// A function that one part lifts and another lowers.
pub(super) struct PartFunction {
    pub function: Function,
    pub tags: FunctionTags,
    has_strings: bool,
}

/// What takes the place of the guest's functions of removed imports, and between its parts.
#[derive(Default)]
pub(super) struct Replacements {
    /// For a lowered function: the item, and the tags of its resources.
    lowered: HashMap<ItemId, (RemovedItem, FunctionTags)>,
    /// For a `resource.drop`: the tag of its resource.
    pub dropped: HashMap<ItemId, Tag>,
    /// The functions that one part lifts and another lowers.
    pub called: HashMap<ItemId, PartFunction>,
    /// For what is done with a resource that a part defines: its tag.
    pub handled: HashMap<ItemId, Tag>,
    /// The types of the resources that each part defines.
    pub defined: BTreeMap<Part, BTreeSet<Tag>>,
    /// The types of the functions between parts.
    pub part_types: PartTypes,
}

impl Replacements {
    /// Finds out which types the guest's resources have.
    ///
    /// # Errors
    ///
    /// If a function is not of the structure that the adapter's has, or one between parts can't be
    /// called.
    pub fn find(
        model: &Model<'_>,
        flat: &Flat,
        removal: &Removal,
        served: &Served<'_>,
        resolve: &Resolve,
        tags: &mut Tags,
    ) -> Result<Self, FuseError> {
        let mut replacements = Replacements::default();
        let of_adapter = |model: &Model<'_>, ty: ItemId| {
            let item = removal.item_of_type(model, ty)?;
            served.resource(resolve, item)
        };
        for (id, replaced) in &removal.replaced {
            match (replaced, &model[*id].definition) {
                (Replaced::Lowered(item, _), Definition::Lower { func, .. }) => {
                    let function = served.function(resolve, item);
                    let both = function.zip(model.func_type(*func));
                    let tags = both.and_then(|(function, guests)| {
                        tags.of_function(model, resolve, function, guests)
                    });
                    let tags = tags.ok_or_else(|| unbridged(item))?;
                    replacements.lowered.insert(*id, (item.clone(), tags));
                }
                (Replaced::Dropped(item), Definition::ResourceDrop(ty)) => {
                    let resource = served.resource(resolve, item);
                    let resource = resource.ok_or_else(|| unbridged(item))?;
                    let tag = tags.of(model, *ty, resource);
                    replacements.dropped.insert(*id, tag);
                }
                (Replaced::Called(lifted, lowering), _) => {
                    let (callee, caller) = (flat.part(lifted.function), flat.part(*id));
                    if flat.contains(callee, caller) || flat.contains(caller, callee) {
                        return Err(PartsReason::Nested.into());
                    }
                    let ways = [lowering, &lifted.lowering];
                    if ways.iter().any(|way| way.is_async) {
                        return Err(PartsReason::Asynchronous.into());
                    }
                    let mut find = |tags: &mut Tags, ty: ItemId| {
                        if let Definition::Type(Type::Resource { .. }) = model[ty].definition {
                            return Some(tags.of_own(ty));
                        }
                        Some(tags.of(model, ty, of_adapter(model, ty)?))
                    };
                    let types = &mut replacements.part_types;
                    let called = match replacements.called.entry(lifted.function) {
                        Entry::Occupied(called) => called.into_mut(),
                        Entry::Vacant(called) => {
                            let ty = model.func_type(lifted.function);
                            let function =
                                ty.and_then(|ty| types.function(model, ty, tags, &mut find));
                            let (function, tags) = function.ok_or(PartsReason::Unbridged)?;
                            if lends_and_gives(&types.resolve, &function) {
                                return Err(PartsReason::LentAndGiven.into());
                            }
                            called.insert(PartFunction {
                                has_strings: glue::has_strings(&types.resolve, &function),
                                function,
                                tags,
                            })
                        }
                    };
                    let is_utf8 = ways.iter().all(|way| way.encoding == Encoding::Utf8);
                    if called.has_strings && !is_utf8 {
                        return Err(PartsReason::Encoding.into());
                    }
                }
                (Replaced::Handled(_, ty), _) => {
                    let tag = tags.of_own(*ty);
                    replacements.handled.insert(*id, tag);
                    let part = flat.part(*ty);
                    replacements.defined.entry(part).or_default().insert(tag);
                }
                (Replaced::Lowered(item, _) | Replaced::Dropped(item), _) => {
                    return Err(unbridged(item));
                }
            }
        }
        Ok(replacements)
    }

    /// The adapter's function in place of a lowered one, with its names in the core module.
    pub fn callee<'a>(
        &'a self,
        served: &Served<'_>,
        adapter: &'a FusibleAdapter,
        lowered: ItemId,
    ) -> Result<Callee<'a>, InternalError> {
        let (item, tags) = self.lowered.get(&lowered).ok_or_else(|| {
            InternalError::adapter("a function of a removed import is not replaced")
        })?;
        let missing = || {
            let RemovedItem { import, name } = item;
            InternalError::adapter(format!("it doesn't serve `{name}` of `{import}`"))
        };
        let (interface, _) = served.0.get(item.import.as_str()).ok_or_else(missing)?;
        let go_on = adapter.export(OFFERS, offers::GO_ON);
        let go_on = go_on.filter(|_| item.name == BLOCKING_READ);
        let (interface, name) = match go_on {
            Some(_) => (OFFERS, offers::BLOCKING_READ),
            None => (*interface, item.name.as_str()),
        };
        Ok(Callee {
            function: served.function(adapter.resolve, item).ok_or_else(missing)?,
            export: adapter.called(interface, name)?,
            post_return: adapter.post_return(interface, name),
            go_on,
            tags,
        })
    }
}

fn unbridged(item: &RemovedItem) -> FuseError {
    FuseError::Unbridged {
        import: item.import.clone(),
        function: item.name.clone(),
    }
}

/// Whether a function is both lent and given a resource of one type. The host would see to it that
/// these are not the same.
fn lends_and_gives(resolve: &Resolve, function: &Function) -> bool {
    let (mut lent, mut given) = (BTreeSet::new(), BTreeSet::new());
    let mut pending: Vec<WitType> = function.params.iter().map(|param| param.ty).collect();
    while let Some(ty) = pending.pop() {
        let WitType::Id(id) = ty else {
            continue;
        };
        let kind = &resolve.types[id].kind;
        match kind {
            TypeDefKind::Handle(Handle::Borrow(resource)) => _ = lent.insert(*resource),
            TypeDefKind::Handle(Handle::Own(resource)) => _ = given.insert(*resource),
            _ => pending.extend(copy::parts(kind)),
        }
    }
    !lent.is_disjoint(&given)
}
