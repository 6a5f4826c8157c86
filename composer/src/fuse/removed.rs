//! Finds out what of a component goes with the imports that are removed.
//!
//! Where guest and adapter become one component, the interfaces between them are no imports any
//! more. With an import go the aliases of its functions and types, and every type that nothing else
//! needs. What is left must not refer to any of that, but for two things that are replaced: lowering
//! a function, and dropping a handle. Where a guest is of several parts, the same goes for what one
//! of them lifts and another one lowers, and for the resources that they define.

use crate::component::{
    Alias, CanonicalOption, Definition, ExternType, Instance, ItemId, Model, ScopeId, Sort, Type,
};
use crate::error::{FuseError, PartsReason};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// A function or type of an import that is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RemovedItem {
    pub import: String,
    pub name: String,
}

/// A core function that is replaced.
#[derive(Clone, Debug)]
pub(super) enum Replaced {
    /// The lowering of a function of a removed import.
    Lowered(RemovedItem, Lowering),
    /// The drop of a resource of a removed import.
    Dropped(RemovedItem),
    /// The lowering of a function that another part of the guest lifts.
    Called(Lifted, Lowering),
    /// What is done with handles of a resource that a part of the guest defines.
    Handled(Handling, ItemId),
}

/// What a built-in does with handles of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handling {
    /// `resource.new`
    New,
    /// `resource.rep`
    Rep,
    /// `resource.drop`
    Drop,
}

/// A function that a part of the guest lifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lifted {
    pub function: ItemId,
    pub core: ItemId,
    pub post_return: Option<ItemId>,
    /// How it would call, were it a lowered function.
    pub lowering: Lowering,
}

/// The way in which lowered functions are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lowering {
    pub is_async: bool,
    pub encoding: Encoding,
    /// The memory that lists and results lie in.
    pub memory: Option<ItemId>,
    /// The function that allocates in it.
    pub realloc: Option<ItemId>,
}

/// The encoding of a guest's strings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Encoding {
    /// The one that the canonical ABI takes where none is stated.
    #[default]
    Utf8,
    Utf16,
    /// Latin-1, or UTF-16 where the length has [its tag](super::copy::UTF16_TAG).
    Compact,
}

impl Lowering {
    fn new(options: &[CanonicalOption]) -> Self {
        let mut lowering = Lowering::default();
        for option in options {
            match option {
                CanonicalOption::Utf8 => lowering.encoding = Encoding::Utf8,
                CanonicalOption::Utf16 => lowering.encoding = Encoding::Utf16,
                CanonicalOption::CompactUtf16 => lowering.encoding = Encoding::Compact,
                CanonicalOption::Memory(id) => lowering.memory = Some(*id),
                CanonicalOption::Realloc(id) => lowering.realloc = Some(*id),
                CanonicalOption::Async => lowering.is_async = true,
                _ => {}
            }
        }
        lowering
    }
}

impl Lifted {
    fn new(model: &Model<'_>, function: ItemId) -> Option<Self> {
        let function = model.origin(function);
        let Definition::Lift { core, options, .. } = &model[function].definition else {
            return None;
        };
        Some(Lifted {
            function,
            core: *core,
            post_return: CanonicalOption::post_return(options),
            lowering: Lowering::new(options),
        })
    }
}

/// What goes from a component, and what is replaced.
pub(super) struct Removal {
    /// The removed imports, by item.
    imports: HashMap<ItemId, String>,
    /// The core functions to be replaced, in order: the first obstacle is always the same.
    pub replaced: BTreeMap<ItemId, Replaced>,
    /// Whether a definition stays, by the place of its item.
    live: Vec<bool>,
    /// Whether the component is a guest of several parts.
    has_parts: bool,
    /// The types of removed imports that a guest of several parts uses.
    types: HashMap<ItemId, RemovedItem>,
}

