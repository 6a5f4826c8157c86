//! Finds out what in a component hangs on the imports that are to go.
//!
//! Where guest and adapter become one component, the interfaces between them are no imports any
//! more. With an import go the aliases of its functions and types, and every type that nothing else
//! needs. What is left must not refer to any of that, but for two things that can be replaced:
//! lowering a function, and dropping a handle.

use super::Unfusible;
use std::collections::HashMap;
use wasm_encoder::reencode::{self, ReencodeComponent, component_utils};
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
pub(super) struct Scan {
    /// For each type of the component: whether it stays.
    pub live: Vec<bool>,
    /// For each type: the import that it is of, if that goes, and its name there.
    pub types: Vec<Option<Gone>>,
    /// The same for functions.
    pub functions: Vec<Option<Gone>>,
    /// For each instance: the import that it is, if that goes.
    pub instances: Vec<Option<String>>,
    /// For each core function: what of a gone import it lowers or drops.
    pub core_functions: Vec<Option<Replaced>>,
    /// The exports, by name, and which component functions they hold.
    pub exports: HashMap<String, Vec<u32>>,
    /// The functions that are lifted, and from which core function.
    pub lifted: HashMap<u32, u32>,
    /// The imports that stay.
    pub imports: Vec<String>,
    /// The first core module's first instance.
    pub first_core_instance: Option<u32>,
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
    Lowered(Gone, Vec<CanonicalOption>),
    /// A resource's drop.
    Dropped(Gone),
}

/// Whose uses of something count.
enum User {
    /// A type, which may not be needed itself.
    Type(usize),
    /// What stays in any case, and what it is called in an error.
    Kept(String),
}

#[derive(Default)]
struct Uses {
    types: Vec<u32>,
    functions: Vec<u32>,
    instances: Vec<u32>,
}

struct Scanner<F> {
    goes: F,
    depth: u32,
    scan: Scan,
    /// What the item that is being read uses.
    uses: Uses,
    used: Vec<(User, Uses)>,
    /// The component functions that an instance holds.
    held: Vec<Vec<u32>>,
    components: u32,
    core_instances: u32,
    core_modules: u32,
}

impl Scan {
    /// Reads a component, of whose imports those go that `goes` says.
    pub fn read(component: &[u8], goes: impl Fn(&str) -> bool) -> Result<Scan, Unfusible> {
        let mut scanner = Scanner {
            goes,
            depth: 0,
            scan: Scan::default(),
            uses: Uses::default(),
            used: Vec::new(),
            held: Vec::new(),
            components: 0,
            core_instances: 0,
            core_modules: 0,
        };
        scanner
            .parse_component(&mut Component::new(), wasmparser::Parser::new(0), component)
            .map_err(|error| Unfusible::Unreadable(error.to_string()))?;
        scanner.finish()
    }
}

impl<F: Fn(&str) -> bool> Scanner<F> {
    fn finish(mut self) -> Result<Scan, Unfusible> {
        let scan = &mut self.scan;
        scan.live = vec![false; scan.types.len()];
        let mut needed: Vec<(u32, String)> = Vec::new();
        let mut of_types: HashMap<usize, Uses> = HashMap::new();
        for (user, uses) in self.used {
            match user {
                User::Type(index) => {
                    of_types.insert(index, uses);
                }
                User::Kept(what) => {
                    let function = uses.functions.iter();
                    let gone =
                        function.filter_map(|index| scan.functions[*index as usize].as_ref());
                    if let Some(gone) = gone.into_iter().next() {
                        return Err(Unfusible::Function(
                            what,
                            gone.import.clone(),
                            gone.name.clone(),
                        ));
                    }
                    let instance = uses.instances.iter();
                    let mut gone =
                        instance.filter_map(|index| scan.instances[*index as usize].as_ref());
                    if let Some(import) = gone.next() {
                        return Err(Unfusible::Instance(what, import.clone()));
                    }
                    needed.extend(uses.types.into_iter().map(|index| (index, what.clone())));
                }
            }
        }
        while let Some((index, by)) = needed.pop() {
            let index = index as usize;
            if let Some(gone) = &scan.types[index] {
                return Err(Unfusible::Type(by, gone.import.clone(), gone.name.clone()));
            }
            if std::mem::replace(&mut scan.live[index], true) {
                continue;
            }
            if let Some(uses) = of_types.get(&index) {
                needed.extend(uses.types.iter().map(|index| (*index, by.clone())));
            }
        }
        Ok(self.scan)
    }

    fn uses(&mut self, user: User) {
        let uses = std::mem::take(&mut self.uses);
        self.used.push((user, uses));
    }

    fn kept(&mut self, what: impl Into<String>) {
        self.uses(User::Kept(what.into()));
    }

    /// A type that is there only if something uses it.
    fn type_defined(&mut self) {
        let index = self.scan.types.len();
        self.uses(User::Type(index));
        self.scan.types.push(None);
    }

