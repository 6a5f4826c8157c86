//! Finds out what in a component hangs on the imports that are to go.
//!
//! Where guest and adapter become one component, the interfaces between them are no imports any
//! more. With an import go the aliases of its functions and types, and every type that nothing else
//! needs. What is left must not refer to any of that, but for two things that can be replaced:
//! lowering a function, and dropping a handle. An export that is made anew goes, too, with the
//! functions and inner components that were there for it.

use super::Unfusible;
use super::glue::Encoding;
use crate::pass::{self, Pass, Space, Traversal};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wasm_encoder::reencode::{ReencodeComponent, component_utils};
use wasm_encoder::{
    CanonicalFunctionSection, Component, ComponentAliasSection, ComponentExportSection,
    ComponentImportSection, ComponentInstanceSection, ComponentTypeSection, CoreTypeSection,
    InstanceSection,
};
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentTypeRef, Payload,
};

/// What has been found out.
#[derive(Default)]
pub(crate) struct Scan {
    /// What stays of the types, functions, instances and components.
    pub(super) live: Live,
    /// For each type: the import that it is of, if that goes, and its name there.
    pub(super) types: Vec<Option<Gone>>,
    /// The same for functions.
    pub(super) functions: Vec<Option<Gone>>,
    /// For each instance: the import that it is, if that goes.
    pub(super) instances: Vec<Option<String>>,
    /// For each core function: what of a gone import it lowers or drops.
    pub(super) core_functions: Vec<Option<Replaced>>,
    /// The exports, by name.
    pub exports: HashMap<String, Exported>,
    /// The functions that are lifted, and from which core function.
    pub(super) lifted: HashMap<u32, u32>,
    /// The imports that stay, and of those that are instances the indexes.
    pub imports: HashMap<String, Option<u32>>,
    /// The functions that are taken from them.
    pub(super) taken: BTreeMap<String, BTreeSet<String>>,
    /// The first core module's first instance.
    pub(super) first_core_instance: Option<u32>,
}

/// An export.
pub(crate) struct Exported {
    pub kind: ComponentExternalKind,
    /// The component functions that it holds.
    pub functions: Vec<u32>,
}

/// What becomes of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Stays,
    Goes,
    /// It is imported already, maybe with more in it.
    Shared,
}

/// Something of an import that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gone {
    pub import: String,
    pub name: String,
}

/// What a core function was.
#[derive(Clone, Debug)]
pub(super) enum Replaced {
    /// A lowered function.
    Lowered(Gone, Lowering),
    /// A resource's drop.
    Dropped(Gone),
}

/// How a guest calls lowered functions. Memory and function are numbers of the guest's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lowering {
    pub is_async: bool,
    /// How strings are encoded, if it is said.
    pub encoding: Option<Encoding>,
    /// Where lists and results lie.
    pub memory: Option<u32>,
    /// What allocates there.
    pub realloc: Option<u32>,
}

impl Lowering {
    fn new(options: &[CanonicalOption]) -> Self {
        let mut lowering = Lowering::default();
        for option in options {
            match option {
                CanonicalOption::UTF8 => lowering.encoding = Some(Encoding::Utf8),
                CanonicalOption::UTF16 => lowering.encoding = Some(Encoding::Utf16),
                CanonicalOption::CompactUTF16 => lowering.encoding = Some(Encoding::Compact),
                CanonicalOption::Memory(index) => lowering.memory = Some(*index),
                CanonicalOption::Realloc(index) => lowering.realloc = Some(*index),
                CanonicalOption::Async => lowering.is_async = true,
                _ => {}
            }
        }
        lowering
    }

    /// What goes for functions of either kind. Nothing does if they differ in more than that one
    /// doesn't say what it doesn't need.
    pub fn and(self, other: Self) -> Option<Self> {
        fn either<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<Option<T>> {
            match (one, other) {
                (Some(one), Some(other)) if one != other => None,
                (one, other) => Some(one.or(other)),
            }
        }
        Some(Lowering {
            is_async: either(Some(self.is_async), Some(other.is_async))??,
            encoding: either(self.encoding, other.encoding)?,
            memory: either(self.memory, other.memory)?,
            realloc: either(self.realloc, other.realloc)?,
        })
    }
}

/// For each item of a kind: whether it stays.
#[derive(Default)]
pub(super) struct Live {
    pub types: Vec<bool>,
    pub functions: Vec<bool>,
    pub instances: Vec<bool>,
    pub components: Vec<bool>,
}

