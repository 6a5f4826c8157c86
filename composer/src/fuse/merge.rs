//! Writes two components into one, without what stood between them.
//!
//! The adapter comes first and the guest after it, so that everything the guest's core modules call
//! is there when they are instantiated. Items keep their order and get new numbers.

use super::Failure;
use super::answer;
use super::glue::{self, Callee, Caller, Types};
use super::handles;
use super::kept::{self, Signature};
use super::names;
use super::scan::{Fate, Gone, Lowering, Replaced, Scan, kind_of};
use crate::front;
use crate::pass::{self, Error, Pass, Space, Traversal};
use std::collections::{BTreeMap, HashMap};
use wasm_encoder::reencode::{Reencode, ReencodeComponent, component_utils};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, Component, ComponentAliasSection, ComponentExportKind,
    ComponentExportSection, ComponentImportSection, ComponentInstanceSection, ComponentSectionId,
    ComponentTypeSection, ComponentValType, CoreTypeSection, ExportKind, InstanceSection,
    ModuleArg, RawSection,
};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind,
    ComponentType, ComponentTypeRef, KnownCustom, Payload,
};

/// How much of each kind has been written.
#[derive(Default)]
struct Counts([u32; Space::COUNT]);

impl Counts {
    /// Takes the next number.
    fn next(&mut self, space: impl Into<Space>) -> u32 {
        let count = &mut self.0[space.into() as usize];
        *count += 1;
        *count - 1
    }
}

/// Where what was read is in what is written. What isn't there any more is [`GONE`].
#[derive(Default)]
pub(super) struct Places([Vec<u32>; Space::COUNT]);

impl Places {
    pub fn of(&self, space: Space) -> &[u32] {
        &self.0[space as usize]
    }

    /// The number of what is read next.
    fn next(&self, space: Space) -> usize {
        self.of(space).len()
    }

    pub fn push(&mut self, space: impl Into<Space>, place: u32) {
        self.0[space.into() as usize].push(place);
    }

    /// Whether what a guest needs for such functions is there already.
    fn are_there(&self, lowering: &Lowering) -> bool {
        let is_in = |index: Option<u32>, places: &[u32]| {
            index.is_none_or(|index| (index as usize) < places.len())
        };
        is_in(lowering.memory, self.of(Space::CoreMemory))
            && is_in(lowering.realloc, self.of(Space::CoreFunction))
    }
}

/// The scan has made sure that nobody asks for it.
pub(super) const GONE: u32 = u32::MAX;

/// Something of the component in the making: of what kind it is, and its number.
pub(crate) type Item = (ComponentExternalKind, u32);

/// A component in the making.
#[derive(Default)]
pub(crate) struct Merged {
    component: Component,
    counts: Counts,
    /// What is imported before any part.
    imports: HashMap<String, Item>,
}

/// How the adapter's part calls what isn't imported any more.
pub(super) struct AdapterPart<'a> {
    pub scan: &'a Scan,
    /// The core instances that have what interfaces had, by the name of the interface.
    pub instances: &'a [(&'a str, u32)],
}

/// Where things of the adapter are.
pub(super) struct AdapterPlaces {
    /// The core module's instance.
    pub core_instance: u32,
    /// The instances that are imported.
    pub imports: HashMap<String, u32>,
}

/// How the guest's part does.
pub(super) struct GuestPart<'a> {
    pub scan: &'a Scan,
    pub types: &'a Types<'a>,
    /// The core instances of [`handles`] and of the adapter.
    pub handles: u32,
    pub adapter: u32,
    /// What the adapter has for a function of an import.
    pub callee: &'a dyn Fn(&Gone) -> Callee<'a>,
    /// The number of a resource of an import.
    pub resource: &'a dyn Fn(&Gone) -> u32,
    /// The export that gets another name, and the name.
    pub run: Option<(&'a str, &'a str)>,
    /// The lifted function that waits until all is written, and what the adapter has for that.
    pub drained: Option<(u32, &'a str)>,
    /// The lifted functions that can't wait, if the guest imports what may wait.
    pub kept: Option<&'a BTreeMap<u32, Signature>>,
    /// The export that is made anew, and the core function that it was made of.
    pub anew: Option<(&'a str, u32)>,
}

/// The export that is made anew.
pub(super) struct Handler<'a> {
    /// The name that it gets.
    pub name: &'a str,
    /// The instance that is imported with its types.
    pub types: u32,
    /// The core module that the host calls, and the core instances that it imports from.
    pub front: &'a [u8],
    pub args: &'a [(&'a str, u32)],
    /// The core instance of the adapter, which has the memory.
    pub adapter: u32,
    /// The guest's core function.
    pub guest: u32,
}

