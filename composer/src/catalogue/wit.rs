//! Makes interfaces and worlds that no WIT package defines.
//!
//! They could be written in WIT. But then everything that embeds this crate would have the parser
//! of WIT in it, for a few functions.

use crate::error::InternalError;
use wit_parser::{
    Function, FunctionKind, Handle, Interface, InterfaceId, Package, PackageId, PackageName, Param,
    Resolve, Span, Stability, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, World, WorldId,
    WorldItem, WorldKey,
};

/// Whether a function is `async`.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Sync,
    Async,
}

/// The number of an interface by its full name, `wasi:http/types@0.3.0` for example.
///
/// # Errors
///
/// If there is none.
pub(crate) fn find(resolve: &Resolve, name: &str) -> Result<InterfaceId, InternalError> {
    let missing = || InternalError::adapter(format!("it has no interface `{name}`"));
    let (package, interface) = parse(name).ok_or_else(missing)?;
    let mut packages = resolve.packages.iter();
    let (_, package) = packages
        .find(|(_, it)| it.name == package)
        .ok_or_else(missing)?;
    let found = package.interfaces.get(interface).copied();
    found.ok_or_else(missing)
}

/// The package and the name within it, of a full name.
fn parse(name: &str) -> Option<(PackageName, &str)> {
    let (path, version) = match name.split_once('@') {
        Some((path, version)) => (path, Some(version.parse().ok()?)),
        None => (name, None),
    };
    let (package, interface) = path.split_once('/')?;
    let (namespace, package) = package.split_once(':')?;
    let package = PackageName {
        namespace: namespace.to_string(),
        name: package.to_string(),
        version,
    };
    Some((package, interface))
}

/// Adds an interface by its full name. Another one with that name is no longer found by it.
pub(crate) fn add(resolve: &mut Resolve, name: &str) -> Result<InterfaceId, InternalError> {
    let broken = || InternalError::adapter(format!("`{name}` is no name of an interface"));
    let (package, interface) = parse(name).ok_or_else(broken)?;
    let package = package_of(resolve, package);
    let id = resolve.interfaces.alloc(Interface {
        name: Some(interface.to_string()),
        types: Default::default(),
        functions: Default::default(),
        docs: Default::default(),
        stability: Stability::Unknown,
        package: Some(package),
        span: Span::default(),
        clone_of: None,
    });
    let interfaces = &mut resolve.packages[package].interfaces;
    interfaces.insert(interface.to_string(), id);
    Ok(id)
}

fn package_of(resolve: &mut Resolve, name: PackageName) -> PackageId {
    let mut packages = resolve.packages.iter();
    if let Some((package, _)) = packages.find(|(_, package)| package.name == name) {
        return package;
    }
    let package = resolve.packages.alloc(Package {
        name: name.clone(),
        docs: Default::default(),
        interfaces: Default::default(),
        worlds: Default::default(),
    });
    resolve.package_names.insert(name, package);
    package
}

fn define(
    resolve: &mut Resolve,
    name: Option<&str>,
    kind: TypeDefKind,
    owner: TypeOwner,
) -> TypeId {
    resolve.types.alloc(TypeDef {
        name: name.map(str::to_string),
        kind,
        owner,
        docs: Default::default(),
        stability: Stability::Unknown,
        span: Span::default(),
        external_id: None,
    })
}

/// Has an interface `use` a type of another.
///
/// # Errors
///
/// If the other has none of this name.
pub(crate) fn take(
    resolve: &mut Resolve,
    interface: InterfaceId,
    of: InterfaceId,
    name: &str,
) -> Result<TypeId, InternalError> {
    let ty = resolve.interfaces[of].types.get(name).copied();
    let ty = ty.ok_or_else(|| InternalError::adapter(format!("it has no type `{name}`")))?;
    let (kind, owner) = (
        TypeDefKind::Type(Type::Id(ty)),
        TypeOwner::Interface(interface),
    );
    let taken = define(resolve, Some(name), kind, owner);
    let types = &mut resolve.interfaces[interface].types;
    types.insert(name.to_string(), taken);
    Ok(taken)
}

/// A type without a name.
pub(crate) fn anonymous(resolve: &mut Resolve, kind: TypeDefKind) -> Type {
    Type::Id(define(resolve, None, kind, TypeOwner::None))
}

/// A handle to a resource, which is given away.
pub(crate) fn own(resolve: &mut Resolve, resource: TypeId) -> Type {
    anonymous(resolve, TypeDefKind::Handle(Handle::Own(resource)))
}

/// Adds a function to an interface.
pub(crate) fn function(
    resolve: &mut Resolve,
    interface: InterfaceId,
    kind: Kind,
    name: &str,
    params: &[(&str, Type)],
    result: Option<Type>,
) {
    let params = params.iter().map(|(name, ty)| Param {
        name: name.to_string(),
        ty: *ty,
        span: Span::default(),
    });
    let function = Function {
        name: name.to_string(),
        kind: match kind {
            Kind::Sync => FunctionKind::Freestanding,
            Kind::Async => FunctionKind::AsyncFreestanding,
        },
        params: params.collect(),
        result,
        docs: Default::default(),
        stability: Stability::Unknown,
        span: Span::default(),
        external_id: None,
    };
    let functions = &mut resolve.interfaces[interface].functions;
    functions.insert(name.to_string(), function);
}

/// What a world has of an interface.
pub(crate) fn item(id: InterfaceId) -> (WorldKey, WorldItem) {
    let item = WorldItem::Interface {
        id,
        stability: Stability::Unknown,
        docs: Default::default(),
        span: Span::default(),
        external_id: None,
    };
    (WorldKey::Interface(id), item)
}

/// Adds a world that imports some interfaces, with all that they take types from, and exports one.
pub(crate) fn world(
    resolve: &mut Resolve,
    imports: &[InterfaceId],
    export: InterfaceId,
) -> WorldId {
    fn with_all(resolve: &Resolve, id: InterfaceId, all: &mut Vec<InterfaceId>) {
        if !all.contains(&id) {
            for other in resolve.interface_direct_deps(id) {
                with_all(resolve, other, all);
            }
            all.push(id);
        }
    }
    let mut imported = Vec::new();
    for id in imports {
        with_all(resolve, *id, &mut imported);
    }
    for other in resolve.interface_direct_deps(export) {
        with_all(resolve, other, &mut imported);
    }
    const NAME: &str = "front";
    // No interface may be of a package that takes types from its own.
    let package = package_of(
        resolve,
        PackageName {
            namespace: "wasi-uplift".to_string(),
            name: NAME.to_string(),
            version: None,
        },
    );
    let world = resolve.worlds.alloc(World {
        name: NAME.to_string(),
        imports: imported.into_iter().map(item).collect(),
        exports: [item(export)].into_iter().collect(),
        package: Some(package),
        docs: Default::default(),
        stability: Stability::Unknown,
        includes: Vec::new(),
        span: Span::default(),
    });
    let worlds = &mut resolve.packages[package].worlds;
    worlds.insert(NAME.to_string(), world);
    world
}