/// Something that is there only if something else uses it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Item {
    Type(u32),
    Function(u32),
    Instance(u32),
    Component(u32),
}

impl Live {
    fn of(&mut self, item: Item) -> &mut bool {
        let (kind, index) = match item {
            Item::Type(index) => (&mut self.types, index),
            Item::Function(index) => (&mut self.functions, index),
            Item::Instance(index) => (&mut self.instances, index),
            Item::Component(index) => (&mut self.components, index),
        };
        &mut kind[index as usize]
    }
}

struct Scanner<'a> {
    fate: &'a dyn Fn(&str) -> Fate,
    anew: &'a dyn Fn(&str) -> bool,
    /// Whether only the imports are of interest.
    imports_only: bool,
    depth: u32,
    scan: Scan,
    /// What is being read uses these.
    uses: Vec<Item>,
    /// What items use, if they are needed themselves.
    used: HashMap<Item, Vec<Item>>,
    /// What is used in any case, and by what.
    needed: Vec<(Item, String)>,
    /// The component functions that an instance holds.
    held: Vec<Vec<u32>>,
    /// For each inner component: whether instantiating it does anything.
    acts: Vec<bool>,
    /// Whether what has been read of an inner component does.
    inner_acts: bool,
    core_instances: u32,
}

impl Scan {
    /// Reads a component with the fates of its imports. Those of its exports go that are made
    /// `anew`.
    pub fn read(
        component: &[u8],
        fate: &dyn Fn(&str) -> Fate,
        anew: &dyn Fn(&str) -> bool,
    ) -> Result<Scan, Unfusible> {
        Scan::of(component, fate, anew, false)
    }

    /// Reads the imports of a component, and what they need. Nothing else stays.
    pub fn imports(component: &[u8], fate: &dyn Fn(&str) -> Fate) -> Result<Scan, Unfusible> {
        Scan::of(component, fate, &|_| true, true)
    }

    fn of(
        component: &[u8],
        fate: &dyn Fn(&str) -> Fate,
        anew: &dyn Fn(&str) -> bool,
        imports_only: bool,
    ) -> Result<Scan, Unfusible> {
        let mut scanner = Scanner {
            fate,
            anew,
            imports_only,
            depth: 0,
            scan: Scan::default(),
            uses: Vec::new(),
            used: HashMap::new(),
            needed: Vec::new(),
            held: Vec::new(),
            acts: Vec::new(),
            inner_acts: false,
            core_instances: 0,
        };
        pass::run(&mut scanner, &mut Component::new(), component)
            .map_err(|error| Unfusible::Unreadable(error.to_string()))?;
        scanner.finish()
    }

    /// What of an import that goes an item is, if it is of one.
    fn of_gone(&self, item: Item, by: &str) -> Option<Unfusible> {
        let by = by.to_string();
        match item {
            Item::Type(index) => {
                let Gone { import, name } = self.types[index as usize].clone()?;
                Some(Unfusible::Type(by, import, name))
            }
            Item::Function(index) => {
                let Gone { import, name } = self.functions[index as usize].clone()?;
                Some(Unfusible::Function(by, import, name))
            }
            Item::Instance(index) => {
                let import = self.instances[index as usize].clone()?;
                Some(Unfusible::Instance(by, import))
            }
            Item::Component(_) => None,
        }
    }
}