#[derive(Clone, Copy)]
enum Part<'a> {
    /// What is imported for all.
    Imports(&'a Scan),
    Adapter(&'a AdapterPart<'a>),
    Guest(&'a GuestPart<'a>),
}

impl<'a> Part<'a> {
    fn scan(&self) -> &'a Scan {
        match self {
            Part::Imports(scan) => scan,
            Part::Adapter(part) => part.scan,
            Part::Guest(part) => part.scan,
        }
    }
}

impl Merged {
    /// Adds a core module and an instance of it, and returns the number of that.
    pub(super) fn instantiate(&mut self, module: &[u8], args: &[(&str, u32)]) -> u32 {
        self.output().instantiate(module, args)
    }

    fn output(&mut self) -> Output<'_> {
        Output {
            component: &mut self.component,
            counts: &mut self.counts,
        }
    }

    /// Adds the imports of a component that `stay`, which comes before all parts.
    pub fn imports(
        &mut self,
        component: &[u8],
        stays: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let fate = |name: &str| match (self.import(name), stays(name)) {
            (Some(_), _) => Fate::Shared,
            (_, true) => Fate::Stays,
            _ => Fate::Goes,
        };
        let scan = Scan::imports(component, &fate)?;
        let places = self.add(component, Part::Imports(&scan));
        places.map_err(crate::Error::Rewrite)?;
        Ok(())
    }

    /// What has been imported by this name for all parts.
    pub fn import(&self, name: &str) -> Option<Item> {
        self.imports.get(name).copied()
    }

    /// Adds the adapter's component.
    pub(super) fn adapter(
        &mut self,
        component: &[u8],
        part: &AdapterPart<'_>,
    ) -> Result<AdapterPlaces, Error> {
        let places = self.add(component, Part::Adapter(part))?;
        let first = part.scan.first_core_instance.map(|index| index as usize);
        Ok(AdapterPlaces {
            core_instance: first.map_or(GONE, |index| places.of(Space::CoreInstance)[index]),
            imports: instances(part.scan, &places).collect(),
        })
    }

    /// Adds the guest. Returns the number of the core function of the export that is made anew.
    pub(super) fn guest<'a>(
        &mut self,
        component: &[u8],
        part: &'a GuestPart<'a>,
    ) -> Result<Option<u32>, Error> {
        let anew = part.anew.map(|(_, function)| function as usize);
        let places = self.add(component, Part::Guest(part))?;
        Ok(anew.map(|function| places.of(Space::CoreFunction)[function]))
    }

    /// Adds a component and an instance of it, and returns the number of that.
    pub fn instantiate_component(&mut self, component: &[u8], args: &[(&str, Item)]) -> u32 {
        self.component.section(&RawSection {
            id: ComponentSectionId::Component as u8,
            data: component,
        });
        let component = self.counts.next(Space::Component);
        let args = args
            .iter()
            .map(|(name, (kind, number))| (*name, (*kind).into(), *number));
        let mut section = ComponentInstanceSection::new();
        section.instantiate(component, args.collect::<Vec<_>>());
        self.component.section(&section);
        self.counts.next(Space::Instance)
    }

    /// Takes an export of an instance.
    pub fn take(&mut self, instance: u32, kind: ComponentExternalKind, name: &str) -> Item {
        let mut section = ComponentAliasSection::new();
        section.alias(Alias::InstanceExport {
            instance,
            kind: kind.into(),
            name,
        });
        self.component.section(&section);
        (kind, self.counts.next(kind))
    }

    /// Exports something.
    pub fn export(&mut self, name: &str, (kind, number): Item) {
        let mut section = ComponentExportSection::new();
        section.export(name, kind.into(), number, None);
        self.component.section(&section);
        self.counts.next(kind);
    }

    /// Exports `wasi:http/handler`.
    pub(super) fn handler(&mut self, handler: &Handler<'_>) {
        self.output().handler(handler);
    }

    /// What has been written.
    pub fn finish(self) -> Vec<u8> {
        self.component.finish()
    }

    fn add(&mut self, component: &[u8], part: Part<'_>) -> Result<Places, Error> {
        let mut merger = Merger {
            depth: 0,
            places: Places::default(),
            counts: &mut self.counts,
            imports: &self.imports,
            imported: Vec::new(),
            part,
            replaced: BTreeMap::new(),
        };
        pass::run(&mut merger, &mut self.component, component)?;
        let Merger {
            places, imported, ..
        } = merger;
        if let Part::Imports(_) = part {
            self.imports.extend(imported);
        }
        Ok(places)
    }
}

