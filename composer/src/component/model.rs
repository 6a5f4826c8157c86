//! Definitions, each with what it refers to.

use super::parsed::Parsed;
use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
use std::ops::{Index, IndexMut};
use wasmparser::{CanonicalFunction, CoreType, PrimitiveValType};

/// A definition of a [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemId(u32);

/// A list of definitions with index spaces of its own: a component, or the type of a component or
/// of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(u32);

/// An index space of a component, in the terms of the component model: a sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sort {
    CoreModule,
    CoreInstance,
    CoreType,
    CoreFunc,
    CoreTable,
    CoreMemory,
    CoreGlobal,
    CoreTag,
    Type,
    Func,
    Instance,
    Component,
    Value,
    /// The definition has no number: a custom section.
    None,
}

impl Sort {
    /// The number of index spaces.
    pub const COUNT: usize = Sort::None as usize;
}

/// The definitions of components, nested ones included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model<'a> {
    items: Vec<Item<'a>>,
    scopes: Vec<Scope<'a>>,
    /// The names in `component-name` sections: most items have none.
    debug_names: HashMap<ItemId, Cow<'a, str>>,
}

/// As many items as the adapter and what is placed around a guest usually come to: with room for them
/// the items of a large guest need not move.
const SPARE_ITEMS: usize = 4096;

/// A definition with its index space.
#[derive(Clone, Debug)]
pub(crate) struct Item<'a> {
    pub sort: Sort,
    pub definition: Definition<'a>,
    /// See [`Model::origin`] and [`Model::type_origin`]. They are found out once, because a chain
    /// of names can be as long as the input.
    origin: ItemId,
    type_origin: ItemId,
}

/// The definitions of a component or of a type, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope<'a> {
    pub items: Vec<ItemId>,
    /// The exports, or the declared ones of a type, by name.
    pub exports: HashMap<Cow<'a, str>, ItemId>,
    /// The imports, by name.
    pub imports: HashMap<Cow<'a, str>, ItemId>,
    /// The name of the component in its `component-name` section.
    pub debug_name: Option<Cow<'a, str>>,
}