impl Scanner<'_> {
    fn finish(mut self) -> Result<Scan, Unfusible> {
        let scan = &mut self.scan;
        while let Some((item, by)) = self.needed.pop() {
            if let Some(error) = scan.of_gone(item, &by) {
                return Err(error);
            }
            if std::mem::replace(scan.live.of(item), true) {
                continue;
            }
            let uses = self.used.get(&item).into_iter().flatten();
            self.needed.extend(uses.map(|item| (*item, by.clone())));
        }
        Ok(self.scan)
    }

    /// What has been read stays in any case.
    fn kept(&mut self, what: impl Into<String>) {
        let (uses, what) = (std::mem::take(&mut self.uses), what.into());
        let uses = uses.into_iter().map(|item| (item, what.clone()));
        self.needed.extend(uses);
    }

    /// What has been read is an item that stays only if something uses it.
    fn optional(&mut self, item: Item) {
        let uses = std::mem::take(&mut self.uses);
        self.used.insert(item, uses);
    }

    /// The next item of each kind.
    fn next_type(&self) -> Item {
        Item::Type(self.scan.types.len() as u32)
    }

    fn next_function(&self) -> Item {
        Item::Function(self.scan.functions.len() as u32)
    }

    fn next_instance(&self) -> Item {
        Item::Instance(self.scan.instances.len() as u32)
    }

    /// A type that is there only if something uses it.
    fn type_defined(&mut self) {
        self.optional(self.next_type());
        self.add_type(None);
    }

    fn add_type(&mut self, gone: Option<Gone>) {
        self.scan.types.push(gone);
        self.scan.live.types.push(false);
    }

    fn add_function(&mut self, gone: Option<Gone>) {
        self.scan.functions.push(gone);
        self.scan.live.functions.push(false);
    }

    fn add_instance(&mut self, gone: Option<String>, held: Vec<u32>) {
        self.scan.instances.push(gone);
        self.scan.live.instances.push(false);
        self.held.push(held);
    }

    /// Something new of a kind, which holds component functions. What stays defines it, so it
    /// stays.
    fn defined(&mut self, kind: ComponentExternalKind, held: Vec<u32>) {
        let item = match kind {
            ComponentExternalKind::Type => Some(self.next_type()),
            ComponentExternalKind::Func => Some(self.next_function()),
            ComponentExternalKind::Instance => Some(self.next_instance()),
            ComponentExternalKind::Component => Some(Item::Component(self.acts.len() as u32)),
            ComponentExternalKind::Module | ComponentExternalKind::Value => None,
        };
        self.add(kind, held);
        self.uses.extend(item);
        self.kept("a definition");
    }

    /// Something new of a kind.
    fn add(&mut self, kind: ComponentExternalKind, held: Vec<u32>) {
        match kind {
            ComponentExternalKind::Type => self.add_type(None),
            ComponentExternalKind::Func => self.add_function(None),
            ComponentExternalKind::Instance => self.add_instance(None, held),
            // Nobody knows what one from elsewhere does.
            ComponentExternalKind::Component => self.add_component(true),
            ComponentExternalKind::Module | ComponentExternalKind::Value => {}
        }
    }

    fn add_component(&mut self, acts: bool) {
        self.acts.push(acts);
        self.scan.live.components.push(false);
    }

    fn gone(&self, instance: u32, name: &str) -> Option<Gone> {
        let import = self.scan.instances[instance as usize].clone()?;
        Some(Gone {
            import,
            name: name.to_string(),
        })
    }

    fn held(&self, kind: ComponentExternalKind, index: u32) -> Vec<u32> {
        match kind {
            ComponentExternalKind::Func => vec![index],
            ComponentExternalKind::Instance => self.held[index as usize].clone(),
            _ => Vec::new(),
        }
    }
}

