//! Finds out what of a component goes with the imports that are removed.
//!
//! Where guest and adapter become one component, the interfaces between them are no imports any
//! more. With an import go the aliases of its functions and types, and every type that nothing else
//! needs. What is left must not refer to any of that, but for two things that are replaced: lowering
//! a function, and dropping a handle.

use crate::component::{
    Alias, CanonicalOption, Definition, ExternType, Instance, ItemId, Model, ScopeId, Sort,
};
use crate::error::FuseError;
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

/// What goes from a component, and what is replaced.
pub(super) struct Removal {
    /// The removed imports, by item.
    imports: HashMap<ItemId, String>,
    /// The core functions to be replaced, in order: the first obstacle is always the same.
    pub replaced: BTreeMap<ItemId, Replaced>,
    /// Whether a definition stays, by the place of its item.
    live: Vec<bool>,
}

impl Removal {
    /// Finds the core functions that are replaced where some imports are removed.
    pub fn of(model: &Model<'_>, root: ScopeId, is_removed: impl Fn(&str) -> bool) -> Self {
        let imports = model.imports(root);
        let imports = imports
            .filter(|(name, id)| model[*id].sort == Sort::Instance && is_removed(name))
            .map(|(name, id)| (id, name.to_string()));
        let mut removal = Removal {
            imports: imports.collect(),
            replaced: BTreeMap::new(),
            live: Vec::new(),
        };
        for id in &model[root].items {
            let replaced = match &model[*id].definition {
                Definition::Lower { func, options } => removal
                    .item(model, *func)
                    .map(|item| Replaced::Lowered(item, Lowering::new(options))),
                Definition::ResourceDrop(ty) => removal.item(model, *ty).map(Replaced::Dropped),
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
            Replaced::Dropped(_) => false,
        })
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
                if let Some(error) = self.obstacle(model, id, *root) {
                    return Err(error);
                }
                let was_live = std::mem::replace(&mut live[id.place()], true);
                // What a replaced function refers to is of the removed import.
                if !was_live && !self.replaced.contains_key(&id) {
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
        if self.imports.contains_key(&id)
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
            Definition::Alias(Alias::Export { .. }) => model[id].sort != Sort::Type,
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
        if let Some(import) = self.imports.get(&id) {
            let (by, import) = (description(model, by), import.clone());
            return Some(FuseError::Instance { by, import });
        }
        if self.replaced.contains_key(&id) {
            return None;
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
