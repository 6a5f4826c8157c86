//! Writes a component again with other function types, everything else as it was.

use super::flow::{Colours, Definition, Needed};
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent, component_utils};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, Component, ComponentAliasSection, ComponentExportSection,
    ComponentImportSection, ComponentOuterAliasKind, ComponentSectionId, ComponentTypeSection,
    InstanceType, RawSection,
};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentFuncType, ComponentType,
    ComponentTypeDeclaration, ComponentTypeRef, InstanceTypeDeclaration, KnownCustom,
};

/// Where a type of the component that was read is in the one that is written.
#[derive(Clone, Copy)]
struct NewIndex {
    /// The type as it was, or the only one that there is.
    plain: u32,
    /// The `async` variant of a function type.
    asynchronous: u32,
    definition: Option<Definition>,
}

#[derive(Default)]
struct Scope {
    types: Vec<NewIndex>,
    count: u32,
}

/// Rewrites in the order in which [`Flow`](super::flow::Flow) reads, which is how it knows what
/// each use and definition is to become.
struct Rewriter<'a> {
    colours: &'a Colours,
    next_use: usize,
    next_definition: Definition,
    scopes: Vec<Scope>,
}

/// See the [module](self). The component is the one that the colours were made for.
pub fn rewrite(component: &[u8], colours: &Colours) -> Result<Vec<u8>, Error> {
    let mut rewriter = Rewriter {
        colours,
        next_use: 0,
        next_definition: 0,
        scopes: vec![Scope::default()],
    };
    let mut result = Component::new();
    rewriter.parse_component(&mut result, wasmparser::Parser::new(0), component)?;
    Ok(result.finish())
}

impl Rewriter<'_> {
    fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("there is an outermost scope")
    }

    /// A type of the component that was read has become `written` types.
    fn add_type(&mut self, written: Needed, definition: Option<Definition>) {
        let scope = self.scope();
        let plain = scope.count;
        scope.count += u32::from(written.sync) + u32::from(written.asynchronous);
        scope.types.push(NewIndex {
            plain,
            asynchronous: scope.count - 1,
            definition,
        });
    }

    fn add_other_type(&mut self) {
        let written = Needed {
            sync: true,
            asynchronous: false,
        };
        self.add_type(written, None);
    }

    /// Which types to write for the next function type.
    fn next_definition(&mut self) -> (Definition, Needed) {
        let definition = self.next_definition;
        self.next_definition += 1;
        let mut needed = self.colours.definitions[definition];
        // What nobody uses stays as it is.
        needed.sync |= !needed.asynchronous;
        (definition, needed)
    }

    /// The type for the next use.
    fn usage(&mut self, index: u32) -> u32 {
        let is_async = self.colours.uses[self.next_use];
        self.next_use += 1;
        let new = self.scope().types[index as usize];
        if is_async {
            new.asynchronous
        } else {
            new.plain
        }
    }

    /// The variants of a type definition that are to be written.
    fn variants<'t>(&mut self, ty: ComponentType<'t>) -> Vec<ComponentType<'t>> {
        let ComponentType::Func(ty) = ty else {
            return vec![ty];
        };
        let (definition, needed) = self.next_definition();
        self.add_type(needed, Some(definition));
        let mut variants = Vec::new();
        if needed.sync {
            // An unused definition may be of either kind.
            variants.push(ComponentType::Func(ty.clone()));
        }
        if needed.asynchronous {
            variants.push(ComponentType::Func(ComponentFuncType {
                async_: true,
                ..ty
            }));
        }
        variants
    }

    /// Accounts for a definition that has been written, if it isn't a function type: those are
    /// accounted for by [`variants`](Self::variants).
    fn defined(&mut self, is_function: bool) {
        if !is_function {
            self.add_other_type();
        }
    }

    /// The aliases to write for one that was read, which they are accounted for.
    fn aliases<'t>(&mut self, alias: ComponentAlias<'t>) -> Result<Vec<Alias<'t>>, Error> {
        if let ComponentAlias::Outer {
            kind: wasmparser::ComponentOuterAliasKind::Type,
            count,
            index,
        } = alias
        {
            let outer = self.scopes[self.scopes.len() - 1 - count as usize].types[index as usize];
            let alias = |index| Alias::Outer {
                kind: ComponentOuterAliasKind::Type,
                count,
                index,
            };
            if outer.definition.is_none() {
                self.add_other_type();
                return Ok(vec![alias(outer.plain)]);
            }
            let (definition, needed) = self.next_definition();
            self.add_type(needed, Some(definition));
            let mut aliases = Vec::new();
            if needed.sync {
                aliases.push(alias(outer.plain));
            }
            if needed.asynchronous {
                aliases.push(alias(outer.asynchronous));
            }
            return Ok(aliases);
        }
        if let ComponentAlias::InstanceExport {
            kind: ComponentExternalKind::Type,
            ..
        } = alias
        {
            self.add_other_type();
        }
        Ok(vec![self.component_alias(alias)?])
    }

    /// Accounts for the type that a declared import or export brings, if it does.
    fn declared(&mut self, ty: ComponentTypeRef) {
        if let ComponentTypeRef::Type(_) = ty {
            self.add_other_type();
        }
    }
}

impl Reencode for Rewriter<'_> {
    type Error = std::convert::Infallible;
}

