//! Puts a component together, one definition after the other.

use super::{
    Alias, CanonicalOption, CoreInstance, CoreModule, Definition, ExternName, ExternType, Instance,
    ItemId, Model, ScopeId, Sort, Type,
};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use std::borrow::Cow;

/// A component that is being put together of definitions, most of which have been read.
pub(crate) struct Assembly<'m, 'a> {
    pub model: &'m mut Model<'a>,
    items: Vec<ItemId>,
    /// The imports so far, by name.
    imports: HashMap<Cow<'a, str>, ItemId>,
}

impl<'m, 'a> Assembly<'m, 'a> {
    /// Begins an empty component.
    pub fn new(model: &'m mut Model<'a>) -> Self {
        Assembly {
            model,
            items: Vec::new(),
            imports: HashMap::new(),
        }
    }

    /// Begins an empty component, which will be about as large as another.
    pub fn as_large_as(scope: ScopeId, model: &'m mut Model<'a>) -> Self {
        Assembly {
            items: Vec::with_capacity(model[scope].items.len()),
            imports: HashMap::with_capacity(model[scope].imports.len()),
            model,
        }
    }

    /// Finishes the component.
    pub fn finish(self) -> ScopeId {
        let scope = self.model.add_scope();
        for id in &self.items {
            if let Definition::Export { name, .. } = &self.model[*id].definition {
                let name = name.name.clone();
                self.model[scope].exports.insert(name, *id);
            }
        }
        self.model[scope].imports = self.imports;
        self.model[scope].items = self.items;
        scope
    }

    /// Adds a definition that exists already.
    pub fn place(&mut self, id: ItemId) {
        if let Definition::Import { name, .. } = &self.model[id].definition {
            let name = name.name.clone();
            self.imports.insert(name, id);
        }
        self.items.push(id);
    }

    /// Adds a new definition.
    pub fn define(&mut self, sort: Sort, definition: Definition<'a>) -> ItemId {
        let id = self.model.add(sort, definition);
        self.place(id);
        id
    }

    /// The import with this name.
    pub fn import(&self, name: &str) -> Option<ItemId> {
        self.imports.get(name).copied()
    }

    /// Adds imports of a component, with all that their types need. An import whose name is
    /// imported already is not added again: the former one takes its place.
    pub fn import_from(&mut self, scope: ScopeId, is_wanted: impl Fn(&str) -> bool) {
        let mut copies = HashMap::new();
        let mut wanted = Vec::new();
        for (name, id) in self.model.imports(scope) {
            match self.imports.get(name) {
                Some(former) => _ = copies.insert(id, *former),
                None if is_wanted(name) => wanted.push(id),
                None => {}
            }
        }
        let is_new = |id: &ItemId| !copies.contains_key(id);
        let needed = self.model.closure(wanted, |id| is_new(&id));
        for id in self.model[scope].items.clone() {
            if needed.contains(&id) && !copies.contains_key(&id) {
                let copy = self.model.copy(id, &mut copies);
                self.model.forget_debug_name(copy);
                self.place(copy);
            }
        }
    }

    /// Adds a core module.
    pub fn core_module(&mut self, bytes: Vec<u8>) -> ItemId {
        let module = CoreModule {
            bytes: Cow::Owned(bytes),
            validated: false,
        };
        self.define(Sort::CoreModule, Definition::CoreModule(module))
    }

    /// Adds a core module and an instance of it, and returns the instance.
    pub fn instantiate_core(
        &mut self,
        module: Vec<u8>,
        args: Vec<(Cow<'a, str>, ItemId)>,
    ) -> ItemId {
        let module = self.core_module(module);
        let instance = CoreInstance::Instantiate { module, args };
        self.define(Sort::CoreInstance, Definition::CoreInstance(instance))
    }

    /// Adds a core instance that exports these items.
    pub fn bundle_core(&mut self, exports: Vec<(Cow<'a, str>, ItemId)>) -> ItemId {
        let instance = CoreInstance::Exports(exports);
        self.define(Sort::CoreInstance, Definition::CoreInstance(instance))
    }

    /// Adds the alias of an export of a core instance.
    pub fn core_export(
        &mut self,
        sort: Sort,
        instance: ItemId,
        name: impl Into<Cow<'a, str>>,
    ) -> ItemId {
        let name = name.into();
        self.define(
            sort,
            Definition::Alias(Alias::CoreExport { instance, name }),
        )
    }

    /// Adds an existing core function as the alias of an export of a core instance. Its name was
    /// that of another function.
    pub fn replace_by_core_export(
        &mut self,
        id: ItemId,
        instance: ItemId,
        name: impl Into<Cow<'a, str>>,
    ) {
        let name = name.into();
        let alias = Alias::CoreExport { instance, name };
        self.model.redefine(id, Definition::Alias(alias));
        self.model.forget_debug_name(id);
        self.place(id);
    }

    /// Adds a component and an instance of it, and returns the instance. What the arguments don't
    /// serve of its imports, the imports of the same name do.
    ///
    /// # Errors
    ///
    /// If neither does: the name of the import.
    pub fn instantiate(
        &mut self,
        component: ScopeId,
        args: Vec<(String, ItemId)>,
    ) -> Result<ItemId, String> {
        let mut args: HashMap<String, ItemId> = args.into_iter().collect();
        let names: Vec<String> = self
            .model
            .imports(component)
            .map(|(name, _)| name.to_string())
            .collect();
        for name in names {
            if let Entry::Vacant(arg) = args.entry(name) {
                let import = self.import(arg.key());
                let import = import.ok_or_else(|| arg.key().clone())?;
                arg.insert(import);
            }
        }
        let mut args: Vec<(Cow<'a, str>, ItemId)> = args
            .into_iter()
            .map(|(name, id)| (name.into(), id))
            .collect();
        // The same guest gives the same bytes every time.
        args.sort_unstable();
        let component = self.define(Sort::Component, Definition::Component(component));
        let instance = Instance::Instantiate { component, args };
        Ok(self.define(Sort::Instance, Definition::Instance(instance)))
    }

    /// Adds the alias of an export of an instance.
    pub fn instance_export(
        &mut self,
        sort: Sort,
        instance: ItemId,
        name: impl Into<Cow<'a, str>>,
    ) -> ItemId {
        let name = name.into();
        let alias = Alias::Export {
            target: self.model.export_of(instance, &name),
            instance,
            name,
        };
        self.define(sort, Definition::Alias(alias))
    }

    /// Adds a type.
    pub fn ty(&mut self, ty: Type<'a>) -> ItemId {
        self.define(Sort::Type, Definition::Type(ty))
    }

    /// Adds a lifted function.
    pub fn lift(&mut self, core: ItemId, ty: ItemId, options: Vec<CanonicalOption>) -> ItemId {
        self.define(Sort::Func, Definition::Lift { core, ty, options })
    }

    /// Adds an export.
    pub fn export(&mut self, name: impl Into<ExternName<'a>>, item: ItemId) -> ItemId {
        self.define_export(name.into(), item, None)
    }

    /// Adds an export with a type in place of its own.
    pub fn export_as(
        &mut self,
        name: impl Into<ExternName<'a>>,
        item: ItemId,
        ty: ExternType,
    ) -> ItemId {
        self.define_export(name.into(), item, Some(ty))
    }

    fn define_export(
        &mut self,
        name: ExternName<'a>,
        item: ItemId,
        ascribed: Option<ExternType>,
    ) -> ItemId {
        let export = Definition::Export {
            name,
            item,
            ascribed,
        };
        self.define(self.model[item].sort, export)
    }
}
