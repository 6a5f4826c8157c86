//! Reads what a guest imports and exports.

use crate::component::read::{self, CoreSignatures, Validated};
use crate::component::{ItemId, MAX_NESTING, Model, ScopeId, Sort};
use crate::error::{InputError, InvalidComponent};
use crate::name::InterfaceName;

/// A valid component.
pub(crate) struct Guest<'a> {
    /// The binary form that it was read from.
    pub bytes: &'a [u8],
    pub model: Model<'a>,
    pub root: ScopeId,
    /// The types of its core functions.
    pub signatures: CoreSignatures,
}

/// An import or export of a guest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extern {
    /// The full name, for example `wasi:io/poll@0.2.6`.
    pub name: String,
    /// The name taken apart, if it is that of an interface.
    pub interface: Option<Box<InterfaceName>>,
    pub(crate) item: ItemId,
    pub(crate) sort: Sort,
    /// Most of many imports are single functions or types, which have none.
    contents: Option<Box<Contents>>,
}

/// What an instance exports.
#[derive(Clone, Debug, Default)]
struct Contents {
    functions: Vec<String>,
    types: Vec<String>,
}

impl<'a> Guest<'a> {
    /// Reads a component in binary form.
    ///
    /// # Errors
    ///
    /// If the bytes are something else, or not valid.
    pub fn read(bytes: &'a [u8]) -> Result<Self, InputError> {
        let Validated {
            model,
            root,
            signatures,
        } = read::validated(bytes)?;
        Ok(Guest {
            bytes,
            model,
            root,
            signatures,
        })
    }

    /// The imports, in order.
    pub fn imports(&self) -> impl Iterator<Item = Extern> {
        let imports = self.model.imports(self.root);
        imports.map(|(name, id)| Extern::new(&self.model, name, id))
    }

    /// The exports, in order.
    pub fn exports(&self) -> impl Iterator<Item = Extern> {
        let exports = self.model.exports(self.root);
        exports.map(|(name, id)| Extern::new(&self.model, name, id))
    }
}

impl Extern {
    fn new(model: &Model<'_>, name: &str, item: ItemId) -> Self {
        let sort = model[item].sort;
        let is_instance = sort == Sort::Instance;
        Extern {
            name: name.to_string(),
            interface: InterfaceName::parse(name).map(Box::new),
            item,
            sort,
            contents: is_instance.then(|| Contents::of(model, item).into()),
        }
    }

    /// The names of the functions, if this is an instance, as in `[method]pollable.block`.
    pub fn functions(&self) -> &[String] {
        self.contents.as_ref().map_or(&[], |it| &it.functions)
    }

    /// The names of the types, if this is an instance.
    pub fn types(&self) -> &[String] {
        self.contents.as_ref().map_or(&[], |it| &it.types)
    }
}

impl Contents {
    fn of(model: &Model<'_>, instance: ItemId) -> Self {
        let mut contents = Contents::default();
        for (name, id) in model.exports_of(instance) {
            match model[id].sort {
                Sort::Func => contents.functions.push(name.to_string()),
                Sort::Type => contents.types.push(name.to_string()),
                _ => {}
            }
        }
        contents
    }
}

impl From<read::Error> for InputError {
    fn from(error: read::Error) -> Self {
        match error {
            read::Error::Truncated => InputError::Truncated,
            read::Error::TooDeep => InputError::TooDeep { limit: MAX_NESTING },
            read::Error::Invalid(error) => InputError::Invalid {
                source: InvalidComponent {
                    message: error.message().to_string(),
                    offset: error.offset(),
                },
            },
            read::Error::Unknown(what) => InputError::Unknown { what },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_listed() {
        let bytes = wat::parse_str(
            r#"(component
            (import "wasi:io/poll@0.2.0" (instance
                (export "pollable" (type $p (sub resource)))
                (export "[method]pollable.block" (func (param "self" (borrow $p))))))
            (import "f" (func))
            (component (import "inner" (func)) (export "inner-too" (func 0)))
            (export "g" (func 0)))"#,
        );
        let bytes = bytes.unwrap();
        let guest = Guest::read(&bytes).unwrap();
        let imports: Vec<Extern> = guest.imports().collect();
        let names: Vec<_> = imports.iter().map(|import| &import.name).collect();
        assert_eq!(names, ["wasi:io/poll@0.2.0", "f"]);
        assert_eq!(imports[0].functions(), ["[method]pollable.block"]);
        assert_eq!(imports[0].types(), ["pollable"]);
        assert_eq!(imports[1].interface, None);
        let names: Vec<_> = guest.exports().map(|export| export.name).collect();
        assert_eq!(names, ["g"]);
    }
}
