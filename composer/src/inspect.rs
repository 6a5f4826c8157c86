//! Reads what a guest imports and exports.

use crate::Error;
use crate::shape::{self, Shapes};
use semver::Version;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentEntityType, ComponentInstanceTypeId, ComponentItem,
};
use wasmparser::types::{Types, TypesRef};
use wasmparser::{BinaryReader, BinaryReaderError, Parser, Payload, ValidPayload, Validator};

/// A guest, as far as its imports and exports go.
#[derive(Clone, Debug)]
pub struct Guest<'a> {
    /// The component, which is valid.
    pub bytes: &'a [u8],
    /// The imports, in order.
    pub imports: Vec<Extern>,
    /// The exports, in order.
    pub exports: Vec<Extern>,
    /// The core modules, of inner components, too.
    pub(crate) modules: BTreeSet<&'a [u8]>,
}

/// An import or export.
#[derive(Clone, Debug)]
pub struct Extern {
    /// The full name, for example `wasi:io/poll@0.2.6`.
    pub name: String,
    /// The name taken apart, if it is that of an interface.
    pub interface: Option<InterfaceName>,
    /// The names of the functions, if this is an instance, as in `[method]pollable.block`.
    pub functions: Vec<String>,
    /// The names of the types, if this is an instance.
    pub types: Vec<String>,
    /// The names of the imports that the types here are taken from.
    pub refers_to: BTreeSet<String>,
    /// What the functions and types look like, if this is an instance.
    pub shapes: Shapes,
}

/// The name of an interface, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceName {
    /// The package, as in `wasi:io`.
    pub package: String,
    /// The interface, as in `poll`.
    pub interface: String,
    /// The version, if there is one.
    pub version: Option<Version>,
}

/// A generation of WASI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// WASI 0.2 and its release candidates that are known here.
    P2,
    /// WASI 0.3 and its release candidates.
    P3,
}

/// The release candidates of WASI 0.2 whose shapes are known.
const P2_CANDIDATES: [&str; 2] = ["rc-2023-11-10", "rc-2023-12-05"];

impl InterfaceName {
    /// Takes a name like `wasi:io/poll@0.2.6` apart. `None` if it is another kind of name.
    pub fn parse(name: &str) -> Option<Self> {
        let (path, version) = match name.split_once('@') {
            Some((path, version)) => (path, Some(Version::parse(version).ok()?)),
            None => (name, None),
        };
        let (package, interface) = path.split_once('/')?;
        package.contains(':').then(|| InterfaceName {
            package: package.to_string(),
            interface: interface.to_string(),
            version,
        })
    }

    /// Whether this is an interface of WASI, of whatever version.
    pub fn is_wasi(&self) -> bool {
        self.package.starts_with("wasi:")
    }

    /// The generation that the version belongs to, if it is known.
    pub fn generation(&self) -> Option<Generation> {
        let version = self.version.as_ref()?;
        let candidate = version.pre.as_str();
        match (version.major, version.minor) {
            (0, 2) if candidate.is_empty() => Some(Generation::P2),
            (0, 2) if version.patch == 0 && P2_CANDIDATES.contains(&candidate) => {
                Some(Generation::P2)
            }
            (0, 3) => Some(Generation::P3),
            _ => None,
        }
    }

    /// The name without the version.
    pub fn path(&self) -> String {
        format!("{}/{}", self.package, self.interface)
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path())?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

impl<'a> Guest<'a> {
    /// Reads a component in binary form.
    ///
    /// # Errors
    ///
    /// If the bytes are something else, or not valid.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        Guest::read_with(bytes, &BTreeSet::new())
    }