    /// Something new of a kind, which holds component functions.
    fn defined(&mut self, kind: ComponentExternalKind, held: Vec<u32>) {
        match kind {
            ComponentExternalKind::Type => {
                // What stays defines it, so it stays.
                let index = self.scan.types.len() as u32;
                self.scan.types.push(None);
                self.uses.types.push(index);
                self.kept("a type");
            }
            ComponentExternalKind::Func => self.scan.functions.push(None),
            ComponentExternalKind::Instance => {
                self.scan.instances.push(None);
                self.held.push(held);
            }
            ComponentExternalKind::Component => self.components += 1,
            ComponentExternalKind::Module => self.core_modules += 1,
            ComponentExternalKind::Value => {}
        }
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

impl<F: Fn(&str) -> bool> reencode::Reencode for Scanner<F> {
    type Error = std::convert::Infallible;
}

impl<F: Fn(&str) -> bool> ReencodeComponent for Scanner<F> {
    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn component_type_index(&mut self, index: u32) -> u32 {
        if self.depth == 0 {
            self.uses.types.push(index);
        }
        index
    }

    fn outer_component_type_index(&mut self, count: u32, index: u32) -> u32 {
        if count == self.depth {
            self.uses.types.push(index);
        }
        index
    }

    fn component_func_index(&mut self, index: u32) -> u32 {
        if self.depth == 0 {
            self.uses.functions.push(index);
        }
        index
    }

    fn component_instance_index(&mut self, index: u32) -> u32 {
        if self.depth == 0 {
            self.uses.instances.push(index);
        }
        index
    }

    fn parse_component_submodule(
        &mut self,
        _: &mut Component,
        _: wasmparser::Parser,
        _: &[u8],
    ) -> Result<(), reencode::Error> {
        if self.depth == 0 {
            self.core_modules += 1;
        }
        Ok(())
    }

    /// Names are no reason to keep anything.
    fn parse_component_custom_section(
        &mut self,
        _: &mut Component,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        Ok(())
    }

    fn parse_component_payload(
        &mut self,
        component: &mut Component,
        payload: Payload<'_>,
        whole: &[u8],
    ) -> Result<(), reencode::Error> {
        if self.depth > 0 {
            return component_utils::parse_component_payload(self, component, payload, whole);
        }
        match payload {
            Payload::ComponentTypeSection(section) => {
                for ty in section {
                    self.parse_component_type(ComponentTypeSection::new().ty(), ty?)?;
                    self.type_defined();
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import?;
                    let name = import.name.name;
                    if (self.goes)(name)
                        && let ComponentTypeRef::Instance(_) = import.ty
                    {
                        self.scan.instances.push(Some(name.to_string()));
                        self.held.push(Vec::new());
                        continue;
                    }
                    self.scan.imports.push(name.to_string());
                    let ty = self.component_type_ref(import.ty)?;
                    ComponentImportSection::new().import(import.name, ty);
                    self.kept(format!("the import `{name}`"));
                    self.defined(kind_of(import.ty), Vec::new());
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section {
                    self.canonical(function?)?;
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    self.alias(alias?)?;
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
                    self.parse_component_instance(&mut ComponentInstanceSection::new(), instance)?;
                    self.kept("an inner component");
                    self.defined(ComponentExternalKind::Instance, held);
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
                    self.parse_instance(&mut InstanceSection::new(), instance)?;
                    self.kept("a core instance");
                    self.core_instances += 1;
                }
            }
            Payload::CoreTypeSection(section) => {
                for ty in section {
                    self.parse_component_core_type(CoreTypeSection::new().ty(), ty?)?;
                    self.kept("a core type");
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export?;
                    let name = export.name.name.to_string();
                    let (kind, held) = (export.kind, self.held(export.kind, export.index));
                    self.parse_component_export(&mut ComponentExportSection::new(), export)?;
                    self.kept(format!("the export `{name}`"));
                    self.scan.exports.insert(name, held.clone());
                    self.defined(kind, held);
                }
            }
            Payload::ComponentSection { .. } => {
                component_utils::parse_component_payload(self, component, payload, whole)?;
                self.kept("an inner component");
                self.components += 1;
            }
            other => component_utils::parse_component_payload(self, component, other, whole)?,
        }
        Ok(())
    }
}

impl<F: Fn(&str) -> bool> Scanner<F> {
    fn canonical(&mut self, function: CanonicalFunction) -> Result<(), reencode::Error> {
        match &function {
            CanonicalFunction::Lower {
                func_index,
                options,
            } => {
                if let Some(gone) = self.scan.functions[*func_index as usize].clone() {
                    let replaced = Replaced::Lowered(gone, options.to_vec());
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
        self.parse_component_canonical(&mut CanonicalFunctionSection::new(), function)?;
        self.kept("a built-in");
        match lifted {
            Some(core) => {
                self.scan
                    .lifted
                    .insert(self.scan.functions.len() as u32, core);
                self.scan.functions.push(None);
            }
            None => self.scan.core_functions.push(None),
        }
        Ok(())
    }

    fn alias(&mut self, alias: ComponentAlias<'_>) -> Result<(), reencode::Error> {
        if let ComponentAlias::InstanceExport {
            kind,
            instance_index,
            name,
        } = alias
            && let Some(gone) = self.gone(instance_index, name)
        {
            match kind {
                ComponentExternalKind::Type => self.scan.types.push(Some(gone)),
                ComponentExternalKind::Func => self.scan.functions.push(Some(gone)),
                // No interface of WASI has anything else.
                _ => self.defined(kind, Vec::new()),
            }
            return Ok(());
        }
        let (kind, core) = match alias {
            ComponentAlias::InstanceExport { kind, .. } => (Some(kind), None),
            ComponentAlias::CoreInstanceExport { kind, .. } => (None, Some(kind)),
            // The outermost component has nothing outside it.
            ComponentAlias::Outer { .. } => (None, None),
        };
        let new = self.component_alias(alias)?;
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