impl Pass for Scanner<'_> {
    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn place(&mut self, space: Space, count: u32, index: u32) -> u32 {
        if count == self.depth {
            self.uses.extend(match space {
                Space::Type => Some(Item::Type(index)),
                Space::Function => Some(Item::Function(index)),
                Space::Instance => Some(Item::Instance(index)),
                Space::Component => Some(Item::Component(index)),
                _ => None,
            });
        }
        index
    }

    fn takes_core_module(&mut self) -> bool {
        false
    }

    /// Names are no reason to keep anything.
    fn custom_section<'p>(
        &mut self,
        _: &mut Component,
        _: wasmparser::CustomSectionReader<'p>,
    ) -> Result<Option<wasmparser::CustomSectionReader<'p>>, pass::Error> {
        Ok(None)
    }

    fn payload<'p>(
        &mut self,
        component: &mut Component,
        payload: Payload<'p>,
        whole: &[u8],
    ) -> Result<Option<Payload<'p>>, pass::Error> {
        if self.depth > 0 {
            let acts = matches!(
                payload,
                Payload::InstanceSection(_)
                    | Payload::ComponentInstanceSection(_)
                    | Payload::ComponentStartSection { .. }
            );
            self.inner_acts |= acts;
            return Ok(Some(payload));
        }
        match payload {
            Payload::ComponentTypeSection(section) => {
                for ty in section {
                    Traversal(self).parse_component_type(ComponentTypeSection::new().ty(), ty?)?;
                    self.type_defined();
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import?;
                    let name = import.name.name;
                    let instance = match import.ty {
                        ComponentTypeRef::Instance(_) => Some(self.scan.instances.len() as u32),
                        _ => None,
                    };
                    let fate = (self.fate)(name);
                    if fate == Fate::Goes && instance.is_some() {
                        self.add_instance(Some(name.to_string()), Vec::new());
                        continue;
                    }
                    self.scan.imports.insert(name.to_string(), instance);
                    let ty = Traversal(self).component_type_ref(import.ty)?;
                    ComponentImportSection::new().import(import.name, ty);
                    if fate == Fate::Shared {
                        self.uses.clear();
                    }
                    self.kept(format!("the import `{name}`"));
                    self.defined(kind_of(import.ty), Vec::new());
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    self.alias(alias?)?;
                }
            }
            Payload::CoreTypeSection(section) => {
                for ty in section {
                    Traversal(self).parse_component_core_type(CoreTypeSection::new().ty(), ty?)?;
                    self.kept("a core type");
                }
            }
            other if self.imports_only => self.left_out(&other)?,
            Payload::ComponentCanonicalSection(section) => {
                for function in section {
                    self.canonical(function?)?;
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    let instance = instance?;
                    let held = match &instance {
                        ComponentInstance::Instantiate { args, .. } => args
                            .iter()
                            .flat_map(|arg| self.held(arg.kind, arg.index))
                            .collect(),
                        ComponentInstance::FromExports(exports) => exports
                            .iter()
                            .flat_map(|export| self.held(export.kind, export.index))
                            .collect(),
                    };
                    let acts = match &instance {
                        ComponentInstance::Instantiate {
                            component_index, ..
                        } => self.acts[*component_index as usize],
                        ComponentInstance::FromExports(_) => false,
                    };
                    Traversal(self)
                        .parse_component_instance(&mut ComponentInstanceSection::new(), instance)?;
                    if acts {
                        self.kept("an inner component");
                        self.defined(ComponentExternalKind::Instance, held);
                    } else {
                        self.optional(self.next_instance());
                        self.add_instance(None, held);
                    }
                }
            }
            Payload::InstanceSection(section) => {
                for instance in section {
                    let instance = instance?;
                    if let wasmparser::Instance::Instantiate {
                        module_index: 0, ..
                    } = instance
                    {
                        let index = self.core_instances;
                        self.scan.first_core_instance.get_or_insert(index);
                    }
                    Traversal(self).parse_instance(&mut InstanceSection::new(), instance)?;
                    self.kept("a core instance");
                    self.core_instances += 1;
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export?;
                    let name = export.name.name.to_string();
                    let (kind, held) = (export.kind, self.held(export.kind, export.index));
                    Traversal(self)
                        .parse_component_export(&mut ComponentExportSection::new(), export)?;
                    if (self.anew)(&name) {
                        self.uses.clear();
                        self.add(kind, held.clone());
                    } else {
                        self.kept(format!("the export `{name}`"));
                        self.defined(kind, held.clone());
                    }
                    let functions = held;
                    self.scan.exports.insert(name, Exported { kind, functions });
                }
            }
            Payload::ComponentSection { .. } => {
                self.inner_acts = false;
                component_utils::parse_component_payload(
                    &mut Traversal(self),
                    component,
                    payload,
                    whole,
                )?;
                self.optional(Item::Component(self.acts.len() as u32));
                self.add_component(self.inner_acts);
            }
            other => return Ok(Some(other)),
        }
        Ok(None)
    }
}