    /// The same, where some core modules are known to be valid. Most of the work is in their
    /// functions, and these don't depend on what is around the module.
    pub(crate) fn read_with(bytes: &'a [u8], valid: &BTreeSet<&[u8]>) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(Error::Empty);
        }
        if !bytes.starts_with(b"\0asm") {
            return Err(Error::NotWasm);
        }
        if Parser::is_core_wasm(bytes) {
            return Err(Error::CoreModule);
        }
        if walk_sections(bytes).is_err() {
            return Err(Error::Truncated);
        }
        let types = types(bytes, valid).map_err(Error::InvalidGuest)?;
        let mut guest = Guest {
            bytes,
            imports: Vec::new(),
            exports: Vec::new(),
            modules: BTreeSet::new(),
        };
        guest
            .read_names(types.as_ref())
            .map_err(Error::InvalidGuest)?;
        guest.read_references(types.as_ref());
        guest.read_shapes(types.as_ref());
        Ok(guest)
    }

    fn read_names(&mut self, types: TypesRef<'_>) -> Result<(), BinaryReaderError> {
        let bytes = self.bytes;
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            match &payload {
                Payload::Version { .. } => depth += 1,
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section.clone() {
                        let name = import?.name.name;
                        let item = types.component_item_for_import(name);
                        self.imports.push(Extern::new(name, item, types));
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section.clone() {
                        let name = export?.name.name;
                        let item = types.component_item_for_export(name);
                        self.exports.push(Extern::new(name, item, types));
                    }
                }
                Payload::End(_) => depth -= 1,
                _ => self.modules.extend(module(&payload, bytes)),
            }
        }
        Ok(())
    }

    /// Finds out which imports take types from others.
    fn read_references(&mut self, types: TypesRef<'_>) {
        let mut owners = HashMap::new();
        for import in &self.imports {
            let item = types.component_item_for_import(&import.name);
            for (_, created) in named_types(item, types) {
                owners.insert(created, import.name.clone());
            }
        }
        for import in &mut self.imports {
            let item = types.component_item_for_import(&import.name);
            for (referenced, _) in named_types(item, types) {
                let mut ty = Some(referenced);
                while let Some(id) = ty {
                    if let Some(owner) = owners.get(&id)
                        && *owner != import.name
                    {
                        import.refers_to.insert(owner.clone());
                        break;
                    }
                    ty = types.peel_alias(id);
                }
            }
        }
    }
}

impl Guest<'_> {
    /// Finds out what the imports and exports look like.
    fn read_shapes(&mut self, types: TypesRef<'_>) {
        let instance = |item: Option<&ComponentItem>| match item.map(|item| item.ty) {
            Some(ComponentEntityType::Instance(instance)) => Some(instance),
            _ => None,
        };
        let import = |name: &str| instance(types.component_item_for_import(name));
        let export = |name: &str| instance(types.component_item_for_export(name));
        let mut names = shape::ResourceNames::new();
        for instance in self.imports.iter().filter_map(|item| import(&item.name)) {
            shape::name_resources(&mut names, instance, types);
        }
        for item in &mut self.imports {
            if let Some(instance) = import(&item.name) {
                item.shapes = shape::of_instance(instance, types, &names);
            }
        }
        for item in &mut self.exports {
            if let Some(instance) = export(&item.name) {
                item.shapes = shape::of_instance(instance, types, &names);
            }
        }
    }
}

/// The core module that a section of a component is.
fn module<'a>(payload: &Payload<'_>, bytes: &'a [u8]) -> Option<&'a [u8]> {
    match payload {
        Payload::ModuleSection {
            unchecked_range, ..
        } => bytes.get(unchecked_range.clone()),
        _ => None,
    }
}

/// The types of a component, which is validated but for the core modules that are known to be
/// valid.
///
/// Function bodies are left to `validate_all`: what validates a single one is generic, so that this
/// crate would have a copy of its own.
fn types(bytes: &[u8], valid: &BTreeSet<&[u8]>) -> Result<Types, BinaryReaderError> {
    if valid.is_empty() {
        return Validator::new().validate_all(bytes);
    }
    let mut validator = Validator::new();
    let mut types = None;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if let Some(module) = module(&payload, bytes)
            && !valid.contains(module)
        {
            Validator::new().validate_all(module)?;
        }
        if let ValidPayload::End(end) = validator.payload(&payload)? {
            types = Some(end);
        }
    }
    Ok(types.expect("what can be parsed has an end"))
}

