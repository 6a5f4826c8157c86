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
    /// The names of the functions, if this is an instance, as in `[method]pollable.block`.
    pub functions: Vec<String>,
    /// The names of the types, if this is an instance.
    pub types: Vec<String>,
    pub(crate) item: ItemId,
    pub(crate) sort: Sort,
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
        let mut found = Extern {
            name: name.to_string(),
            interface: InterfaceName::parse(name).map(Box::new),
            functions: Vec::new(),
            types: Vec::new(),
            item,
            sort: model[item].sort,
        };
        if found.sort == Sort::Instance {
            for (name, id) in model.exports_of(item) {
                match model[id].sort {
                    Sort::Func => found.functions.push(name.to_string()),
                    Sort::Type => found.types.push(name.to_string()),
                    _ => {}
                }
            }
        }
        found
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
        assert_eq!(imports[0].functions, ["[method]pollable.block"]);
        assert_eq!(imports[0].types, ["pollable"]);
        assert_eq!(imports[1].interface, None);
        let names: Vec<_> = guest.exports().map(|export| export.name).collect();
        assert_eq!(names, ["g"]);
    }
}
