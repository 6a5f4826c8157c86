//! Gives imports that stay with the host types of their own.
//!
//! An interface that WASI 0.2 hasn't got may use types of it, `datetime` of `wasi:clocks/wall-clock`
//! for example. The host that is to serve it doesn't have these interfaces any more. But the type
//! of a value is the same type wherever it is defined, so that the interface can define it itself.
//! With a resource it could not.

use crate::inspect::{Generation, InterfaceName};
use crate::pass::{self, Pass, Traversal};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wasm_encoder::reencode::ReencodeComponent;
use wasm_encoder::{Component, InstanceType};
use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentDefinedType, ComponentExternalKind,
    ComponentOuterAliasKind, ComponentType, ComponentTypeRef, ComponentTypeSectionReader,
    ComponentValType, InstanceTypeDeclaration, Parser, Payload, TypeBounds,
};

/// Returns the guest with such types. It need not be valid: what is wrong with it is for others to
/// say.
pub(crate) fn give(guest: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match given(&guest) {
        Some(bytes) => Cow::Owned(bytes),
        None => guest,
    }
}

fn given(guest: &[u8]) -> Option<Vec<u8>> {
    let outermost = read(guest).ok()?;
    let taken = outermost.taken();
    if taken.is_empty() {
        return None;
    }
    let mut giver = Giver {
        taken: &taken,
        depth: 0,
        definition: 0,
    };
    let mut component = Component::new();
    pass::run(&mut giver, &mut component, guest).ok()?;
    Some(component.finish())
}