/// The instances that are imported, by their names.
fn instances<'a>(scan: &'a Scan, places: &'a Places) -> impl Iterator<Item = (String, u32)> + 'a {
    let named = scan.imports.iter();
    let instances = named.filter_map(|(name, index)| Some((name, (*index)? as usize)));
    instances.map(|(name, index)| (name.clone(), places.of(Space::Instance)[index]))
}

/// Where the outermost component is written.
struct Output<'a> {
    component: &'a mut Component,
    counts: &'a mut Counts,
}

impl Output<'_> {
    fn instantiate(&mut self, module: &[u8], args: &[(&str, u32)]) -> u32 {
        self.component.section(&RawSection {
            id: ComponentSectionId::CoreModule as u8,
            data: module,
        });
        let module = self.counts.next(Space::CoreModule);
        let args = args
            .iter()
            .map(|(name, instance)| (*name, ModuleArg::Instance(*instance)));
        let mut section = InstanceSection::new();
        section.instantiate(module, args.collect::<Vec<_>>());
        self.component.section(&section);
        self.counts.next(Space::CoreInstance)
    }

    /// Makes a core instance of single things.
    fn bundle(&mut self, items: &[(&str, ExportKind, u32)]) -> u32 {
        let mut section = InstanceSection::new();
        section.export_items(items.to_vec());
        self.component.section(&section);
        self.counts.next(Space::CoreInstance)
    }

    /// Makes core functions of what instances export.
    fn core_functions(&mut self, exports: &[(u32, String)]) -> Vec<u32> {
        if exports.is_empty() {
            return Vec::new();
        }
        let mut section = ComponentAliasSection::new();
        for (instance, name) in exports {
            section.alias(Alias::CoreInstanceExport {
                instance: *instance,
                kind: ExportKind::Func,
                name,
            });
        }
        self.component.section(&section);
        let numbers = exports
            .iter()
            .map(|_| self.counts.next(Space::CoreFunction));
        numbers.collect()
    }
}

/// The types in the interface of `wasi:http/handler`.
pub(super) const HANDLER_TYPES: [&str; 3] = ["request", "response", "error-code"];