/// What a definition says.
#[derive(Clone, Debug)]
pub(crate) enum Definition<'a> {
    CoreModule(CoreModule<'a>),
    CoreInstance(CoreInstance<'a>),
    /// A core type, or the first of a recursive group.
    CoreType(Parsed<CoreType<'a>>),
    /// Another type of a recursive group.
    CoreTypeOfGroup {
        first: ItemId,
        /// The number of types of the group that come before it.
        offset: u32,
    },
    Component(ScopeId),
    Instance(Instance<'a>),
    Alias(Alias<'a>),
    Type(Type<'a>),
    Lift {
        core: ItemId,
        ty: ItemId,
        options: Vec<CanonicalOption>,
    },
    Lower {
        func: ItemId,
        options: Vec<CanonicalOption>,
    },
    ResourceNew(ItemId),
    ResourceDrop(ItemId),
    ResourceRep(ItemId),
    /// Any other canonical built-in.
    BuiltIn(Parsed<CanonicalFunction>),
    Import {
        name: ExternName<'a>,
        ty: ExternType,
    },
    Export {
        name: ExternName<'a>,
        item: ItemId,
        /// The type that the export is given in place of its own.
        ascribed: Option<ExternType>,
    },
    /// An export that a component type or instance type declares.
    Declared {
        name: ExternName<'a>,
        ty: ExternType,
    },
    Custom {
        name: &'a str,
        data: Cow<'a, [u8]>,
    },
    /// Another name of an item: nothing is written, and references get the number of that item.
    SameAs(ItemId),
}

/// A core module in binary form.
#[derive(Clone, Debug)]
pub(crate) struct CoreModule<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// `true` if the module was validated as a part of the input.
    pub validated: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum CoreInstance<'a> {
    Instantiate {
        module: ItemId,
        args: Vec<(Cow<'a, str>, ItemId)>,
    },
    Exports(Vec<(Cow<'a, str>, ItemId)>),
}

#[derive(Clone, Debug)]
pub(crate) enum Instance<'a> {
    Instantiate {
        component: ItemId,
        args: Vec<(Cow<'a, str>, ItemId)>,
    },
    Exports(Vec<(ExternName<'a>, ItemId)>),
}

#[derive(Clone, Debug)]
pub(crate) enum Alias<'a> {
    /// An export of an instance.
    Export {
        instance: ItemId,
        name: Cow<'a, str>,
        /// The definition that the export stands for, in the instance's component or type. `None`
        /// if the component is not known.
        target: Option<ItemId>,
    },
    /// An export of a core instance.
    CoreExport {
        instance: ItemId,
        name: Cow<'a, str>,
    },
    /// A definition of an enclosing scope.
    Outer(ItemId),
}

#[derive(Clone, Debug)]
pub(crate) enum Type<'a> {
    Value(ValueType<'a>),
    Func(FuncType<'a>),
    Instance(ScopeId),
    Component(ScopeId),
    Resource {
        rep: wasmparser::ValType,
        destructor: Option<ItemId>,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct FuncType<'a> {
    pub is_async: bool,
    pub params: Vec<(&'a str, ValType)>,
    pub result: Option<ValType>,
}

/// A reference to a value type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValType {
    Primitive(PrimitiveValType),
    Type(ItemId),
}

#[derive(Clone, Debug)]
pub(crate) enum ValueType<'a> {
    Primitive(PrimitiveValType),
    Record(Vec<(&'a str, ValType)>),
    Variant(Vec<(&'a str, Option<ValType>)>),
    List(ValType),
    FixedLengthList(ValType, u32),
    Map(ValType, ValType),
    Tuple(Vec<ValType>),
    Flags(Vec<&'a str>),
    Enum(Vec<&'a str>),
    Option(ValType),
    Result {
        ok: Option<ValType>,
        err: Option<ValType>,
    },
    Own(ItemId),
    Borrow(ItemId),
    Future(Option<ValType>),
    Stream(Option<ValType>),
}

/// The type of an import, or of an export that is declared or ascribed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ExternType {
    CoreModule(ItemId),
    Func(ItemId),
    Value(ValType),
    /// A type that is equal to another.
    Eq(ItemId),
    /// A new resource type.
    Resource,
    Instance(ItemId),
    Component(ItemId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CanonicalOption {
    Utf8,
    Utf16,
    CompactUtf16,
    Memory(ItemId),
    Realloc(ItemId),
    PostReturn(ItemId),
    Async,
    Callback(ItemId),
    CoreType(ItemId),
    Gc,
}

/// The name of an import or export, with its attributes.
#[derive(Clone, Debug)]
pub(crate) struct ExternName<'a> {
    pub name: Cow<'a, str>,
    /// Most names have none.
    pub attributes: Option<Box<Attributes<'a>>>,
}

/// The optional attributes that the binary format gives the name of an import or export: `implements`,
/// `versionsuffix` and `external-id`.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    pub implements: Option<&'a str>,
    pub version_suffix: Option<&'a str>,
    pub external_id: Option<&'a str>,
}

/// The type of a core function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CoreSignature {
    pub params: Vec<wasmparser::ValType>,
    pub results: Vec<wasmparser::ValType>,
}

impl<'a> From<Cow<'a, str>> for ExternName<'a> {
    fn from(name: Cow<'a, str>) -> Self {
        ExternName {
            name,
            attributes: None,
        }
    }
}

impl<'a> From<&'a str> for ExternName<'a> {
    fn from(name: &'a str) -> Self {
        Cow::Borrowed(name).into()
    }
}

impl From<String> for ExternName<'_> {
    fn from(name: String) -> Self {
        Cow::<str>::Owned(name).into()
    }
}

impl CanonicalOption {
    /// The function that is called after a lifted one, if its options have one.
    pub fn post_return(options: &[Self]) -> Option<ItemId> {
        options.iter().find_map(|option| match option {
            CanonicalOption::PostReturn(id) => Some(*id),
            _ => None,
        })
    }
}

impl ValueType<'_> {
    /// Whether imports and exports can only have such a type under a name.
    pub fn needs_name(&self) -> bool {
        matches!(
            self,
            ValueType::Record(_) | ValueType::Variant(_) | ValueType::Enum(_) | ValueType::Flags(_)
        )
    }
}

impl ExternType {
    /// The index space of what has this type.
    pub fn sort(&self) -> Sort {
        match self {
            ExternType::CoreModule(_) => Sort::CoreModule,
            ExternType::Func(_) => Sort::Func,
            ExternType::Value(_) => Sort::Value,
            ExternType::Eq(_) | ExternType::Resource => Sort::Type,
            ExternType::Instance(_) => Sort::Instance,
            ExternType::Component(_) => Sort::Component,
        }
    }
}

/// Visits what a value type refers to.
macro_rules! visit_value {
    ($ty:expr, $visit:expr) => {
        if let ValType::Type(id) = $ty {
            $visit(id);
        }
    };
}

/// Visits what an optional value type refers to.
macro_rules! visit_optional {
    ($ty:expr, $visit:expr) => {
        if let Some(ValType::Type(id)) = $ty {
            $visit(id);
        }
    };
}

/// Visits what each named or positioned item of a list refers to.
macro_rules! visit_named {
    ($list:expr, $visit:expr) => {
        for (_, id) in $list {
            $visit(id);
        }
    };
}

/// Visits what the type of an import or export refers to.
macro_rules! visit_extern {
    ($ty:expr, $visit:expr) => {
        match $ty {
            ExternType::CoreModule(id)
            | ExternType::Func(id)
            | ExternType::Eq(id)
            | ExternType::Instance(id)
            | ExternType::Component(id) => $visit(id),
            ExternType::Value(ty) => visit_value!(ty, $visit),
            ExternType::Resource => {}
        }
    };
}

/// Visits what canonical options refer to.
macro_rules! visit_options {
    ($options:expr, $visit:expr) => {
        for option in $options {
            match option {
                CanonicalOption::Memory(id)
                | CanonicalOption::Realloc(id)
                | CanonicalOption::PostReturn(id)
                | CanonicalOption::Callback(id)
                | CanonicalOption::CoreType(id) => $visit(id),
                CanonicalOption::Utf8
                | CanonicalOption::Utf16
                | CanonicalOption::CompactUtf16
                | CanonicalOption::Async
                | CanonicalOption::Gc => {}
            }
        }
    };
}

/// Visits what a definition itself refers to. The same text serves shared and exclusive
/// references: which of the two, the type of the definition says.
macro_rules! visit_references {
    ($definition:expr, $visit:expr) => {
        match $definition {
            Definition::CoreModule(_)
            | Definition::Component(_)
            | Definition::Type(Type::Instance(_) | Type::Component(_))
            | Definition::Custom { .. } => {}
            Definition::CoreTypeOfGroup { first: id, .. }
            | Definition::ResourceNew(id)
            | Definition::ResourceDrop(id)
            | Definition::ResourceRep(id)
            | Definition::Alias(
                Alias::Export { instance: id, .. }
                | Alias::CoreExport { instance: id, .. }
                | Alias::Outer(id),
            )
            | Definition::SameAs(id) => $visit(id),
            Definition::CoreType(Parsed { bindings, .. }) => visit_named!(bindings, $visit),
            Definition::BuiltIn(Parsed { bindings, .. }) => visit_named!(bindings, $visit),
            Definition::CoreInstance(CoreInstance::Instantiate { module: of, args })
            | Definition::Instance(Instance::Instantiate {
                component: of,
                args,
            }) => {
                $visit(of);
                visit_named!(args, $visit);
            }
            Definition::CoreInstance(CoreInstance::Exports(exports)) => {
                visit_named!(exports, $visit);
            }
            Definition::Instance(Instance::Exports(exports)) => visit_named!(exports, $visit),
            Definition::Lift { core, ty, options } => {
                $visit(core);
                $visit(ty);
                visit_options!(options, $visit);
            }
            Definition::Lower { func, options } => {
                $visit(func);
                visit_options!(options, $visit);
            }
            Definition::Import { ty, .. } | Definition::Declared { ty, .. } => {
                visit_extern!(ty, $visit);
            }
            Definition::Export { item, ascribed, .. } => {
                $visit(item);
                if let Some(ty) = ascribed {
                    visit_extern!(ty, $visit);
                }
            }
            Definition::Type(Type::Resource { destructor, .. }) => {
                if let Some(id) = destructor {
                    $visit(id);
                }
            }
            Definition::Type(Type::Func(FuncType { params, result, .. })) => {
                for (_, ty) in params {
                    visit_value!(ty, $visit);
                }
                visit_optional!(result, $visit);
            }
            Definition::Type(Type::Value(ty)) => match ty {
                ValueType::Primitive(_) | ValueType::Flags(_) | ValueType::Enum(_) => {}
                ValueType::Record(fields) => {
                    for (_, ty) in fields {
                        visit_value!(ty, $visit);
                    }
                }
                ValueType::Variant(cases) => {
                    for (_, ty) in cases {
                        visit_optional!(ty, $visit);
                    }
                }
                ValueType::List(ty) | ValueType::FixedLengthList(ty, _) | ValueType::Option(ty) => {
                    visit_value!(ty, $visit);
                }
                ValueType::Map(key, ty) => {
                    visit_value!(key, $visit);
                    visit_value!(ty, $visit);
                }
                ValueType::Tuple(types) => {
                    for ty in types {
                        visit_value!(ty, $visit);
                    }
                }
                ValueType::Result { ok, err } => {
                    visit_optional!(ok, $visit);
                    visit_optional!(err, $visit);
                }
                ValueType::Own(id) | ValueType::Borrow(id) => $visit(id),
                ValueType::Future(ty) | ValueType::Stream(ty) => visit_optional!(ty, $visit),
            },
        }
    };
}

impl Definition<'_> {
    /// Calls `visit` for each item that the definition itself refers to. Those that a nested scope
    /// refers to are not among them: see [`Model::references`].
    pub fn references_mut(&mut self, visit: &mut dyn FnMut(&mut ItemId)) {
        visit_references!(self, visit);
    }

    /// Calls `visit` for each item that the definition itself refers to.
    fn own_references(&self, visit: &mut dyn FnMut(&ItemId)) {
        visit_references!(self, visit);
    }

    fn extern_type(&self) -> Option<ExternType> {
        match self {
            Definition::Import { ty, .. } | Definition::Declared { ty, .. } => Some(*ty),
            Definition::Export { ascribed, .. } => *ascribed,
            _ => None,
        }
    }

    /// The scope within the definition.
    pub fn nested(&self) -> Option<ScopeId> {
        match self {
            Definition::Component(scope)
            | Definition::Type(Type::Instance(scope) | Type::Component(scope)) => Some(*scope),
            _ => None,
        }
    }
}

impl<'a> Model<'a> {
    /// Adds a definition that is in no scope yet.
    pub fn add(&mut self, sort: Sort, definition: Definition<'a>) -> ItemId {
        let id = ItemId(u32::try_from(self.items.len()).expect("fewer items than bytes"));
        let (origin, type_origin) = self.origins(id, &definition);
        self.items.push(Item {
            sort,
            definition,
            origin,
            type_origin,
        });
        id
    }

    /// Makes room for this many items. If that takes new memory, there will be room for
    /// [`SPARE_ITEMS`] more.
    pub fn reserve(&mut self, items: usize) {
        if self.items.capacity() - self.items.len() < items {
            self.items.reserve(items + SPARE_ITEMS);
        }
    }

    /// Gives an item another definition.
    pub fn redefine(&mut self, id: ItemId, definition: Definition<'a>) {
        let (origin, type_origin) = self.origins(id, &definition);
        let sort = self[id].sort;
        self[id] = Item {
            sort,
            definition,
            origin,
            type_origin,
        };
    }

    /// The definition that an item with this definition stands for, and that of the type.
    fn origins(&self, id: ItemId, definition: &Definition<'a>) -> (ItemId, ItemId) {
        match definition {
            Definition::Alias(Alias::Export {
                target: Some(of), ..
            })
            | Definition::Alias(Alias::Outer(of))
            | Definition::SameAs(of)
            | Definition::Export {
                item: of,
                ascribed: None,
                ..
            } => {
                let origin = self.origin(*of);
                match self.extern_type(origin) {
                    Some(ExternType::Eq(to)) => (origin, self.type_origin(to)),
                    _ => (origin, origin),
                }
            }
            _ => match definition.extern_type() {
                Some(ExternType::Eq(to)) => (id, self.type_origin(to)),
                _ => (id, id),
            },
        }
    }

    /// The item's name in the `component-name` section.
    pub fn debug_name(&self, id: ItemId) -> Option<&str> {
        self.debug_names.get(&id).map(Cow::as_ref)
    }

    /// Gives an item a name in the `component-name` section.
    pub fn set_debug_name(&mut self, id: ItemId, name: &'a str) {
        self.debug_names.insert(id, name.into());
    }

    /// Leaves the item's name out of the `component-name` section.
    pub fn forget_debug_name(&mut self, id: ItemId) {
        self.debug_names.remove(&id);
    }

    /// Adds an empty scope.
    pub fn add_scope(&mut self) -> ScopeId {
        let id = ScopeId(u32::try_from(self.scopes.len()).expect("fewer scopes than bytes"));
        self.scopes.push(Scope::default());
        id
    }

    /// The number of items, which is beyond each of their places.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// All items, in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = ItemId> + use<> {
        (0..self.items.len() as u32).map(ItemId)
    }

    /// Puts each of some items right after another one, in whatever scope that is.
    pub fn insert_after(&mut self, inserted: &HashMap<ItemId, ItemId>) {
        if inserted.is_empty() {
            return;
        }
        for scope in &mut self.scopes {
            let with_inserted = |id: &ItemId| [Some(*id), inserted.get(id).copied()];
            let items = scope.items.iter().flat_map(with_inserted).flatten();
            scope.items = items.collect();
        }
    }

    /// The definition that an item stands for: aliases, exports and other names are followed. A
    /// type that is declared to be equal to another is a definition of its own.
    pub fn origin(&self, id: ItemId) -> ItemId {
        let mut origin = self[id].origin;
        while let Definition::SameAs(of) = self[origin].definition {
            origin = self[of].origin;
        }
        origin
    }

    /// The definition of a type, whatever it is called: types that are equal to another are
    /// followed, too. What is left is a [`Type`], or the declaration of a resource.
    pub fn type_origin(&self, id: ItemId) -> ItemId {
        self[self.origin(id)].type_origin
    }

    /// The type that an import, or an export with a type of its own, gives to the item.
    pub fn extern_type(&self, id: ItemId) -> Option<ExternType> {
        self[id].definition.extern_type()
    }

    /// The type of a function: of the place that gives it one.
    pub fn func_type(&self, id: ItemId) -> Option<&FuncType<'a>> {
        let id = self.origin(id);
        let ty = match (&self[id].definition, self.extern_type(id)) {
            (Definition::Lift { ty, .. }, _) => *ty,
            (_, Some(ExternType::Func(ty))) => ty,
            _ => return None,
        };
        match self.ty(ty)? {
            Type::Func(ty) => Some(ty),
            _ => None,
        }
    }

    /// The type definition, if the item is a type and not the declaration of a resource.
    pub fn ty(&self, id: ItemId) -> Option<&Type<'a>> {
        match &self[self.type_origin(id)].definition {
            Definition::Type(ty) => Some(ty),
            _ => None,
        }
    }

    /// The scope that says what an instance exports: of a component, or of an instance type. `None`
    /// for an instance that is made of its exports one by one.
    pub fn scope_of_instance(&self, id: ItemId) -> Option<ScopeId> {
        let id = self.origin(id);
        if let Some(ExternType::Instance(ty)) = self.extern_type(id) {
            return self.type_scope(ty);
        }
        match &self[id].definition {
            Definition::Instance(Instance::Instantiate { component, .. }) => {
                self.scope_of_component(*component)
            }
            _ => None,
        }
    }

    /// The scope of a component, or of its type if the component itself is not known.
    pub fn scope_of_component(&self, id: ItemId) -> Option<ScopeId> {
        let id = self.origin(id);
        match (self.extern_type(id), &self[id].definition) {
            (Some(ExternType::Component(ty)), _) => self.type_scope(ty),
            (_, Definition::Component(scope)) => Some(*scope),
            _ => None,
        }
    }

    /// The declarations of an instance type or component type.
    pub fn type_scope(&self, ty: ItemId) -> Option<ScopeId> {
        match self.ty(ty)? {
            Type::Instance(scope) | Type::Component(scope) => Some(*scope),
            _ => None,
        }
    }

    /// The exports of an instance, in order.
    pub fn exports_of(&self, instance: ItemId) -> Vec<(&str, ItemId)> {
        if let Some(scope) = self.scope_of_instance(instance) {
            return self.exports(scope).collect();
        }
        match &self[self.origin(instance)].definition {
            Definition::Instance(Instance::Exports(exports)) => {
                let exports = exports.iter();
                exports
                    .map(|(name, id)| (name.name.as_ref(), *id))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The export of an instance with this name.
    pub fn export_of(&self, instance: ItemId, name: &str) -> Option<ItemId> {
        if let Some(scope) = self.scope_of_instance(instance) {
            return self[scope].exports.get(name).copied();
        }
        let exports = self.exports_of(instance);
        let found = exports.into_iter().find(|(export, _)| *export == name);
        found.map(|(_, id)| id)
    }

    /// The exports of a component or type, in order.
    pub fn exports(&self, scope: ScopeId) -> impl Iterator<Item = (&str, ItemId)> {
        let items = self[scope].items.iter();
        items.filter_map(|id| match &self[*id].definition {
            Definition::Export { name, .. } | Definition::Declared { name, .. } => {
                Some((name.name.as_ref(), *id))
            }
            _ => None,
        })
    }

    /// The imports of a component or component type, in order.
    pub fn imports(&self, scope: ScopeId) -> impl Iterator<Item = (&str, ItemId)> {
        let items = self[scope].items.iter();
        items.filter_map(|id| match &self[*id].definition {
            Definition::Import { name, .. } => Some((name.name.as_ref(), *id)),
            _ => None,
        })
    }

    /// Calls `visit` for each item outside a definition that the definition refers to, from nested
    /// scopes, too.
    pub fn references(&self, id: ItemId, visit: &mut dyn FnMut(ItemId)) {
        let definition = &self[id].definition;
        definition.own_references(&mut |to| visit(*to));
        if let Some(scope) = definition.nested() {
            // What isn't in the scope itself, or in one within it, is outside.
            self.outer_references(scope, visit);
        }
    }

    /// Calls `visit` for each item that a scope refers to by outer alias, within the scope or
    /// outside of it.
    fn outer_references(&self, scope: ScopeId, visit: &mut dyn FnMut(ItemId)) {
        for id in &self[scope].items {
            let definition = &self[*id].definition;
            match definition {
                Definition::Alias(Alias::Outer(to)) => visit(*to),
                // A module type may have aliases of its own.
                Definition::CoreType(parsed) => {
                    parsed.bindings.iter().for_each(|(_, to)| visit(*to));
                }
                _ => {}
            }
            if let Some(inner) = definition.nested() {
                self.outer_references(inner, visit);
            }
        }
    }

    /// The arguments for the imports of inner components. A component that is instantiated several
    /// times counts as it is instantiated first.
    pub fn arguments(&self) -> HashMap<ItemId, ItemId> {
        let mut arguments = HashMap::new();
        for id in self.ids() {
            if let Definition::Instance(Instance::Instantiate { component, args }) =
                &self[id].definition
                && let Some(scope) = self.scope_of_component(*component)
            {
                for (name, arg) in args {
                    if let Some(import) = self[scope].imports.get(name) {
                        arguments.entry(*import).or_insert(*arg);
                    }
                }
            }
        }
        arguments
    }

    /// The definition of a type, whatever it is called within inner components and outside of them.
    pub fn type_outside(&self, id: ItemId, arguments: &HashMap<ItemId, ItemId>) -> ItemId {
        let mut ty = self.type_origin(id);
        while let Some(argument) = arguments.get(&ty) {
            ty = self.type_origin(*argument);
        }
        ty
    }

    /// The items that `roots` need: everything that they refer to, directly or not. Where `follow`
    /// says no, the walk doesn't go on from an item.
    pub fn closure(
        &self,
        roots: impl IntoIterator<Item = ItemId>,
        follow: impl Fn(ItemId) -> bool,
    ) -> HashSet<ItemId> {
        let mut found = HashSet::new();
        let mut pending: Vec<ItemId> = roots.into_iter().collect();
        while let Some(id) = pending.pop() {
            if found.insert(id) && follow(id) {
                self.references(id, &mut |to| pending.push(to));
            }
        }
        found
    }

    /// Copies a definition with all scopes in it, so that it refers to what `map` has for its
    /// references, and adds the copy to `map`.
    pub fn copy(&mut self, id: ItemId, map: &mut HashMap<ItemId, ItemId>) -> ItemId {
        let mut item = self[id].clone();
        item.definition.references_mut(&mut |to| {
            if let Some(copy) = map.get(to) {
                *to = *copy;
            }
        });
        if let Definition::Alias(Alias::Export {
            target: Some(target),
            ..
        }) = &mut item.definition
            && let Some(copy) = map.get(target)
        {
            *target = *copy;
        }
        match &mut item.definition {
            Definition::Component(scope)
            | Definition::Type(Type::Instance(scope) | Type::Component(scope)) => {
                *scope = self.copy_scope(*scope, map);
            }
            _ => {}
        }
        let copy = self.add(item.sort, item.definition);
        if let Some(name) = self.debug_names.get(&id).cloned() {
            self.debug_names.insert(copy, name);
        }
        map.insert(id, copy);
        copy
    }

    fn copy_scope(&mut self, scope: ScopeId, map: &mut HashMap<ItemId, ItemId>) -> ScopeId {
        let Scope {
            items,
            exports,
            imports,
            debug_name,
        } = self[scope].clone();
        let items = items.into_iter().map(|id| self.copy(id, map)).collect();
        let copied = |names: HashMap<Cow<'a, str>, ItemId>| {
            let named = |(name, id)| (name, map.get(&id).copied().unwrap_or(id));
            names.into_iter().map(named).collect()
        };
        let copy = self.add_scope();
        self[copy] = Scope {
            items,
            exports: copied(exports),
            imports: copied(imports),
            debug_name,
        };
        copy
    }
}

impl<'a> Index<ItemId> for Model<'a> {
    type Output = Item<'a>;

    fn index(&self, id: ItemId) -> &Item<'a> {
        &self.items[id.0 as usize]
    }
}

impl<'a> IndexMut<ItemId> for Model<'a> {
    fn index_mut(&mut self, id: ItemId) -> &mut Item<'a> {
        &mut self.items[id.0 as usize]
    }
}

impl<'a> Index<ScopeId> for Model<'a> {
    type Output = Scope<'a>;

    fn index(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id.0 as usize]
    }
}

impl<'a> IndexMut<ScopeId> for Model<'a> {
    fn index_mut(&mut self, id: ScopeId) -> &mut Scope<'a> {
        &mut self.scopes[id.0 as usize]
    }
}

/// A set of items, kept as a flag for each item of the model: for sets that most items get into.
#[derive(Default)]
pub(crate) struct ItemSet(Vec<bool>);

impl ItemSet {
    /// Adds an item. `false` if it was there.
    pub fn insert(&mut self, id: ItemId) -> bool {
        if self.0.len() <= id.place() {
            self.0.resize(id.place() + 1, false);
        }
        !std::mem::replace(&mut self.0[id.place()], true)
    }

    pub fn contains(&self, id: ItemId) -> bool {
        self.0.get(id.place()) == Some(&true)
    }
}

impl ItemId {
    /// The item's place in a table of all items.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}