impl Removal {
    /// Finds the core functions that are replaced where some imports are removed.
    pub fn of(
        model: &Model<'_>,
        root: ScopeId,
        has_parts: bool,
        is_removed: impl Fn(&str) -> bool,
    ) -> Self {
        let imports = model.imports(root);
        let imports = imports
            .filter(|(name, id)| model[*id].sort == Sort::Instance && is_removed(name))
            .map(|(name, id)| (id, name.to_string()));
        let mut removal = Removal {
            imports: imports.collect(),
            replaced: BTreeMap::new(),
            live: Vec::new(),
            has_parts,
            types: HashMap::new(),
        };
        for id in &model[root].items {
            if has_parts
                && model[*id].sort == Sort::Type
                && let Some(item) = removal.item(model, *id)
            {
                removal.types.insert(model.type_origin(*id), item);
            }
            let handled = |handling, ty| {
                let ty = removal.defined(model, ty)?;
                Some(Replaced::Handled(handling, ty))
            };
            let replaced = match &model[*id].definition {
                Definition::Lower { func, options } => match removal.item(model, *func) {
                    Some(item) => Some(Replaced::Lowered(item, Lowering::new(options))),
                    None if has_parts => Lifted::new(model, *func)
                        .map(|lifted| Replaced::Called(lifted, Lowering::new(options))),
                    None => None,
                },
                Definition::ResourceDrop(ty) => match removal.item(model, *ty) {
                    Some(item) => Some(Replaced::Dropped(item)),
                    None => handled(Handling::Drop, *ty),
                },
                Definition::ResourceNew(ty) => handled(Handling::New, *ty),
                Definition::ResourceRep(ty) => handled(Handling::Rep, *ty),
                _ => None,
            };
            if let Some(replaced) = replaced {
                removal.replaced.insert(*id, replaced);
            }
        }
        removal
    }

    /// Whether a function is replaced for whose result the guest allocates.
    pub fn allocates(&self) -> bool {
        self.replaced.values().any(|replaced| match replaced {
            Replaced::Lowered(_, lowering) => lowering.realloc.is_some(),
            // The callee may allocate, too.
            Replaced::Called(..) => true,
            Replaced::Dropped(_) | Replaced::Handled(..) => false,
        })
    }

    /// The resource that a part of the guest defines under this name.
    fn defined(&self, model: &Model<'_>, ty: ItemId) -> Option<ItemId> {
        let ty = model.type_origin(ty);
        let is_resource = matches!(
            model[ty].definition,
            Definition::Type(Type::Resource { .. })
        );
        (self.has_parts && is_resource).then_some(ty)
    }

    /// The removed import's type that this is, whatever the guest calls it.
    pub fn item_of_type(&self, model: &Model<'_>, ty: ItemId) -> Option<&RemovedItem> {
        self.types.get(&model.type_origin(ty))
    }

    /// The name of the removed import that an item is.
    fn import(&self, model: &Model<'_>, id: ItemId) -> Option<&String> {
        match model[id].sort {
            Sort::Instance => self.imports.get(&id),
            _ => None,
        }
    }

    /// The function or type of a removed import that an item is the alias of.
    fn item(&self, model: &Model<'_>, id: ItemId) -> Option<RemovedItem> {
        match &model[id].definition {
            Definition::Alias(Alias::Export { instance, name, .. }) => Some(RemovedItem {
                import: self.imports.get(instance)?.clone(),
                name: name.to_string(),
            }),
            _ => None,
        }
    }

    /// Finds the definitions that stay. The exports that are `remade` don't, nor what is there for
    /// them alone.
    ///
    /// # Errors
    ///
    /// If something that stays refers to a removed import.
    pub fn find_live(
        &mut self,
        model: &Model<'_>,
        root: ScopeId,
        is_remade: impl Fn(&str) -> bool,
    ) -> Result<(), FuseError> {
        let mut live = vec![false; model.len()];
        let mut pending = Vec::new();
        for root in &model[root].items {
            if !self.stays_by_itself(model, *root, &is_remade) {
                continue;
            }
            pending.push(*root);
            while let Some(id) = pending.pop() {
                if std::mem::replace(&mut live[id.place()], true) {
                    continue;
                }
                if let Some(error) = self.obstacle(model, id, *root) {
                    return Err(error);
                }
                // What a replaced function refers to is of the removed import.
                if !self.replaced.contains_key(&id) {
                    model.references(id, &mut |to| pending.push(to));
                }
            }
        }
        self.live = live;
        Ok(())
    }