impl Scanner<'_> {
    /// Accounts for what is there beside imports. No import of a valid component refers to it.
    fn left_out(&mut self, payload: &Payload<'_>) -> Result<(), pass::Error> {
        match payload {
            Payload::ComponentInstanceSection(section) => {
                for _ in 0..section.count() {
                    self.add(ComponentExternalKind::Instance, Vec::new());
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section.clone() {
                    if let CanonicalFunction::Lift { .. } = function? {
                        self.add(ComponentExternalKind::Func, Vec::new());
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    let (kind, name) = (export.kind, export.name.name.to_string());
                    self.add(kind, Vec::new());
                    let functions = Vec::new();
                    self.scan.exports.insert(name, Exported { kind, functions });
                }
            }
            Payload::ComponentSection { .. } => self.add_component(true),
            _ => {}
        }
        Ok(())
    }

    fn canonical(&mut self, function: CanonicalFunction) -> Result<(), pass::Error> {
        match &function {
            CanonicalFunction::Lower {
                func_index,
                options,
            } => {
                if let Some(gone) = self.scan.functions[*func_index as usize].clone() {
                    let replaced = Replaced::Lowered(gone, Lowering::new(options));
                    self.scan.core_functions.push(Some(replaced));
                    return Ok(());
                }
            }
            CanonicalFunction::ResourceDrop { resource } => {
                if let Some(gone) = self.scan.types[*resource as usize].clone() {
                    self.scan.core_functions.push(Some(Replaced::Dropped(gone)));
                    return Ok(());
                }
            }
            _ => {}
        }
        let lifted = match function {
            CanonicalFunction::Lift {
                core_func_index, ..
            } => Some(core_func_index),
            _ => None,
        };
        Traversal(self)
            .parse_component_canonical(&mut CanonicalFunctionSection::new(), function)?;
        match lifted {
            Some(core) => {
                let index = self.scan.functions.len() as u32;
                self.scan.lifted.insert(index, core);
                self.optional(Item::Function(index));
                self.add_function(None);
            }
            None => {
                self.kept("a built-in");
                self.scan.core_functions.push(None);
            }
        }
        Ok(())
    }

    fn alias(&mut self, alias: ComponentAlias<'_>) -> Result<(), pass::Error> {
        if let ComponentAlias::InstanceExport {
            kind,
            instance_index,
            name,
        } = alias
            && let Some(gone) = self.gone(instance_index, name)
        {
            match kind {
                ComponentExternalKind::Type => self.add_type(Some(gone)),
                ComponentExternalKind::Func => self.add_function(Some(gone)),
                _ if self.imports_only => self.add(kind, Vec::new()),
                // No interface of WASI has anything else.
                _ => self.defined(kind, Vec::new()),
            }
            return Ok(());
        }
        if let ComponentAlias::InstanceExport {
            kind: ComponentExternalKind::Func,
            instance_index,
            name,
        } = alias
        {
            let mut imports = self.scan.imports.iter();
            let from = imports.find(|(_, index)| **index == Some(instance_index));
            if let Some((import, _)) = from {
                let taken = self.scan.taken.entry(import.clone()).or_default();
                taken.insert(name.to_string());
            }
        }
        if self.imports_only {
            // Of what is there beside imports, only types are of use to them.
            match alias {
                ComponentAlias::InstanceExport {
                    kind: ComponentExternalKind::Type,
                    ..
                }
                | ComponentAlias::Outer { .. } => {}
                ComponentAlias::InstanceExport { kind, .. } => {
                    self.add(kind, Vec::new());
                    return Ok(());
                }
                ComponentAlias::CoreInstanceExport { .. } => return Ok(()),
            }
        }
        let (kind, core) = match alias {
            ComponentAlias::InstanceExport { kind, .. } => (Some(kind), None),
            ComponentAlias::CoreInstanceExport { kind, .. } => (None, Some(kind)),
            // The outermost component has nothing outside it.
            ComponentAlias::Outer { .. } => (None, None),
        };
        let new = Traversal(self).component_alias(alias)?;
        ComponentAliasSection::new().alias(new);
        match (kind, core) {
            // A type of an import that stays: it is needed only if something uses it.
            (Some(ComponentExternalKind::Type), _) => self.type_defined(),
            (Some(kind), _) => {
                self.kept("an alias");
                self.defined(kind, Vec::new());
            }
            (_, Some(kind)) => {
                self.kept("an alias");
                if kind == wasmparser::ExternalKind::Func {
                    self.scan.core_functions.push(None);
                }
            }
            _ => self.kept("an alias"),
        }
        Ok(())
    }
}

/// What a type reference is of.
pub(super) fn kind_of(ty: ComponentTypeRef) -> ComponentExternalKind {
    match ty {
        ComponentTypeRef::Module(_) => ComponentExternalKind::Module,
        ComponentTypeRef::Func(_) => ComponentExternalKind::Func,
        ComponentTypeRef::Value(_) => ComponentExternalKind::Value,
        ComponentTypeRef::Type(_) => ComponentExternalKind::Type,
        ComponentTypeRef::Instance(_) => ComponentExternalKind::Instance,
        ComponentTypeRef::Component(_) => ComponentExternalKind::Component,
    }
}