/// Goes through the sections, which fails if the bytes end in the middle of one.
fn walk_sections(bytes: &[u8]) -> Result<(), BinaryReaderError> {
    const HEADER: usize = 8;
    let mut reader = BinaryReader::new(bytes, 0);
    reader.read_bytes(HEADER)?;
    while !reader.eof() {
        let _id = reader.read_u8()?;
        reader.read_reader()?;
    }
    Ok(())
}

/// The types that a type, or an instance with types, gives a name to: for each, the type that the
/// name was given to, and the type that this has made of it.
fn named_types(
    item: Option<&ComponentItem>,
    types: TypesRef<'_>,
) -> Vec<(ComponentAnyTypeId, ComponentAnyTypeId)> {
    let of = |ty| match ty {
        ComponentEntityType::Type {
            referenced,
            created,
        } => Some((referenced, created)),
        _ => None,
    };
    match item.map(|item| item.ty) {
        Some(ComponentEntityType::Instance(instance)) => {
            let exports = types[instance].exports.values();
            exports.filter_map(|item| of(item.ty)).collect()
        }
        Some(other) => of(other).into_iter().collect(),
        None => Vec::new(),
    }
}

impl Extern {
    fn new(name: &str, item: Option<&ComponentItem>, types: TypesRef<'_>) -> Self {
        let mut result = Extern {
            name: name.to_string(),
            interface: InterfaceName::parse(name),
            functions: Vec::new(),
            types: Vec::new(),
            refers_to: BTreeSet::new(),
            shapes: Shapes::new(),
        };
        if let Some(ComponentEntityType::Instance(instance)) = item.map(|item| item.ty) {
            result.read_instance(instance, types);
        }
        result
    }