/// A type of the outermost component.
enum Type<'a> {
    Instance(Vec<InstanceTypeDeclaration<'a>>),
    /// Taken from an instance.
    Taken(u32, &'a str),
    Other,
}

/// What is in the outermost component.
#[derive(Default)]
struct Outermost<'a> {
    types: Vec<Type<'a>>,
    /// Which of the types stand in type sections.
    definitions: Vec<usize>,
    /// The instances; of those that are imported the name and the type.
    instances: Vec<Option<(&'a str, u32)>>,
}

fn read(guest: &[u8]) -> Result<Outermost<'_>, BinaryReaderError> {
    let mut outermost = Outermost::default();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(guest) {
        match payload? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            _ if depth != 1 => {}
            Payload::ComponentTypeSection(section) => {
                for ty in section {
                    outermost.definitions.push(outermost.types.len());
                    outermost.types.push(match ty? {
                        ComponentType::Instance(declarations) => {
                            Type::Instance(declarations.into())
                        }
                        _ => Type::Other,
                    });
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import?;
                    match import.ty {
                        ComponentTypeRef::Instance(ty) => {
                            outermost.instances.push(Some((import.name.name, ty)));
                        }
                        ComponentTypeRef::Type(_) => outermost.types.push(Type::Other),
                        _ => {}
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                outermost
                    .instances
                    .extend((0..section.count()).map(|_| None));
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    match alias? {
                        ComponentAlias::InstanceExport {
                            kind: ComponentExternalKind::Type,
                            instance_index,
                            name,
                        } => outermost.types.push(Type::Taken(instance_index, name)),
                        ComponentAlias::InstanceExport {
                            kind: ComponentExternalKind::Instance,
                            ..
                        } => outermost.instances.push(None),
                        ComponentAlias::Outer {
                            kind: ComponentOuterAliasKind::Type,
                            ..
                        } => outermost.types.push(Type::Other),
                        _ => {}
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    match export?.kind {
                        ComponentExternalKind::Type => {
                            outermost.types.push(Type::Other);
                        }
                        ComponentExternalKind::Instance => {
                            outermost.instances.push(None);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(outermost)
}

/// The types that definitions of instances take from around them, by the number of the definition
/// and that of the type.
type Taken<'a> = BTreeMap<(usize, u32), &'a ComponentDefinedType<'a>>;

fn is_of_p2(name: &str) -> bool {
    let name = InterfaceName::parse(name);
    name.is_some_and(|name| name.is_wasi() && name.generation() == Some(Generation::P2))
}

impl<'a> Outermost<'a> {
    fn taken(&'a self) -> Taken<'a> {
        let mut taken = Taken::new();
        for (name, ty) in self.instances.iter().flatten() {
            let definition = self.definitions.binary_search(&(*ty as usize));
            let (Ok(definition), Some(Type::Instance(declarations))) =
                (definition, self.types.get(*ty as usize))
            else {
                continue;
            };
            if is_of_p2(name) {
                continue;
            }
            for declaration in declarations {
                if let InstanceTypeDeclaration::Alias(ComponentAlias::Outer {
                    kind: ComponentOuterAliasKind::Type,
                    count: 1,
                    index,
                }) = declaration
                    && let Some(value) = self.value(*index)
                {
                    taken.insert((definition, *index), value);
                }
            }
        }
        taken
    }

    /// What a type is if it is taken from WASI 0.2 and can stand by itself: its parts have no names.
    fn value(&'a self, index: u32) -> Option<&'a ComponentDefinedType<'a>> {
        let mut index = index;
        loop {
            match self.origin(index)? {
                Origin::Defined(ty) => return is_plain(ty).then_some(ty),
                // The import that this one has it from comes before it.
                Origin::Outer(outer) if outer < index => index = outer,
                _ => return None,
            }
        }
    }

    /// Where an import of WASI 0.2 that a type is taken from has it from.
    fn origin(&'a self, index: u32) -> Option<Origin<'a>> {
        let Type::Taken(instance, name) = self.types.get(index as usize)? else {
            return None;
        };
        let (import, ty) = (*self.instances.get(*instance as usize)?)?;
        let Type::Instance(declarations) = self.types.get(ty as usize)? else {
            return None;
        };
        if !is_of_p2(import) {
            return None;
        }
        let mut types = Vec::new();
        for declaration in declarations {
            types.push(match declaration {
                InstanceTypeDeclaration::Type(ComponentType::Defined(ty)) => Origin::Defined(ty),
                InstanceTypeDeclaration::Alias(ComponentAlias::Outer {
                    kind: ComponentOuterAliasKind::Type,
                    count: 1,
                    index,
                }) => Origin::Outer(*index),
                InstanceTypeDeclaration::Type(_)
                | InstanceTypeDeclaration::Alias(
                    ComponentAlias::Outer {
                        kind: ComponentOuterAliasKind::Type,
                        ..
                    }
                    | ComponentAlias::InstanceExport {
                        kind: ComponentExternalKind::Type,
                        ..
                    },
                ) => Origin::Other,
                InstanceTypeDeclaration::Export {
                    name: export,
                    ty: ComponentTypeRef::Type(bounds),
                } => {
                    let origin = match bounds {
                        TypeBounds::Eq(index) => *types.get(*index as usize)?,
                        TypeBounds::SubResource => Origin::Other,
                    };
                    if export.name == *name {
                        return Some(origin);
                    }
                    origin
                }
                _ => continue,
            });
        }
        None
    }
}

/// Where a type of an imported instance comes from.
#[derive(Clone, Copy)]
enum Origin<'a> {
    Defined(&'a ComponentDefinedType<'a>),
    /// It is a type of the outermost component.
    Outer(u32),
    Other,
}

/// Whether a type refers to no other.
fn is_plain(ty: &ComponentDefinedType<'_>) -> bool {
    let is_primitive = |ty: &ComponentValType| matches!(ty, ComponentValType::Primitive(_));
    match ty {
        ComponentDefinedType::Primitive(_)
        | ComponentDefinedType::Flags(_)
        | ComponentDefinedType::Enum(_) => true,
        ComponentDefinedType::Record(fields) => fields.iter().all(|(_, ty)| is_primitive(ty)),
        ComponentDefinedType::Tuple(types) => types.iter().all(is_primitive),
        ComponentDefinedType::Variant(cases) => cases
            .iter()
            .all(|case| case.ty.as_ref().is_none_or(is_primitive)),
        ComponentDefinedType::List(ty) | ComponentDefinedType::Option(ty) => is_primitive(ty),
        _ => false,
    }
}

struct Giver<'a> {
    taken: &'a Taken<'a>,
    /// 1 within a definition of the outermost component.
    depth: u32,
    /// Which one that is.
    definition: usize,
}

impl Pass for Giver<'_> {
    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn goes_into_components(&self) -> bool {
        false
    }

    fn type_section<'p>(
        &mut self,
        types: &mut wasm_encoder::ComponentTypeSection,
        section: ComponentTypeSectionReader<'p>,
    ) -> Result<Option<ComponentTypeSectionReader<'p>>, pass::Error> {
        for ty in section {
            Traversal(self).parse_component_type(types.ty(), ty?)?;
            self.definition += 1;
        }
        Ok(None)
    }

    fn instance_type_declaration<'p>(
        &mut self,
        instance: &mut InstanceType,
        declaration: InstanceTypeDeclaration<'p>,
    ) -> Result<Option<InstanceTypeDeclaration<'p>>, pass::Error> {
        if let InstanceTypeDeclaration::Alias(ComponentAlias::Outer {
            kind: ComponentOuterAliasKind::Type,
            count: 1,
            index,
        }) = declaration
            && self.depth == 1
            && let Some(value) = self.taken.get(&(self.definition, index))
        {
            let ty = ComponentType::Defined((*value).clone());
            Traversal(self).parse_component_type(instance.ty(), ty)?;
            return Ok(None);
        }
        Ok(Some(declaration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::Guest;

    const GUEST: &str = include_str!("../tests/inspect/values-of-0.2.wat");

    #[test]
    fn an_interface_refers_to_none_of_wasi_0_2() {
        let guest = wat::parse_str(GUEST).unwrap();
        let refers = |bytes: &[u8]| {
            let imports = Guest::read(bytes).unwrap().imports;
            let mut imports = imports.into_iter();
            let calendar = imports.find(|it| it.name == "other:host/calendar").unwrap();
            (!calendar.refers_to.is_empty(), calendar.shapes)
        };
        let (before, shapes) = refers(&guest);
        assert!(before);
        let given = give(guest.as_slice().into());
        assert_eq!(refers(&given), (false, shapes));
        // There is nothing left to do.
        assert!(matches!(give(given.as_ref().into()), Cow::Borrowed(_)));
    }

    #[test]
    fn an_interface_may_have_it_from_another() {
        let guest = wat::parse_str(
            r#"(component
                (import "wasi:clocks/wall-clock@0.2.0" (instance $clock
                    (type $datetime (record (field "seconds" u64) (field "nanoseconds" u32)))
                    (export "datetime" (type (eq $datetime)))))
                (alias export $clock "datetime" (type $of-clock))
                (import "wasi:filesystem/types@0.2.0" (instance $files
                    (alias outer 1 $of-clock (type $outer))
                    (export "datetime" (type (eq $outer)))))
                (alias export $files "datetime" (type $of-files))
                (import "other:host/index" (instance
                    (alias outer 1 $of-files (type $outer))
                    (export "datetime" (type (eq $outer))))))"#,
        );
        let given = given(&guest.unwrap()).unwrap();
        let imports = Guest::read(&given).unwrap().imports;
        assert_eq!(imports[1].refers_to.len(), 1);
        assert!(imports[2].refers_to.is_empty());
    }

    #[test]
    fn resources_are_not_given() {
        let guest = wat::parse_str(
            r#"(component
                (import "wasi:io/poll@0.2.0" (instance $poll
                    (export "pollable" (type (sub resource)))))
                (alias export $poll "pollable" (type $pollable))
                (import "other:host/device" (instance
                    (alias outer 1 $pollable (type $outer-pollable))
                    (export "pollable" (type (eq $outer-pollable))))))"#,
        );
        assert!(given(&guest.unwrap()).is_none());
    }

    #[test]
    fn damage_is_for_others_to_tell() {
        let guest = wat::parse_str(GUEST).unwrap();
        for place in 0..guest.len() {
            for bit in 0..8 {
                let mut damaged = guest.clone();
                damaged[place] ^= 1 << bit;
                // Whatever comes of it, it is read by what looks for what is wrong.
                let _ = Guest::read(&give(damaged.into()));
            }
        }
    }
}