impl Output<'_> {
    fn handler(&mut self, handler: &Handler<'_>) {
        // The types.
        let mut aliases = ComponentAliasSection::new();
        for name in HANDLER_TYPES {
            aliases.alias(Alias::InstanceExport {
                instance: handler.types,
                kind: ComponentExportKind::Type,
                name,
            });
        }
        self.component.section(&aliases);
        let [request, response, error_code] = HANDLER_TYPES.map(|_| self.counts.next(Space::Type));
        let mut types = ComponentTypeSection::new();
        let mut next_type = || self.counts.next(Space::Type);
        types.defined_type().own(request);
        let own_request = ComponentValType::Type(next_type());
        types.defined_type().own(response);
        let own_response = ComponentValType::Type(next_type());
        let error = ComponentValType::Type(error_code);
        types.defined_type().result(Some(own_response), Some(error));
        let result = ComponentValType::Type(next_type());
        types
            .function()
            .async_(true)
            .params([("request", own_request)])
            .result(Some(result));
        let function_type = next_type();
        self.component.section(&types);

        // What the core module calls.
        let mut aliases = ComponentAliasSection::new();
        aliases.alias(Alias::CoreInstanceExport {
            instance: handler.adapter,
            kind: ExportKind::Memory,
            name: glue::ADAPTER_MEMORY,
        });
        self.component.section(&aliases);
        let memory = self.counts.next(Space::CoreMemory);
        let mut canonical = CanonicalFunctionSection::new();
        use wasm_encoder::CanonicalOption::{Async, Callback, Memory, UTF8};
        canonical.task_return(Some(result), [Memory(memory), UTF8]);
        canonical.backpressure_inc().backpressure_dec();
        self.component.section(&canonical);
        let host = [
            answer::TASK_RETURN,
            answer::BACKPRESSURE_INC,
            answer::BACKPRESSURE_DEC,
        ]
        .map(|name| {
            (
                name,
                ExportKind::Func,
                self.counts.next(Space::CoreFunction),
            )
        });
        let host = self.bundle(&host);
        let guest = self.bundle(&[(answer::HANDLE, ExportKind::Func, handler.guest)]);
        let mut args = vec![(answer::HOST, host), (glue::GUEST, guest)];
        args.extend(handler.args);
        let front = self.instantiate(handler.front, &args);

        // What calls it.
        let exports = [answer::HANDLE, answer::CALLBACK].map(|name| (front, name.to_string()));
        let functions = self.core_functions(&exports);
        let mut canonical = CanonicalFunctionSection::new();
        canonical.lift(
            functions[0],
            function_type,
            [Memory(memory), UTF8, Async, Callback(functions[1])],
        );
        self.component.section(&canonical);
        let function = self.counts.next(Space::Function);
        let mut items: Vec<_> = HANDLER_TYPES
            .into_iter()
            .zip([request, response, error_code])
            .map(|(name, ty)| (name, ComponentExportKind::Type, ty))
            .collect();
        items.push((answer::HANDLE, ComponentExportKind::Func, function));
        let mut instances = ComponentInstanceSection::new();
        instances.export_items(items);
        self.component.section(&instances);
        let instance = self.counts.next(Space::Instance);
        let mut exports = ComponentExportSection::new();
        exports.export(handler.name, ComponentExportKind::Instance, instance, None);
        self.component.section(&exports);
        self.counts.next(Space::Instance);
    }
}

struct Merger<'m, 'a> {
    depth: u32,
    places: Places,
    counts: &'m mut Counts,
    /// What has been imported before, and what is now.
    imports: &'m HashMap<String, Item>,
    imported: Vec<(String, Item)>,
    part: Part<'a>,
    /// The core functions that have taken another's place, by the index of that.
    replaced: BTreeMap<usize, u32>,
}

impl Pass for Merger<'_, '_> {
    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn place(&mut self, space: Space, count: u32, index: u32) -> u32 {
        if count == self.depth {
            self.places.of(space)[index as usize]
        } else {
            index
        }
    }

    fn takes_core_module(&mut self) -> bool {
        if self.depth == 0 {
            self.add(Space::CoreModule);
        }
        true
    }