    fn read_instance(&mut self, instance: ComponentInstanceTypeId, types: TypesRef<'_>) {
        for (name, item) in &types[instance].exports {
            match item.ty {
                ComponentEntityType::Func(_) => self.functions.push(name.clone()),
                ComponentEntityType::Type { .. } => self.types.push(name.clone()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(imports: &str) -> Vec<u8> {
        wat::parse_str(format!("(component {imports})")).unwrap()
    }

    fn generation(name: &str) -> Option<Generation> {
        InterfaceName::parse(name).unwrap().generation()
    }

    #[test]
    fn names_are_taken_apart() {
        let name = InterfaceName::parse("wasi:io/poll@0.2.6").unwrap();
        assert_eq!(name.package, "wasi:io");
        assert_eq!(name.interface, "poll");
        assert_eq!(name.version, Some(Version::new(0, 2, 6)));
        assert_eq!(name.path(), "wasi:io/poll");
        for name in [
            "wasi:io/poll@0.2.6",
            "wasi:io/poll",
            "a:b/c@1.0.0-rc.1+build",
        ] {
            assert_eq!(InterfaceName::parse(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn other_names_are_not_interfaces() {
        for name in ["run", "a/b", "wasi:io", "wasi:io/poll@new", "wasi:io/poll@"] {
            assert_eq!(InterfaceName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn versions_belong_to_generations() {
        for version in [
            "0.2.0",
            "0.2.12",
            "0.2.99",
            "0.2.0-rc-2023-11-10",
            "0.2.0-rc-2023-12-05",
        ] {
            let name = format!("wasi:io/poll@{version}");
            assert_eq!(generation(&name), Some(Generation::P2), "{version}");
        }
        for version in ["0.3.0", "0.3.2", "0.3.0-rc-2026-02-09"] {
            let name = format!("wasi:cli/run@{version}");
            assert_eq!(generation(&name), Some(Generation::P3), "{version}");
        }
        for version in [
            "0.2.0-rc-2023-10-18",
            "0.2.1-rc-2023-11-10",
            "0.1.0",
            "0.4.0",
            "1.2.0",
        ] {
            let name = format!("wasi:io/poll@{version}");
            assert_eq!(generation(&name), None, "{version}");
        }
        assert_eq!(generation("wasi:io/poll"), None);
    }

    #[test]
    fn instances_are_listed() {
        let bytes = guest(
            r#"(import "wasi:io/poll@0.2.0" (instance
                (export "pollable" (type $p (sub resource)))
                (export "[method]pollable.block" (func (param "self" (borrow $p))))))
            (import "f" (func))
            (component (import "inner" (func)) (export "inner-too" (func 0)))
            (export "g" (func 0))"#,
        );
        let guest = Guest::read(&bytes).unwrap();
        let names: Vec<_> = guest.imports.iter().map(|import| &import.name).collect();
        assert_eq!(names, ["wasi:io/poll@0.2.0", "f"]);
        assert_eq!(guest.imports[0].functions, ["[method]pollable.block"]);
        assert_eq!(guest.imports[0].types, ["pollable"]);
        assert_eq!(guest.imports[1].interface, None);
        let names: Vec<_> = guest.exports.iter().map(|export| &export.name).collect();
        assert_eq!(names, ["g"]);
    }

    #[test]
    fn what_is_known_to_be_valid_is_not_gone_through() {
        let valid = "(core module (func (result i32) i32.const 1))";
        let invalid = "(core module (func (result i32) i64.const 1))";
        let known = guest(valid);
        let known = Guest::read(&known).unwrap().modules;
        assert_eq!(known.len(), 1);
        for (text, is_valid) in [
            (valid.to_string(), true),
            (format!("{valid} {invalid}"), false),
            (format!("{invalid} {valid}"), false),
            (format!("(component {invalid}) {valid}"), false),
            (format!("(component {valid}) {invalid}"), false),
        ] {
            let result = guest(&text);
            let result = Guest::read_with(&result, &known);
            assert_eq!(result.is_ok(), is_valid, "{text}");
        }
        // Whoever says so has to know.
        let broken = guest(invalid);
        let module = &broken[broken.len() - known.first().unwrap().len()..];
        assert!(module.starts_with(b"\0asm"));
        assert!(Guest::read_with(&broken, &BTreeSet::from([module])).is_ok());
    }

    #[test]
    fn references_are_found() {
        let bytes = guest(
            r#"(import "a:a/owner" (instance $owner
                (export "thing" (type (sub resource)))
                (type $r (record (field "x" u8)))
                (export "point" (type (eq $r)))))
            (alias export $owner "thing" (type $thing))
            (alias export $owner "point" (type $point))
            (import "a:a/resource" (instance $resource
                (alias outer 1 $thing (type $outer))
                (export "thing" (type (eq $outer)))))
            (import "a:a/record" (instance
                (alias outer 1 $point (type $outer))
                (export "point" (type (eq $outer)))))
            (alias export $resource "thing" (type $again))
            (import "a:a/second-hand" (instance
                (alias outer 1 $again (type $outer))
                (export "thing" (type (eq $outer)))))
            (import "point" (type (eq $point)))
            (import "a:a/own" (instance
                (export "thing" (type (sub resource)))
                (type $r (record (field "x" u8)))
                (export "point" (type (eq $r)))))"#,
        );
        let guest = Guest::read(&bytes).unwrap();
        let references: Vec<(&str, Vec<&str>)> = guest
            .imports
            .iter()
            .map(|import| {
                let to = import.refers_to.iter().map(String::as_str);
                (import.name.as_str(), to.collect())
            })
            .collect();
        assert_eq!(
            references,
            [
                ("a:a/owner", vec![]),
                ("a:a/resource", vec!["a:a/owner"]),
                ("a:a/record", vec!["a:a/owner"]),
                ("a:a/second-hand", vec!["a:a/resource"]),
                ("point", vec!["a:a/owner"]),
                ("a:a/own", vec![]),
            ]
        );
    }
}
