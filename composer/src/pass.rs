//! Goes through a component and writes it again, otherwise.
//!
//! wasm-encoder's traversal is generic: whatever it is used with gets all of it, some fifty
//! kilobytes of machine code. So there is one [`Traversal`], which a [`Pass`] tells where to do
//! otherwise.

use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode, ReencodeComponent, component_utils};
use wasm_encoder::{
    CanonicalFunctionSection, Component, ComponentAliasSection, ComponentExportSection,
    ComponentImportSection, ComponentSectionId, ComponentTypeSection, InstanceType, RawSection,
};
use wasmparser::{
    CanonicalFunction, ComponentAliasSectionReader, ComponentExport, ComponentExternalKind,
    ComponentImportSectionReader, ComponentTypeDeclaration, ComponentTypeRef,
    ComponentTypeSectionReader, CustomSectionReader, ExternalKind, InstanceTypeDeclaration, Parser,
    Payload,
};

pub(crate) type Error = reencode::Error<Infallible>;
pub(crate) type Result<T = ()> = std::result::Result<T, Error>;

/// A kind of things that are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Type,
    Function,
    Instance,
    Component,
    Value,
    CoreType,
    CoreModule,
    CoreInstance,
    CoreFunction,
    CoreTable,
    CoreMemory,
    CoreGlobal,
    CoreTag,
}

impl Space {
    /// How many kinds there are.
    pub const COUNT: usize = Space::CoreTag as usize + 1;
}

impl From<ComponentExternalKind> for Space {
    fn from(kind: ComponentExternalKind) -> Self {
        match kind {
            ComponentExternalKind::Type => Space::Type,
            ComponentExternalKind::Func => Space::Function,
            ComponentExternalKind::Instance => Space::Instance,
            ComponentExternalKind::Component => Space::Component,
            ComponentExternalKind::Module => Space::CoreModule,
            ComponentExternalKind::Value => Space::Value,
        }
    }
}

impl From<ExternalKind> for Space {
    fn from(kind: ExternalKind) -> Self {
        match kind {
            ExternalKind::Func | ExternalKind::FuncExact => Space::CoreFunction,
            ExternalKind::Table => Space::CoreTable,
            ExternalKind::Memory => Space::CoreMemory,
            ExternalKind::Global => Space::CoreGlobal,
            ExternalKind::Tag => Space::CoreTag,
        }
    }
}

/// What is done otherwise. What takes something and returns it leaves it to the traversal.
pub(crate) trait Pass {
    /// A component, or the type of a component or instance, begins and ends within another.
    fn push_depth(&mut self) {}
    fn pop_depth(&mut self) {}

    /// The new number of a thing, `count` levels further out.
    fn place(&mut self, _space: Space, _count: u32, index: u32) -> u32 {
        index
    }

    /// Whether the core module that comes next is to be copied.
    fn takes_core_module(&mut self) -> bool {
        true
    }

    /// Whether inner components are gone through, and not just copied.
    fn goes_into_components(&self) -> bool {
        true
    }

    fn payload<'a>(
        &mut self,
        _component: &mut Component,
        payload: Payload<'a>,
        _whole: &[u8],
    ) -> Result<Option<Payload<'a>>> {
        Ok(Some(payload))
    }

    fn custom_section<'a>(
        &mut self,
        _component: &mut Component,
        section: CustomSectionReader<'a>,
    ) -> Result<Option<CustomSectionReader<'a>>> {
        Ok(Some(section))
    }

    fn type_section<'a>(
        &mut self,
        _types: &mut ComponentTypeSection,
        section: ComponentTypeSectionReader<'a>,
    ) -> Result<Option<ComponentTypeSectionReader<'a>>> {
        Ok(Some(section))
    }

    fn instance_type_declaration<'a>(
        &mut self,
        _ty: &mut InstanceType,
        declaration: InstanceTypeDeclaration<'a>,
    ) -> Result<Option<InstanceTypeDeclaration<'a>>> {
        Ok(Some(declaration))
    }

    fn component_type_declaration<'a>(
        &mut self,
        _ty: &mut wasm_encoder::ComponentType,
        declaration: ComponentTypeDeclaration<'a>,
    ) -> Result<Option<ComponentTypeDeclaration<'a>>> {
        Ok(Some(declaration))
    }

    /// What a reference to a function type becomes.
    fn function_type(&mut self, index: u32) -> u32 {
        self.place(Space::Type, 0, index)
    }

    fn import_section<'a>(
        &mut self,
        _imports: &mut ComponentImportSection,
        section: ComponentImportSectionReader<'a>,
    ) -> Result<Option<ComponentImportSectionReader<'a>>> {
        Ok(Some(section))
    }

    fn alias_section<'a>(
        &mut self,
        _aliases: &mut ComponentAliasSection,
        section: ComponentAliasSectionReader<'a>,
    ) -> Result<Option<ComponentAliasSectionReader<'a>>> {
        Ok(Some(section))
    }

    fn canonical_function(
        &mut self,
        _section: &mut CanonicalFunctionSection,
        function: CanonicalFunction,
    ) -> Result<Option<CanonicalFunction>> {
        Ok(Some(function))
    }

    /// An export of this kind has been written.
    fn exported(&mut self, _kind: ComponentExternalKind) {}
}