    fn payload<'p>(
        &mut self,
        component: &mut Component,
        payload: Payload<'p>,
        whole: &[u8],
    ) -> Result<Option<Payload<'p>>, Error> {
        if self.depth > 0 {
            return Ok(Some(payload));
        }
        match payload {
            Payload::ComponentTypeSection(section) => self.types(component, section)?,
            Payload::ComponentImportSection(section) => self.imports(component, section)?,
            Payload::ComponentAliasSection(section) => self.aliases(component, section)?,
            Payload::CoreTypeSection(section) => {
                let mut types = CoreTypeSection::new();
                for ty in section {
                    Traversal(self).parse_component_core_type(types.ty(), ty?)?;
                    self.add(Space::CoreType);
                }
                component.section(&types);
            }
            other if matches!(self.part, Part::Imports(_)) => self.left_out(&other)?,
            Payload::ComponentCanonicalSection(section) => self.canonical(component, section)?,
            Payload::ComponentExportSection(section) => self.exports(component, section)?,
            Payload::ComponentInstanceSection(section) => {
                let mut instances = ComponentInstanceSection::new();
                for instance in section {
                    let instance = instance?;
                    if !self.part.scan().live.instances[self.places.next(Space::Instance)] {
                        self.add_gone(Space::Instance);
                        continue;
                    }
                    Traversal(self).parse_component_instance(&mut instances, instance)?;
                    self.add(Space::Instance);
                }
                if !instances.is_empty() {
                    component.section(&instances);
                }
            }
            Payload::InstanceSection(section) => {
                let mut instances = InstanceSection::new();
                for instance in section {
                    Traversal(self).parse_instance(&mut instances, instance?)?;
                    self.add(Space::CoreInstance);
                }
                component.section(&instances);
            }
            Payload::ComponentSection { .. } => {
                if !self.part.scan().live.components[self.places.next(Space::Component)] {
                    self.add_gone(Space::Component);
                    return Ok(None);
                }
                component_utils::parse_component_payload(
                    &mut Traversal(self),
                    component,
                    payload,
                    whole,
                )?;
                self.add(Space::Component);
            }
            // The adapter's parts are no business of whoever reads it.
            Payload::CustomSection(_) if matches!(self.part, Part::Adapter(_)) => {}
            Payload::CustomSection(section)
                if let KnownCustom::ComponentName(names) = section.as_known() =>
            {
                component.section(&names::renumbered(names, &self.places, &self.replaced));
            }
            // It can't be read, and may have numbers in it that are wrong now.
            Payload::CustomSection(section) if section.name() == "component-name" => {}
            other => return Ok(Some(other)),
        }
        Ok(None)
    }
}

