//! Exports what an inner component exports.

use super::assembly::Assembly;
use super::{Definition, ExternName, ExternType, ItemId, Sort, Type};
use hashbrown::HashMap;

/// The exports of an instance of a component.
pub(crate) struct InnerExports {
    instance: ItemId,
    types: Types,
}

impl InnerExports {
    pub fn of(instance: ItemId) -> Self {
        InnerExports {
            instance,
            types: Types::default(),
        }
    }

    /// Places what the instance exports by a name, which is `inner` in the component.
    pub fn place(&self, assembly: &mut Assembly<'_, '_>, name: &str, inner: ItemId) -> ItemId {
        let sort = assembly.model[inner].sort;
        match self.types.value_type(assembly, inner) {
            Some(ty) => ty,
            None => assembly.instance_export(sort, self.instance, name.to_string()),
        }
    }

    /// Exports what the instance exports by a name, by the same name.
    pub fn hand_on<'a>(
        &mut self,
        assembly: &mut Assembly<'_, 'a>,
        name: impl Into<ExternName<'a>>,
        inner: ItemId,
    ) {
        let name = name.into();
        let item = self.place(assembly, &name.name, inner);
        match self.types.function_type(assembly, inner) {
            Some(ty) => _ = assembly.export_as(name, item, ExternType::Func(ty)),
            None => {
                let exported = assembly.export(name, item);
                self.types.add(assembly, inner, exported);
            }
        }
    }
}

/// The outermost types that are exported so far, by the inner component's definitions. What is
/// exported, a type or the type of a function, has to refer to these names of the types.
#[derive(Default)]
struct Types(HashMap<ItemId, ItemId>);

impl Types {
    fn add(&mut self, assembly: &Assembly<'_, '_>, inner: ItemId, exported: ItemId) {
        if assembly.model[exported].sort == Sort::Type {
            let ty = assembly.model.type_origin(inner);
            self.0.insert(ty, exported);
        }
    }

    /// Places the type of a function that is exported. `None` if it is no function, or
    /// its type has nothing to do with exported types.
    fn function_type(&self, assembly: &mut Assembly<'_, '_>, inner: ItemId) -> Option<ItemId> {
        if self.0.is_empty() {
            return None;
        }
        let function = assembly.model.func_type(inner)?.clone();
        let mut definition = Definition::Type(Type::Func(function));
        let mut copies = self.0.clone();
        self.copy_parts(assembly, &mut definition, &mut copies)?;
        Some(assembly.define(Sort::Type, definition))
    }

    /// Places a type of values that is exported. `None` if it is none, or has nothing to
    /// do with exported types.
    fn value_type(&self, assembly: &mut Assembly<'_, '_>, inner: ItemId) -> Option<ItemId> {
        if self.0.is_empty() || assembly.model[inner].sort != Sort::Type {
            return None;
        }
        let ty = assembly.model.type_origin(inner);
        let mut definition = assembly.model[ty].definition.clone();
        let mut refers = false;
        definition.references_mut(&mut |_| refers = true);
        if !refers || !matches!(definition, Definition::Type(Type::Value(_))) {
            return None;
        }
        let mut copies = self.0.clone();
        self.copy_parts(assembly, &mut definition, &mut copies)?;
        Some(assembly.define(Sort::Type, definition))
    }

    /// Replaces each type that a definition refers to: by the exported one, or by a copy if it is one
    /// that needs no name. Returns `None` if one needs a name and is not exported.
    fn copy_parts<'a>(
        &self,
        assembly: &mut Assembly<'_, 'a>,
        definition: &mut Definition<'a>,
        copies: &mut HashMap<ItemId, ItemId>,
    ) -> Option<()> {
        let mut parts = Vec::new();
        definition.references_mut(&mut |part| parts.push(*part));
        let mut replaced = HashMap::new();
        for part in parts {
            let ty = assembly.model.type_origin(part);
            let copy = match copies.get(&ty) {
                Some(copy) => *copy,
                None => {
                    let mut inner = assembly.model[ty].definition.clone();
                    let Definition::Type(Type::Value(value)) = &inner else {
                        return None;
                    };
                    if value.needs_name() {
                        return None;
                    }
                    self.copy_parts(assembly, &mut inner, copies)?;
                    let copy = assembly.define(Sort::Type, inner);
                    copies.insert(ty, copy);
                    copy
                }
            };
            replaced.insert(part, copy);
        }
        definition.references_mut(&mut |part| *part = replaced[part]);
        Some(())
    }
}
