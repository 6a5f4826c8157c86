//! Writes a component again with other function types, everything else as it was.

use super::flow::{Colours, Definition, Needed};
use crate::pass::{self, Error, Pass, Space, Traversal};
use wasm_encoder::reencode::{Reencode, ReencodeComponent, component_utils};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, Component, ComponentAliasSection, ComponentImportSection,
    ComponentOuterAliasKind, ComponentTypeSection, InstanceType,
};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentAliasSectionReader, ComponentExternalKind,
    ComponentFuncType, ComponentImportSectionReader, ComponentType, ComponentTypeDeclaration,
    ComponentTypeRef, ComponentTypeSectionReader, CustomSectionReader, InstanceTypeDeclaration,
    KnownCustom,
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
    pass::run(&mut rewriter, &mut result, component)?;
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
        Ok(vec![Traversal(self).component_alias(alias)?])
    }

    /// Accounts for the type that a declared import or export brings, if it does.
    fn declared(&mut self, ty: ComponentTypeRef) {
        if let ComponentTypeRef::Type(_) = ty {
            self.add_other_type();
        }
    }
}

impl Pass for Rewriter<'_> {
    fn push_depth(&mut self) {
        self.scopes.push(Scope::default());
    }

    fn pop_depth(&mut self) {
        self.scopes.pop();
    }

    fn place(&mut self, space: Space, _count: u32, index: u32) -> u32 {
        if space != Space::Type {
            return index;
        }
        // A `component-name` section isn't validated, and may name a type that isn't there.
        let types = &self.scope().types;
        types.get(index as usize).map_or(index, |new| new.plain)
    }

    /// Names are for debugging only: if they can't be read, that's no reason to fail.
    fn custom_section<'p>(
        &mut self,
        component: &mut Component,
        section: CustomSectionReader<'p>,
    ) -> Result<Option<CustomSectionReader<'p>>, Error> {
        if let KnownCustom::ComponentName(names) = section.as_known()
            && let Ok(names) = Traversal(self).custom_component_name_section(names)
        {
            component.section(&names);
        } else {
            component.section(&Traversal(self).custom_section(section)?);
        }
        Ok(None)
    }

    fn type_section<'p>(
        &mut self,
        types: &mut ComponentTypeSection,
        section: ComponentTypeSectionReader<'p>,
    ) -> Result<Option<ComponentTypeSectionReader<'p>>, Error> {
        for ty in section {
            let ty = ty?;
            let is_function = matches!(ty, ComponentType::Func(_));
            for ty in self.variants(ty) {
                Traversal(self).parse_component_type(types.ty(), ty)?;
            }
            self.defined(is_function);
        }
        Ok(None)
    }

    fn instance_type_declaration<'p>(
        &mut self,
        instance: &mut InstanceType,
        declaration: InstanceTypeDeclaration<'p>,
    ) -> Result<Option<InstanceTypeDeclaration<'p>>, Error> {
        match declaration {
            InstanceTypeDeclaration::Type(ty) => {
                let is_function = matches!(ty, ComponentType::Func(_));
                for ty in self.variants(ty) {
                    Traversal(self).parse_component_type(instance.ty(), ty)?;
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
                    &mut Traversal(self),
                    instance,
                    declaration,
                )?;
                self.declared(ty);
            }
            InstanceTypeDeclaration::CoreType(_) => {
                component_utils::parse_component_instance_type_declaration(
                    &mut Traversal(self),
                    instance,
                    declaration,
                )?;
            }
        }
        Ok(None)
    }

    fn component_type_declaration<'p>(
        &mut self,
        component: &mut wasm_encoder::ComponentType,
        declaration: ComponentTypeDeclaration<'p>,
    ) -> Result<Option<ComponentTypeDeclaration<'p>>, Error> {
        match declaration {
            ComponentTypeDeclaration::Type(ty) => {
                let is_function = matches!(ty, ComponentType::Func(_));
                for ty in self.variants(ty) {
                    Traversal(self).parse_component_type(component.ty(), ty)?;
                }
                self.defined(is_function);
            }
            ComponentTypeDeclaration::Alias(alias) => {
                for alias in self.aliases(alias)? {
                    component.alias(alias);
                }
            }
            ComponentTypeDeclaration::Export { ty, .. } => {
                component_utils::parse_component_type_declaration(
                    &mut Traversal(self),
                    component,
                    declaration,
                )?;
                self.declared(ty);
            }
            ComponentTypeDeclaration::Import(import) => {
                component_utils::parse_component_type_declaration(
                    &mut Traversal(self),
                    component,
                    declaration,
                )?;
                self.declared(import.ty);
            }
            ComponentTypeDeclaration::CoreType(_) => {
                component_utils::parse_component_type_declaration(
                    &mut Traversal(self),
                    component,
                    declaration,
                )?;
            }
        }
        Ok(None)
    }

    fn function_type(&mut self, index: u32) -> u32 {
        self.usage(index)
    }

    fn import_section<'p>(
        &mut self,
        imports: &mut ComponentImportSection,
        section: ComponentImportSectionReader<'p>,
    ) -> Result<Option<ComponentImportSectionReader<'p>>, Error> {
        for import in section {
            let import = import?;
            imports.import(import.name, Traversal(self).component_type_ref(import.ty)?);
            self.declared(import.ty);
        }
        Ok(None)
    }

    fn alias_section<'p>(
        &mut self,
        aliases: &mut ComponentAliasSection,
        section: ComponentAliasSectionReader<'p>,
    ) -> Result<Option<ComponentAliasSectionReader<'p>>, Error> {
        for alias in section {
            for alias in self.aliases(alias?)? {
                aliases.alias(alias);
            }
        }
        Ok(None)
    }

    fn canonical_function(
        &mut self,
        section: &mut CanonicalFunctionSection,
        function: CanonicalFunction,
    ) -> Result<Option<CanonicalFunction>, Error> {
        if let CanonicalFunction::Lift {
            core_func_index,
            type_index,
            options,
        } = function
        {
            let ty = self.usage(type_index);
            let options = options
                .iter()
                .map(|option| Traversal(self).canonical_option(*option))
                .collect::<Result<Vec<_>, _>>()?;
            section.lift(core_func_index, ty, options);
            return Ok(None);
        }
        Ok(Some(function))
    }

    fn exported(&mut self, kind: ComponentExternalKind) {
        if kind == ComponentExternalKind::Type {
            self.add_other_type();
        }
    }
}
