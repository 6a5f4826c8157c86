//! Works out which function types of a component have to become `async`.
//!
//! Every place in a component that gives a function a type is a *use*: an import, an export of an
//! instance type, an ascription, a `canon lift`. Functions flow between uses: through aliases,
//! exports and instantiations, nested components included. Uses between which a function flows have
//! to agree, because `async` has no subtyping. So uses are put into classes, and a class becomes
//! `async` as a whole.

use super::Error;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentType, ComponentTypeDeclaration, ComponentTypeRef,
    InstanceTypeDeclaration, Parser, Payload, TypeBounds,
};

/// A function as far as its type is concerned: an index into [`Flow::functions`].
pub type Function = usize;

/// A function type, or an alias of one from an outer scope: an index into [`Flow::definitions`].
pub type Definition = usize;

/// The names of an instance, or the imports or exports of a component.
pub type Items = BTreeMap<String, Item>;

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Item {
    /// A function.
    Func(Function),
    /// An instance.
    Instance(Rc<Items>),
    /// A component.
    Component(Rc<Signature>),
    /// A type.
    Type(Type),
    /// Something that holds no component function.
    Other,
}

/// What a component imports and exports.
#[derive(Debug, Default)]
pub struct Signature {
    pub imports: Items,
    pub exports: Items,
}

/// A type, as far as it holds function types.
#[derive(Clone, Debug)]
pub enum Type {
    Func(Definition),
    Instance(Rc<Items>),
    Component(Rc<Signature>),
    Other,
}

struct Use {
    function: Function,
    definition: Option<Definition>,
}

struct DefinitionInfo {
    is_async: bool,
    /// What this is an outer alias of.
    alias_of: Option<Definition>,
}

/// A nesting level that types are counted in: a component, or an instance or component type.
#[derive(Default)]
struct Scope {
    types: Vec<Type>,
    functions: Vec<Function>,
    instances: Vec<Rc<Items>>,
    components: Vec<Rc<Signature>>,
    signature: Signature,
    /// Functions that the scope's core modules call, and functions that they implement.
    lowered: Vec<Function>,
    lifted: Vec<Function>,
}

/// The flow of functions through a component, as read; see the [module](self).
#[derive(Default)]
pub struct Flow {
    /// Union-find: the parent of each function.
    functions: Vec<Function>,
    uses: Vec<Use>,
    definitions: Vec<DefinitionInfo>,
    /// For each component: the functions it calls and the functions it implements.
    components: Vec<(Vec<Function>, Vec<Function>)>,
    /// What the outermost component imports and exports.
    pub root: Signature,
}

/// Which function types become `async`: the result of [`Flow::solve`].
pub struct Colours {
    /// For each use, in the order of reading: whether its type is to be `async`.
    pub uses: Vec<bool>,
    /// For each definition, in the order of reading: which of the two types are needed of it.
    pub definitions: Vec<Needed>,
    /// For each class, by the function that stands for it: whether it has become `async`.
    new: Vec<bool>,
}

impl Colours {
    /// Whether a function has become `async`, and was not before.
    pub fn is_new(&self, flow: &Flow, function: Function) -> bool {
        self.new[flow.root_of(function)]
    }
}

/// Which types are to be written for a function type that was read.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Needed {
    pub sync: bool,
    pub asynchronous: bool,
}

impl Flow {
    /// Reads a valid component.
    pub fn read(component: &[u8]) -> Result<Self, Error> {
        Reader::default().read(component)
    }

    fn root_of(&self, mut function: Function) -> Function {
        while self.functions[function] != function {
            function = self.functions[function];
        }
        function
    }

    fn unify(&mut self, a: &Item, b: &Item) {
        match (a, b) {
            (Item::Func(a), Item::Func(b)) => {
                let (a, b) = (self.root_of(*a), self.root_of(*b));
                self.functions[a.max(b)] = a.min(b);
            }
            (Item::Instance(a), Item::Instance(b)) => self.unify_items(a, b),
            (Item::Component(a), Item::Component(b)) => {
                self.unify_items(&a.imports, &b.imports);
                self.unify_items(&a.exports, &b.exports);
            }
            (Item::Type(a), Item::Type(b)) => self.unify_types(a, b),
            _ => {}
        }
    }