impl ReencodeComponent for Rewriter<'_> {
    fn push_depth(&mut self) {
        self.scopes.push(Scope::default());
    }

    fn pop_depth(&mut self) {
        self.scopes.pop();
    }

    fn component_type_index(&mut self, index: u32) -> u32 {
        // A `component-name` section isn't validated, and may name a type that isn't there.
        let types = &self.scope().types;
        types.get(index as usize).map_or(index, |new| new.plain)
    }

    /// Names are for debugging only: if they can't be read, that's no reason to fail.
    fn parse_component_custom_section(
        &mut self,
        component: &mut Component,
        section: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        if let KnownCustom::ComponentName(names) = section.as_known()
            && let Ok(names) = self.custom_component_name_section(names)
        {
            component.section(&names);
        } else {
            component.section(&self.custom_section(section)?);
        }
        Ok(())
    }

    /// Core modules are copied byte for byte.
    fn parse_component_submodule(
        &mut self,
        component: &mut Component,
        _parser: wasmparser::Parser,
        module: &[u8],
    ) -> Result<(), Error> {
        component.section(&RawSection {
            id: ComponentSectionId::CoreModule as u8,
            data: module,
        });
        Ok(())
    }

    fn parse_component_type_section(
        &mut self,
        types: &mut ComponentTypeSection,
        section: wasmparser::ComponentTypeSectionReader<'_>,
    ) -> Result<(), Error> {
        for ty in section {
            let ty = ty?;
            let is_function = matches!(ty, ComponentType::Func(_));
            for ty in self.variants(ty) {
                self.parse_component_type(types.ty(), ty)?;
            }
            self.defined(is_function);
        }
        Ok(())
    }

    fn parse_component_instance_type_declaration(
        &mut self,
        instance: &mut InstanceType,
        declaration: InstanceTypeDeclaration<'_>,
    ) -> Result<(), Error> {
        match declaration {
            InstanceTypeDeclaration::Type(ty) => {
                let is_function = matches!(ty, ComponentType::Func(_));
                for ty in self.variants(ty) {
                    self.parse_component_type(instance.ty(), ty)?;
                }
                self.defined(is_function);
            }
            InstanceTypeDeclaration::Alias(alias) => {
                for alias in self.aliases(alias)? {
                    instance.alias(alias);
                }
            }
            InstanceTypeDeclaration::Export { ty, .. } => {
                component_utils::parse_component_instance_type_declaration(
                    self,
                    instance,
                    declaration,
                )?;
                self.declared(ty);
            }
            InstanceTypeDeclaration::CoreType(_) => {
                component_utils::parse_component_instance_type_declaration(
                    self,
                    instance,
                    declaration,
                )?;
            }
        }
        Ok(())
    }

    fn parse_component_type_declaration(
        &mut self,
        component: &mut wasm_encoder::ComponentType,
        declaration: ComponentTypeDeclaration<'_>,
    ) -> Result<(), Error> {
        match declaration {
            ComponentTypeDeclaration::Type(ty) => {
                let is_function = matches!(ty, ComponentType::Func(_));
                for ty in self.variants(ty) {
                    self.parse_component_type(component.ty(), ty)?;
                }
                self.defined(is_function);
            }
            ComponentTypeDeclaration::Alias(alias) => {
                for alias in self.aliases(alias)? {
                    component.alias(alias);
                }
            }
            ComponentTypeDeclaration::Export { ty, .. } => {
                component_utils::parse_component_type_declaration(self, component, declaration)?;
                self.declared(ty);
            }
            ComponentTypeDeclaration::Import(import) => {
                component_utils::parse_component_type_declaration(self, component, declaration)?;
                self.declared(import.ty);
            }
            ComponentTypeDeclaration::CoreType(_) => {
                component_utils::parse_component_type_declaration(self, component, declaration)?;
            }
        }
        Ok(())
    }

    fn component_type_ref(
        &mut self,
        ty: ComponentTypeRef,
    ) -> Result<wasm_encoder::ComponentTypeRef, Error> {
        if let ComponentTypeRef::Func(index) = ty {
            return Ok(wasm_encoder::ComponentTypeRef::Func(self.usage(index)));
        }
        component_utils::component_type_ref(self, ty)
    }

    fn parse_component_import_section(
        &mut self,
        imports: &mut ComponentImportSection,
        section: wasmparser::ComponentImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section {
            let import = import?;
            imports.import(import.name, self.component_type_ref(import.ty)?);
            self.declared(import.ty);
        }
        Ok(())
    }

    fn parse_component_alias_section(
        &mut self,
        aliases: &mut ComponentAliasSection,
        section: wasmparser::ComponentAliasSectionReader<'_>,
    ) -> Result<(), Error> {
        for alias in section {
            for alias in self.aliases(alias?)? {
                aliases.alias(alias);
            }
        }
        Ok(())
    }

    fn parse_component_canonical(
        &mut self,
        section: &mut CanonicalFunctionSection,
        function: CanonicalFunction,
    ) -> Result<(), Error> {
        if let CanonicalFunction::Lift {
            core_func_index,
            type_index,
            options,
        } = function
        {
            let ty = self.usage(type_index);
            let options = options
                .iter()
                .map(|option| self.canonical_option(*option))
                .collect::<Result<Vec<_>, _>>()?;
            section.lift(core_func_index, ty, options);
            return Ok(());
        }
        component_utils::parse_component_canonical(self, section, function)
    }

    fn parse_component_export(
        &mut self,
        exports: &mut ComponentExportSection,
        export: wasmparser::ComponentExport<'_>,
    ) -> Result<(), Error> {
        let kind = export.kind;
        component_utils::parse_component_export(self, exports, export)?;
        if kind == ComponentExternalKind::Type {
            self.add_other_type();
        }
        Ok(())
    }
}