    /// Whether a definition stays even if nothing refers to it.
    fn stays_by_itself(
        &self,
        model: &Model<'_>,
        id: ItemId,
        is_remade: &impl Fn(&str) -> bool,
    ) -> bool {
        if self.import(model, id).is_some()
            || self.replaced.contains_key(&id)
            || self.item(model, id).is_some()
        {
            return false;
        }
        match &model[id].definition {
            Definition::Type(_)
            | Definition::Lift { .. }
            | Definition::Component(_)
            | Definition::Custom { .. }
            | Definition::SameAs(_)
            | Definition::Instance(Instance::Exports(_)) => false,
            Definition::Instance(Instance::Instantiate { component, .. }) => {
                acts(model, *component)
            }
            // What one part has of another is nobody else's business.
            Definition::Alias(Alias::Export { .. }) => {
                model[id].sort != Sort::Type && !self.has_parts
            }
            Definition::Export { name, .. } => !is_remade(&name.name),
            Definition::Alias(_)
            | Definition::Import { .. }
            | Definition::CoreInstance(_)
            | Definition::CoreModule(_)
            | Definition::CoreType(_)
            | Definition::CoreTypeOfGroup { .. }
            | Definition::Lower { .. }
            | Definition::ResourceNew(_)
            | Definition::ResourceDrop(_)
            | Definition::ResourceRep(_)
            | Definition::BuiltIn(_) => true,
            Definition::Declared { .. } => unreachable!("only types have declarations"),
        }
    }

    /// Why an item that another one needs can't stay.
    fn obstacle(&self, model: &Model<'_>, id: ItemId, by: ItemId) -> Option<FuseError> {
        if let Some(import) = self.import(model, id) {
            let (by, import) = (description(model, by), import.clone());
            return Some(FuseError::Instance { by, import });
        }
        if self.replaced.contains_key(&id) {
            return None;
        }
        if self.has_parts
            && let Definition::Type(Type::Resource { .. }) = model[id].definition
        {
            return Some(PartsReason::Resource.into());
        }
        let RemovedItem { import, name } = self.item(model, id)?;
        let by = description(model, by);
        Some(match model[id].sort {
            Sort::Type => FuseError::Type {
                by,
                import,
                ty: name,
            },
            Sort::Func => FuseError::Function {
                by,
                import,
                function: name,
            },
            _ => FuseError::Instance { by, import },
        })
    }

    /// Whether a definition stays, be it replaced or not.
    pub fn stays(&self, model: &Model<'_>, id: ItemId) -> bool {
        match &model[id].definition {
            Definition::Custom { .. } => true,
            Definition::SameAs(_) => false,
            _ => {
                let is_live = self.live.get(id.place()).copied().unwrap_or_default();
                is_live || self.replaced.contains_key(&id)
            }
        }
    }
}

/// What a definition is, for a message.
fn description(model: &Model<'_>, id: ItemId) -> String {
    match &model[id].definition {
        Definition::Import { name, .. } => format!("the import `{}`", name.name),
        Definition::Export { name, .. } => format!("the export `{}`", name.name),
        Definition::Instance(_) => "an inner component".to_string(),
        Definition::Alias(_) => "an alias".to_string(),
        Definition::CoreInstance(_) => "a core instance".to_string(),
        Definition::CoreModule(_) => "a core module".to_string(),
        Definition::CoreType(_) | Definition::CoreTypeOfGroup { .. } => "a core type".to_string(),
        _ => "a built-in".to_string(),
    }
}

/// Whether instantiating a component does anything beyond naming things.
fn acts(model: &Model<'_>, component: ItemId) -> bool {
    let component = model.origin(component);
    match (&model[component].definition, model.extern_type(component)) {
        (Definition::Component(scope), _) => model[*scope].items.iter().any(|id| {
            matches!(
                &model[*id].definition,
                Definition::CoreInstance(_) | Definition::Instance(_)
            )
        }),
        // Nobody knows what one from elsewhere does.
        (_, Some(ExternType::Component(_))) => true,
        _ => true,
    }
}