/// Writes a component again with a pass.
pub(crate) fn run(pass: &mut dyn Pass, output: &mut Component, component: &[u8]) -> Result {
    Traversal(pass).parse_component(output, Parser::new(0), component)
}

/// Goes through a component as a pass has it.
pub(crate) struct Traversal<'a>(pub &'a mut dyn Pass);

impl Reencode for Traversal<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.0.place(Space::CoreFunction, 0, index))
    }

    fn table_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.0.place(Space::CoreTable, 0, index))
    }

    fn memory_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.0.place(Space::CoreMemory, 0, index))
    }

    fn global_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.0.place(Space::CoreGlobal, 0, index))
    }

    fn tag_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.0.place(Space::CoreTag, 0, index))
    }

    fn type_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.0.place(Space::CoreType, 0, index))
    }
}

impl ReencodeComponent for Traversal<'_> {
    fn push_depth(&mut self) {
        self.0.push_depth();
    }

    fn pop_depth(&mut self) {
        self.0.pop_depth();
    }

    fn component_type_index(&mut self, index: u32) -> u32 {
        self.0.place(Space::Type, 0, index)
    }

    fn component_instance_index(&mut self, index: u32) -> u32 {
        self.0.place(Space::Instance, 0, index)
    }

    fn component_func_index(&mut self, index: u32) -> u32 {
        self.0.place(Space::Function, 0, index)
    }

    fn component_index(&mut self, index: u32) -> u32 {
        self.0.place(Space::Component, 0, index)
    }

    fn module_index(&mut self, index: u32) -> u32 {
        self.0.place(Space::CoreModule, 0, index)
    }

    fn instance_index(&mut self, index: u32) -> u32 {
        self.0.place(Space::CoreInstance, 0, index)
    }

    fn component_value_index(&mut self, index: u32) -> u32 {
        self.0.place(Space::Value, 0, index)
    }

    fn outer_type_index(&mut self, count: u32, index: u32) -> Result<u32> {
        Ok(self.0.place(Space::CoreType, count, index))
    }

    fn outer_component_type_index(&mut self, count: u32, index: u32) -> u32 {
        self.0.place(Space::Type, count, index)
    }

    fn outer_component_index(&mut self, count: u32, index: u32) -> u32 {
        self.0.place(Space::Component, count, index)
    }

    fn outer_module_index(&mut self, count: u32, index: u32) -> u32 {
        self.0.place(Space::CoreModule, count, index)
    }

    fn parse_component_payload(
        &mut self,
        component: &mut Component,
        payload: Payload<'_>,
        whole: &[u8],
    ) -> Result {
        match self.0.payload(component, payload, whole)? {
            Some(it) => component_utils::parse_component_payload(self, component, it, whole),
            None => Ok(()),
        }
    }

    /// Core modules are copied byte for byte, if at all.
    fn parse_component_submodule(
        &mut self,
        component: &mut Component,
        _parser: Parser,
        data: &[u8],
    ) -> Result {
        if self.0.takes_core_module() {
            let id = ComponentSectionId::CoreModule as u8;
            component.section(&RawSection { id, data });
        }
        Ok(())
    }

    fn parse_component_subcomponent(
        &mut self,
        component: &mut Component,
        parser: Parser,
        data: &[u8],
        whole: &[u8],
    ) -> Result {
        if self.0.goes_into_components() {
            return component_utils::parse_component_subcomponent(
                self, component, parser, data, whole,
            );
        }
        let id = ComponentSectionId::Component as u8;
        component.section(&RawSection { id, data });
        Ok(())
    }

    fn parse_component_custom_section(
        &mut self,
        component: &mut Component,
        section: CustomSectionReader<'_>,
    ) -> Result {
        match self.0.custom_section(component, section)? {
            Some(it) => component_utils::parse_component_custom_section(self, component, it),
            None => Ok(()),
        }
    }

    fn parse_component_type_section(
        &mut self,
        types: &mut ComponentTypeSection,
        section: ComponentTypeSectionReader<'_>,
    ) -> Result {
        match self.0.type_section(types, section)? {
            Some(it) => component_utils::parse_component_type_section(self, types, it),
            None => Ok(()),
        }
    }

    fn parse_component_instance_type_declaration(
        &mut self,
        ty: &mut InstanceType,
        declaration: InstanceTypeDeclaration<'_>,
    ) -> Result {
        match self.0.instance_type_declaration(ty, declaration)? {
            Some(it) => component_utils::parse_component_instance_type_declaration(self, ty, it),
            None => Ok(()),
        }
    }

    fn parse_component_type_declaration(
        &mut self,
        ty: &mut wasm_encoder::ComponentType,
        declaration: ComponentTypeDeclaration<'_>,
    ) -> Result {
        match self.0.component_type_declaration(ty, declaration)? {
            Some(it) => component_utils::parse_component_type_declaration(self, ty, it),
            None => Ok(()),
        }
    }

    fn component_type_ref(
        &mut self,
        ty: ComponentTypeRef,
    ) -> Result<wasm_encoder::ComponentTypeRef> {
        match ty {
            ComponentTypeRef::Func(index) => {
                let index = self.0.function_type(index);
                Ok(wasm_encoder::ComponentTypeRef::Func(index))
            }
            other => component_utils::component_type_ref(self, other),
        }
    }

    fn parse_component_import_section(
        &mut self,
        imports: &mut ComponentImportSection,
        section: ComponentImportSectionReader<'_>,
    ) -> Result {
        match self.0.import_section(imports, section)? {
            Some(it) => component_utils::parse_component_import_section(self, imports, it),
            None => Ok(()),
        }
    }

    fn parse_component_alias_section(
        &mut self,
        aliases: &mut ComponentAliasSection,
        section: ComponentAliasSectionReader<'_>,
    ) -> Result {
        match self.0.alias_section(aliases, section)? {
            Some(it) => component_utils::parse_component_alias_section(self, aliases, it),
            None => Ok(()),
        }
    }

    fn parse_component_canonical(
        &mut self,
        section: &mut CanonicalFunctionSection,
        function: CanonicalFunction,
    ) -> Result {
        let Some(function) = self.0.canonical_function(section, function)? else {
            return Ok(());
        };
        match function {
            // Before its version 0.258, wasm-encoder left the types of these as they were.
            CanonicalFunction::StreamCancelRead { ty, async_ } => {
                section.stream_cancel_read(self.component_type_index(ty), async_);
            }
            CanonicalFunction::StreamCancelWrite { ty, async_ } => {
                section.stream_cancel_write(self.component_type_index(ty), async_);
            }
            CanonicalFunction::FutureCancelRead { ty, async_ } => {
                section.future_cancel_read(self.component_type_index(ty), async_);
            }
            CanonicalFunction::FutureCancelWrite { ty, async_ } => {
                section.future_cancel_write(self.component_type_index(ty), async_);
            }
            other => component_utils::parse_component_canonical(self, section, other)?,
        }
        Ok(())
    }

    fn parse_component_export(
        &mut self,
        exports: &mut ComponentExportSection,
        export: ComponentExport<'_>,
    ) -> Result {
        let kind = export.kind;
        component_utils::parse_component_export(self, exports, export)?;
        self.0.exported(kind);
        Ok(())
    }
}