    /// Types that stand for each other have to stay equal.
    fn unify_types(&mut self, a: &Type, b: &Type) {
        match (a, b) {
            (Type::Instance(a), Type::Instance(b)) => self.unify_items(a, b),
            (Type::Component(a), Type::Component(b)) => {
                self.unify_items(&a.imports, &b.imports);
                self.unify_items(&a.exports, &b.exports);
            }
            _ => {}
        }
    }

    fn unify_items(&mut self, a: &Items, b: &Items) {
        for (name, item) in a {
            if let Some(other) = b.get(name) {
                self.unify(item, other);
            }
        }
    }

    /// Decides for every class. `fixed` are functions of the outermost component whose type is
    /// given: `true` for `async`. A component's own functions become `async` where the component
    /// calls an `async` one.
    ///
    /// A class that is fixed both ways can't be served: its given functions are the error.
    pub fn solve(&self, fixed: &[(Function, bool)]) -> Result<Colours, Conflict> {
        // For each class, what first fixed it.
        let mut pinned: Vec<Option<usize>> = vec![None; self.functions.len()];
        for (index, &(function, is_async)) in fixed.iter().enumerate() {
            let class = &mut pinned[self.root_of(function)];
            let first = *class.get_or_insert(index);
            if fixed[first].1 != is_async {
                let (waits, stays) = if is_async {
                    (index, first)
                } else {
                    (first, index)
                };
                return Err(Conflict { waits, stays });
            }
        }
        let mut declared = vec![false; self.functions.len()];
        for usage in &self.uses {
            if usage.definition.is_some_and(|d| self.is_async(d)) {
                declared[self.root_of(usage.function)] = true;
            }
        }
        let mut colour: Vec<bool> = pinned
            .iter()
            .zip(&declared)
            .map(|(pinned, &declared)| pinned.map_or(declared, |index| fixed[index].1))
            .collect();
        // What calls a function that has become `async` may wait, and what may wait has to be
        // `async`. A function that always was `async` is no reason: the guest knows how to call it.
        loop {
            let mut changed = false;
            for (lowered, lifted) in &self.components {
                let has_become_async = |&function: &Function| {
                    let class = self.root_of(function);
                    colour[class] && !declared[class]
                };
                if !lowered.iter().any(has_become_async) {
                    continue;
                }
                for &function in lifted {
                    let class = self.root_of(function);
                    if !colour[class] && pinned[class].is_none() {
                        colour[class] = true;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }

        let uses: Vec<bool> = self
            .uses
            .iter()
            .map(|usage| colour[self.root_of(usage.function)])
            .collect();
        let mut definitions = vec![Needed::default(); self.definitions.len()];
        for (usage, &is_async) in self.uses.iter().zip(&uses) {
            let mut definition = usage.definition;
            while let Some(index) = definition {
                if is_async {
                    definitions[index].asynchronous = true;
                } else {
                    definitions[index].sync = true;
                }
                definition = self.definitions[index].alias_of;
            }
        }
        let new = colour.iter().zip(&declared);
        let new = new.map(|(colour, declared)| *colour && !declared).collect();
        Ok(Colours {
            uses,
            definitions,
            new,
        })
    }

    fn is_async(&self, definition: Definition) -> bool {
        let info = &self.definitions[definition];
        info.is_async || info.alias_of.is_some_and(|outer| self.is_async(outer))
    }

    /// Calls `visit` for each function in `item`, with the path to it.
    pub fn functions_of(&self, item: &Item, visit: &mut impl FnMut(&str, Function)) {
        self.visit("", item, visit);
    }

    fn visit(&self, path: &str, item: &Item, visit: &mut impl FnMut(&str, Function)) {
        match item {
            Item::Func(function) => visit(path, *function),
            Item::Instance(items) => {
                for (name, item) in &**items {
                    let path = match path {
                        "" => name.clone(),
                        _ => format!("{path}/{name}"),
                    };
                    self.visit(&path, item, visit);
                }
            }
            Item::Component(signature) => {
                for items in [&signature.imports, &signature.exports] {
                    self.visit(path, &Item::Instance(Rc::new(items.clone())), visit);
                }
            }
            Item::Type(_) | Item::Other => {}
        }
    }

    /// Whether the type that the binary gives a function is `async`.
    pub fn is_declared_async(&self, function: Function) -> bool {
        self.uses
            .iter()
            .find(|usage| usage.function == function)
            .and_then(|usage| usage.definition)
            .is_some_and(|definition| self.is_async(definition))
    }
}

/// Two functions of one class, of which one has to be `async` and the other must not be.
#[derive(Debug)]
pub struct Conflict {
    /// The index, among what was fixed, of the function that has to be.
    pub waits: usize,
    /// The index of the function that must not be.
    pub stays: usize,
}

#[derive(Default)]
struct Reader {
    flow: Flow,
    scopes: Vec<Scope>,
}

/// The binary was validated, and still refers to something that isn't there: it uses something that
/// this reader doesn't know.
fn missing(what: &'static str) -> Error {
    Error::Unknown(what)
}

impl Reader {
    fn read(mut self, component: &[u8]) -> Result<Flow, Error> {
        // Core modules have payloads of their own, which don't matter here.
        let mut modules = 0;
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::ModuleSection { .. } => modules += 1,
                Payload::End(_) if modules > 0 => modules -= 1,
                _ if modules > 0 => {}

                Payload::Version { .. } => self.scopes.push(Scope::default()),
                Payload::End(_) => self.end_component()?,
                Payload::ComponentTypeSection(section) => {
                    for ty in section {
                        self.define(ty?)?;
                    }
                }
                Payload::ComponentImportSection(section) => {
                    for import in section {
                        let import = import?;
                        let item = self.declare(import.ty)?;
                        let imports = &mut self.scope()?.signature.imports;
                        imports.insert(import.name.name.to_string(), item);
                    }
                }
                Payload::ComponentAliasSection(section) => {
                    for alias in section {
                        self.alias(alias?)?;
                    }
                }
                Payload::ComponentInstanceSection(section) => {
                    for instance in section {
                        self.instantiate(instance?)?;
                    }
                }
                Payload::ComponentCanonicalSection(section) => {
                    for function in section {
                        self.canonical(function?)?;
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section {
                        let export = export?;
                        let mut item = self.item(export.kind, export.index)?;
                        if let Some(ty) = export.ty {
                            // The ascription stands for the export from here on.
                            let ascribed = self.typed(ty)?;
                            self.flow.unify(&ascribed, &item);
                            item = ascribed;
                        }
                        self.add(item.clone())?;
                        let exports = &mut self.scope()?.signature.exports;
                        exports.insert(export.name.name.to_string(), item);
                    }
                }
                _ => {}
            }
        }
        Ok(self.flow)
    }

    fn scope(&mut self) -> Result<&mut Scope, Error> {
        self.scopes.last_mut().ok_or(missing("scope"))
    }

    fn outer(&self, count: u32) -> Result<&Scope, Error> {
        self.scopes
            .len()
            .checked_sub(count as usize + 1)
            .and_then(|index| self.scopes.get(index))
            .ok_or(missing("outer scope"))
    }

    fn end_component(&mut self) -> Result<(), Error> {
        let scope = self.scopes.pop().ok_or(missing("component"))?;
        self.flow.components.push((scope.lowered, scope.lifted));
        match self.scopes.last_mut() {
            Some(outer) => outer.components.push(Rc::new(scope.signature)),
            None => self.flow.root = scope.signature,
        }
        Ok(())
    }

    fn function(&mut self) -> Function {
        let function = self.flow.functions.len();
        self.flow.functions.push(function);
        function
    }

    fn ty(&mut self, index: u32) -> Result<Type, Error> {
        let types = &self.scope()?.types;
        types
            .get(index as usize)
            .cloned()
            .ok_or(missing("component type"))
    }

    /// A use of the function type at `index`.
    fn usage(&mut self, index: u32) -> Result<Function, Error> {
        let definition = match self.ty(index)? {
            Type::Func(definition) => Some(definition),
            _ => None,
        };
        let function = self.function();
        self.flow.uses.push(Use {
            function,
            definition,
        });
        Ok(function)
    }

    /// What something of the given type is.
    fn typed(&mut self, ty: ComponentTypeRef) -> Result<Item, Error> {
        Ok(match ty {
            ComponentTypeRef::Func(index) => Item::Func(self.usage(index)?),
            ComponentTypeRef::Instance(index) => match self.ty(index)? {
                Type::Instance(items) => Item::Instance(items),
                _ => return Err(missing("instance type")),
            },
            ComponentTypeRef::Component(index) => match self.ty(index)? {
                Type::Component(signature) => Item::Component(signature),
                _ => return Err(missing("component type")),
            },
            ComponentTypeRef::Type(TypeBounds::Eq(index)) => Item::Type(self.ty(index)?.renamed()),
            ComponentTypeRef::Type(TypeBounds::SubResource) => Item::Type(Type::Other),
            ComponentTypeRef::Module(_) | ComponentTypeRef::Value(_) => Item::Other,
        })
    }

    /// An item of the given type that is new in this scope.
    fn declare(&mut self, ty: ComponentTypeRef) -> Result<Item, Error> {
        let item = self.typed(ty)?;
        self.add(item.clone())?;
        Ok(item)
    }

    /// Gives an item the next index of its kind.
    fn add(&mut self, item: Item) -> Result<(), Error> {
        let scope = self.scope()?;
        match item {
            Item::Func(function) => scope.functions.push(function),
            Item::Instance(items) => scope.instances.push(items),
            Item::Component(signature) => scope.components.push(signature),
            Item::Type(ty) => scope.types.push(ty),
            Item::Other => {}
        }
        Ok(())
    }

    fn item(&mut self, kind: ComponentExternalKind, index: u32) -> Result<Item, Error> {
        let index = index as usize;
        let scope = self.scope()?;
        Ok(match kind {
            ComponentExternalKind::Func => {
                let function = scope.functions.get(index);
                Item::Func(*function.ok_or(missing("function"))?)
            }
            ComponentExternalKind::Instance => {
                let items = scope.instances.get(index);
                Item::Instance(items.ok_or(missing("instance"))?.clone())
            }
            ComponentExternalKind::Component => {
                let signature = scope.components.get(index);
                Item::Component(signature.ok_or(missing("component"))?.clone())
            }
            ComponentExternalKind::Type => {
                let ty = scope.types.get(index);
                Item::Type(ty.ok_or(missing("component type"))?.renamed())
            }
            ComponentExternalKind::Module | ComponentExternalKind::Value => Item::Other,
        })
    }

    fn define(&mut self, ty: ComponentType<'_>) -> Result<(), Error> {
        let ty = match ty {
            ComponentType::Func(ty) => {
                let definition = self.flow.definitions.len();
                self.flow.definitions.push(DefinitionInfo {
                    is_async: ty.async_,
                    alias_of: None,
                });
                Type::Func(definition)
            }
            ComponentType::Instance(declarations) => {
                self.scopes.push(Scope::default());
                for declaration in declarations {
                    match declaration {
                        InstanceTypeDeclaration::Type(ty) => self.define(ty)?,
                        InstanceTypeDeclaration::Alias(alias) => self.alias(alias)?,
                        InstanceTypeDeclaration::Export { name, ty } => {
                            let item = self.declare(ty)?;
                            let exports = &mut self.scope()?.signature.exports;
                            exports.insert(name.name.to_string(), item);
                        }
                        InstanceTypeDeclaration::CoreType(_) => {}
                    }
                }
                let scope = self.scopes.pop().ok_or(missing("instance type"))?;
                Type::Instance(Rc::new(scope.signature.exports))
            }
            ComponentType::Component(declarations) => {
                self.scopes.push(Scope::default());
                for declaration in declarations {
                    match declaration {
                        ComponentTypeDeclaration::Type(ty) => self.define(ty)?,
                        ComponentTypeDeclaration::Alias(alias) => self.alias(alias)?,
                        ComponentTypeDeclaration::Export { name, ty } => {
                            let item = self.declare(ty)?;
                            let exports = &mut self.scope()?.signature.exports;
                            exports.insert(name.name.to_string(), item);
                        }
                        ComponentTypeDeclaration::Import(import) => {
                            let item = self.declare(import.ty)?;
                            let imports = &mut self.scope()?.signature.imports;
                            imports.insert(import.name.name.to_string(), item);
                        }
                        ComponentTypeDeclaration::CoreType(_) => {}
                    }
                }
                let scope = self.scopes.pop().ok_or(missing("component type"))?;
                Type::Component(Rc::new(scope.signature))
            }
            ComponentType::Defined(_) | ComponentType::Resource { .. } => Type::Other,
        };
        self.scope()?.types.push(ty);
        Ok(())
    }

    fn alias(&mut self, alias: ComponentAlias<'_>) -> Result<(), Error> {
        let item = match alias {
            ComponentAlias::InstanceExport {
                instance_index,
                name,
                ..
            } => {
                let instances = &self.scope()?.instances;
                let items = instances.get(instance_index as usize);
                let item = items.ok_or(missing("instance"))?.get(name);
                item.ok_or(missing("instance export"))?.clone()
            }
            ComponentAlias::Outer {
                kind: ComponentOuterAliasKind::Type,
                count,
                index,
            } => {
                let ty = self.outer(count)?.types.get(index as usize);
                Item::Type(match ty.ok_or(missing("outer type"))? {
                    Type::Func(outer) => {
                        let alias_of = Some(*outer);
                        let definition = self.flow.definitions.len();
                        self.flow.definitions.push(DefinitionInfo {
                            is_async: false,
                            alias_of,
                        });
                        Type::Func(definition)
                    }
                    other => other.clone(),
                })
            }
            ComponentAlias::Outer {
                kind: ComponentOuterAliasKind::Component,
                count,
                index,
            } => {
                let component = self.outer(count)?.components.get(index as usize);
                Item::Component(component.ok_or(missing("outer component"))?.clone())
            }
            ComponentAlias::CoreInstanceExport { .. } | ComponentAlias::Outer { .. } => Item::Other,
        };
        self.add(item)
    }

    fn instantiate(&mut self, instance: ComponentInstance<'_>) -> Result<(), Error> {
        let items = match instance {
            ComponentInstance::Instantiate {
                component_index,
                args,
            } => {
                let components = &self.scope()?.components;
                let signature = components.get(component_index as usize);
                let signature = signature.ok_or(missing("component"))?.clone();
                for arg in args {
                    let item = self.item(arg.kind, arg.index)?;
                    if let Some(import) = signature.imports.get(arg.name) {
                        self.flow.unify(import, &item);
                    }
                }
                Rc::new(signature.exports.clone())
            }
            ComponentInstance::FromExports(exports) => {
                let mut items = Items::new();
                for export in exports {
                    let item = self.item(export.kind, export.index)?;
                    items.insert(export.name.name.to_string(), item);
                }
                Rc::new(items)
            }
        };
        self.add(Item::Instance(items))
    }

    fn canonical(&mut self, function: CanonicalFunction) -> Result<(), Error> {
        match function {
            CanonicalFunction::Lift { type_index, .. } => {
                let function = self.usage(type_index)?;
                let scope = self.scope()?;
                scope.functions.push(function);
                scope.lifted.push(function);
            }
            CanonicalFunction::Lower { func_index, .. } => {
                let scope = self.scope()?;
                let function = scope.functions.get(func_index as usize);
                let function = *function.ok_or(missing("function"))?;
                scope.lowered.push(function);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Type {
    /// The type under a name of its own. A function type with a name of its own can't be told from
    /// others where it is used, so that its uses stay as they are.
    fn renamed(&self) -> Type {
        match self {
            Type::Func(_) => Type::Other,
            other => other.clone(),
        }
    }
}