impl Merger<'_, '_> {
    /// Accounts for what is there beside imports, where only these are written.
    fn left_out(&mut self, payload: &Payload<'_>) -> Result<(), Error> {
        match payload {
            Payload::ComponentInstanceSection(section) => {
                for _ in 0..section.count() {
                    self.add_gone(Space::Instance);
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section.clone() {
                    if let CanonicalFunction::Lift { .. } = function? {
                        self.add_gone(Space::Function);
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    self.add_gone(export?.kind);
                }
            }
            Payload::ComponentSection { .. } => self.add_gone(Space::Component),
            Payload::ModuleSection { .. } => self.add_gone(Space::CoreModule),
            _ => {}
        }
        Ok(())
    }

    fn types(
        &mut self,
        component: &mut Component,
        section: wasmparser::ComponentTypeSectionReader<'_>,
    ) -> Result<(), Error> {
        let mut types = ComponentTypeSection::new();
        for ty in section {
            let ty = ty?;
            if !self.part.scan().live.types[self.places.next(Space::Type)] {
                self.add_gone(Space::Type);
                continue;
            }
            match (ty, self.part) {
                (
                    ComponentType::Resource {
                        rep,
                        dtor: Some(destructor),
                    },
                    Part::Guest(part @ GuestPart { kept: Some(_), .. }),
                ) => {
                    if !types.is_empty() {
                        component.section(&types);
                        types = ComponentTypeSection::new();
                    }
                    let destructor = self.places.of(Space::CoreFunction)[destructor as usize];
                    let signature = Signature::destructor();
                    let destructor = self.keep(component, part, &signature, destructor);
                    types
                        .ty()
                        .resource(Traversal(self).val_type(rep)?, Some(destructor));
                }
                (ty, _) => Traversal(self).parse_component_type(types.ty(), ty)?,
            }
            self.add(Space::Type);
        }
        if !types.is_empty() {
            component.section(&types);
        }
        Ok(())
    }

    /// Something of a kind has been written.
    fn add(&mut self, space: impl Into<Space>) {
        let space = space.into();
        self.places.push(space, self.counts.next(space));
    }

    /// Something of a kind has not.
    fn add_gone(&mut self, space: impl Into<Space>) {
        self.places.push(space, GONE);
    }

    fn imports(
        &mut self,
        component: &mut Component,
        section: wasmparser::ComponentImportSectionReader<'_>,
    ) -> Result<(), Error> {
        let mut imports = ComponentImportSection::new();
        for import in section {
            let import = import?;
            if let ComponentTypeRef::Instance(_) = import.ty
                && self.part.scan().instances[self.places.next(Space::Instance)].is_some()
            {
                self.add_gone(Space::Instance);
                continue;
            }
            if let Some((kind, number)) = self.imports.get(import.name.name) {
                self.places.push(*kind, *number);
                continue;
            }
            imports.import(import.name, Traversal(self).component_type_ref(import.ty)?);
            let kind = kind_of(import.ty);
            let number = self.counts.next(kind);
            self.places.push(kind, number);
            let name = import.name.name.to_string();
            self.imported.push((name, (kind, number)));
        }
        if !imports.is_empty() {
            component.section(&imports);
        }
        Ok(())
    }

    fn aliases(
        &mut self,
        component: &mut Component,
        section: wasmparser::ComponentAliasSectionReader<'_>,
    ) -> Result<(), Error> {
        let mut aliases = ComponentAliasSection::new();
        for alias in section {
            let alias = alias?;
            if let Part::Imports(_) = self.part {
                match alias {
                    ComponentAlias::InstanceExport {
                        kind: ComponentExternalKind::Type,
                        ..
                    } => {}
                    ComponentAlias::InstanceExport { kind, .. } => {
                        self.add_gone(kind);
                        continue;
                    }
                    _ => continue,
                }
            }
            if let ComponentAlias::InstanceExport { kind, .. } = alias {
                let scan = self.part.scan();
                let gone = match kind {
                    ComponentExternalKind::Type => !scan.live.types[self.places.next(Space::Type)],
                    ComponentExternalKind::Func => {
                        scan.functions[self.places.next(Space::Function)].is_some()
                    }
                    _ => false,
                };
                if gone {
                    self.add_gone(kind);
                    continue;
                }
            }
            aliases.alias(Traversal(self).component_alias(alias.clone())?);
            match alias {
                ComponentAlias::InstanceExport { kind, .. } => self.add(kind),
                ComponentAlias::CoreInstanceExport { kind, .. } => self.add(kind),
                ComponentAlias::Outer { kind, .. } => match kind {
                    ComponentOuterAliasKind::CoreModule => self.add(Space::CoreModule),
                    ComponentOuterAliasKind::CoreType => {
                        self.add(Space::CoreType);
                    }
                    ComponentOuterAliasKind::Type => self.add(Space::Type),
                    ComponentOuterAliasKind::Component => {
                        self.add(Space::Component);
                    }
                },
            }
        }
        if !aliases.is_empty() {
            component.section(&aliases);
        }
        Ok(())
    }

    fn exports(
        &mut self,
        component: &mut Component,
        section: wasmparser::ComponentExportSectionReader<'_>,
    ) -> Result<(), Error> {
        let mut exports = ComponentExportSection::new();
        for mut export in section.into_iter().collect::<Result<Vec<_>, _>>()? {
            if let Part::Guest(part) = self.part
                && let Some((name, new)) = part.run
                && export.name.name == name
            {
                export.name.name = new;
            }
            let kind = export.kind;
            if let Part::Guest(part) = self.part
                && part.anew.is_some_and(|(name, _)| name == export.name.name)
            {
                self.add_gone(kind);
                continue;
            }
            Traversal(self).parse_component_export(&mut exports, export)?;
            self.add(kind);
        }
        if !exports.is_empty() {
            component.section(&exports);
        }
        Ok(())
    }

    fn canonical(
        &mut self,
        component: &mut Component,
        section: wasmparser::ComponentCanonicalSectionReader<'_>,
    ) -> Result<(), Error> {
        let functions = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        // What is replaced comes first: others may refer to it, but it doesn't refer to them.
        let is_core =
            |function: &&CanonicalFunction| !matches!(function, CanonicalFunction::Lift { .. });
        let first = self.places.next(Space::CoreFunction);
        for index in first..first + functions.iter().filter(is_core).count() {
            self.replace(component, index);
        }
        let mut canonical = CanonicalFunctionSection::new();
        for function in functions {
            let scan = self.part.scan();
            let lifts = matches!(function, CanonicalFunction::Lift { .. });
            if !lifts
                && let Some(number) = self.replaced.get(&self.places.next(Space::CoreFunction))
            {
                self.places.push(Space::CoreFunction, *number);
                continue;
            }
            if lifts && !scan.live.functions[self.places.next(Space::Function)] {
                self.add_gone(Space::Function);
                continue;
            }
            let lifted = self.lifted(component, &mut canonical, &function);
            match (lifted, function) {
                (
                    Some(core_function),
                    CanonicalFunction::Lift {
                        type_index,
                        options,
                        ..
                    },
                ) => {
                    let ty = Traversal(self).component_type_index(type_index);
                    let options = options
                        .iter()
                        .map(|option| Traversal(self).canonical_option(*option))
                        .collect::<Result<Vec<_>, _>>()?;
                    canonical.lift(core_function, ty, options);
                }
                (_, function) => {
                    Traversal(self).parse_component_canonical(&mut canonical, function)?
                }
            }
            if lifts {
                self.add(Space::Function);
            } else {
                self.add(Space::CoreFunction);
            }
        }
        if !canonical.is_empty() {
            component.section(&canonical);
        }
        Ok(())
    }

    /// What is lifted in place of a function of the guest, if it isn't that function itself.
    fn lifted(
        &mut self,
        component: &mut Component,
        canonical: &mut CanonicalFunctionSection,
        function: &CanonicalFunction,
    ) -> Option<u32> {
        let Part::Guest(part) = self.part else {
            return None;
        };
        let CanonicalFunction::Lift {
            core_func_index, ..
        } = function
        else {
            return None;
        };
        let function = self.places.next(Space::Function) as u32;
        let drained = part.drained.filter(|(lifted, _)| *lifted == function);
        let kept = part.kept.and_then(|kept| kept.get(&function));
        if drained.is_none() && kept.is_none() {
            return None;
        }
        // What the wrapper is made of has to be there before it.
        if !canonical.is_empty() {
            component.section(canonical);
            *canonical = CanonicalFunctionSection::new();
        }
        let guest = self.places.of(Space::CoreFunction)[*core_func_index as usize];
        if let Some(signature) = kept {
            return Some(self.keep(component, part, signature, guest));
        }
        let (_, drain) = drained?;
        const RUN: &str = "run";
        let wrapper = front::run_module((glue::GUEST, RUN), (glue::ADAPTER, drain), RUN);
        Some(self.wrap(component, part, &wrapper, RUN, guest))
    }

    /// Makes a function that calls one of the guest's in a task that can't wait.
    fn keep(
        &mut self,
        component: &mut Component,
        part: &GuestPart<'_>,
        signature: &Signature,
        guest: u32,
    ) -> u32 {
        let wrapper = kept::wrapper(signature);
        self.wrap(component, part, &wrapper, kept::CALL, guest)
    }

    /// Makes a function that calls one of the guest's: both have the same name in the core module.
    fn wrap(
        &mut self,
        component: &mut Component,
        part: &GuestPart<'_>,
        wrapper: &[u8],
        name: &str,
        guest: u32,
    ) -> u32 {
        let mut output = Output {
            component,
            counts: self.counts,
        };
        let guest = output.bundle(&[(name, ExportKind::Func, guest)]);
        let args = [(glue::GUEST, guest), (glue::ADAPTER, part.adapter)];
        let wrapper = output.instantiate(wrapper, &args);
        output.core_functions(&[(wrapper, name.to_string())])[0]
    }

    /// Makes the core function that takes the place of one that was of an import that is gone, if
    /// it was, and all others that can be made with it.
    fn replace(&mut self, component: &mut Component, index: usize) {
        let scan = self.part.scan();
        let Some(wanted) = scan.core_functions[index].as_ref() else {
            return;
        };
        if self.replaced.contains_key(&index) {
            return;
        }
        let mut lowering = match wanted {
            Replaced::Lowered(_, lowering) => *lowering,
            Replaced::Dropped(_) => Lowering::default(),
        };
        let mut joins = |other: &Replaced| match (self.part, wanted, other) {
            (Part::Imports(_) | Part::Adapter(_), _, _) => true,
            // Functions share a core module if the guest's side of them is there.
            (_, Replaced::Lowered(..), Replaced::Lowered(_, other)) => {
                let both = lowering.and(*other);
                let both = both.filter(|lowering| self.places.are_there(lowering));
                lowering = both.unwrap_or(lowering);
                both.is_some()
            }
            (_, Replaced::Dropped(_), Replaced::Dropped(_)) => true,
            _ => false,
        };
        let all = scan.core_functions.iter().enumerate();
        let group: Vec<(usize, &Replaced)> = all
            .filter(|(index, _)| !self.replaced.contains_key(index))
            .filter_map(|(index, replaced)| Some((index, replaced.as_ref()?)))
            .filter(|(_, replaced)| joins(replaced))
            .collect();
        let exports: Vec<(u32, String)> = match (self.part, wanted) {
            (Part::Imports(_), _) => unreachable!("nothing of it is lowered"),
            (Part::Adapter(part), _) => {
                let place = |replaced: &Replaced| match replaced {
                    Replaced::Lowered(gone, _) | Replaced::Dropped(gone) => {
                        let mut instances = part.instances.iter();
                        let of = instances.find(|(interface, _)| *interface == gone.import);
                        (
                            of.map_or(GONE, |(_, instance)| *instance),
                            gone.name.clone(),
                        )
                    }
                };
                group.iter().map(|(_, it)| place(it)).collect()
            }
            (Part::Guest(part), Replaced::Dropped(_)) => {
                let discard = |(_, replaced): &(usize, &Replaced)| match replaced {
                    Replaced::Dropped(gone) => handles::discard((part.resource)(gone)),
                    Replaced::Lowered(..) => unreachable!("they are alike"),
                };
                group.iter().map(|it| (part.handles, discard(it))).collect()
            }
            (Part::Guest(part), Replaced::Lowered(..)) => {
                let callee = |(_, replaced): &(usize, &Replaced)| match replaced {
                    Replaced::Lowered(gone, _) => (part.callee)(gone),
                    Replaced::Dropped(_) => unreachable!("they are alike"),
                };
                let callees: Vec<Callee<'_>> = group.iter().map(callee).collect();
                let instance = self.glue(component, part, &lowering, &callees);
                (0..callees.len())
                    .map(|index| (instance, index.to_string()))
                    .collect()
            }
        };
        let mut output = Output {
            component,
            counts: self.counts,
        };
        let numbers = output.core_functions(&exports);
        let indexes = group.iter().map(|(index, _)| *index);
        self.replaced.extend(indexes.zip(numbers));
    }

    /// Adds a core module of glue, and returns the number of its instance.
    fn glue(
        &mut self,
        component: &mut Component,
        part: &GuestPart<'_>,
        lowering: &Lowering,
        callees: &[Callee<'_>],
    ) -> u32 {
        let caller = Caller {
            memory: lowering.memory.is_some(),
            realloc: lowering.realloc.is_some(),
            encoding: lowering.encoding.unwrap_or_default(),
        };
        let mut items = Vec::new();
        if let Some(index) = lowering.memory {
            let index = self.places.of(Space::CoreMemory)[index as usize];
            items.push((glue::MEMORY, ExportKind::Memory, index));
        }
        if let Some(index) = lowering.realloc {
            let index = self.places.of(Space::CoreFunction)[index as usize];
            items.push((glue::REALLOC, ExportKind::Func, index));
        }
        let mut args = vec![(glue::ADAPTER, part.adapter), (glue::HANDLES, part.handles)];
        let mut output = Output {
            component,
            counts: self.counts,
        };
        if !items.is_empty() {
            args.push((glue::GUEST, output.bundle(&items)));
        }
        output.instantiate(&glue::module(part.types, caller, callees), &args)
    }
}
