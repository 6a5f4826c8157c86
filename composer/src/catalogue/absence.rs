//! The adapter for hosts that ship only a part of WASI 0.3.
//!
//! Nothing is imported of a package that is left out. The adapter has functions that take the place
//! of its imports, and answer what WASI 0.2 offers for absence. A function that takes a handle of
//! the package traps: nobody can have such a handle. Any other function has no answer, and a guest
//! that needs it can't be served.

use super::{Catalogue, wit};
use crate::error::InternalError;
use crate::trim::{Module, StandIn};
use std::collections::BTreeSet;
use wit_parser::{Resolve, Type, TypeDefKind, TypeOwner};

/// Begins the names of the adapter's answers.
const ANSWERS: &str = "wasi-uplift:absent/";

/// Begins the name of an import that doesn't wait for the function it calls.
const ASYNC_LOWER: &str = "[async-lower]";

/// The packages that are left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Absence(BTreeSet<String>);

/// An exported function of the adapter for which there is no answer.
pub(crate) struct Unanswered {
    /// Its place in the list that was asked about.
    pub position: usize,
    /// The package that it needs.
    pub package: String,
}

impl Absence {
    pub fn of(packages: &[String]) -> Self {
        Absence(packages.iter().cloned().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, package: &str) -> bool {
        self.0.contains(package)
    }

    /// The package of an interface, if it is left out.
    pub fn package_of<'a>(&self, interface: &'a str) -> Option<&'a str> {
        let (package, _) = interface.split_once('/')?;
        self.has(package).then_some(package)
    }

    /// Gives what stays its own copy of the types that it takes from what is left out, so that
    /// nothing is imported for a type alone.
    pub fn detach(&self, resolve: &mut Resolve) {
        let is_left_out = |owner: TypeOwner| {
            let TypeOwner::Interface(interface) = owner else {
                return false;
            };
            let name = resolve.id_of(interface);
            name.is_some_and(|name| self.package_of(&name).is_some())
        };
        let mut copies = Vec::new();
        for (id, ty) in resolve.types.iter() {
            let mut kind = &ty.kind;
            while let TypeDefKind::Type(Type::Id(of)) = kind
                && !is_left_out(ty.owner)
                && is_left_out(resolve.types[*of].owner)
                && !matches!(resolve.types[*of].kind, TypeDefKind::Resource)
            {
                kind = &resolve.types[*of].kind;
            }
            if !std::ptr::eq(kind, &ty.kind) {
                copies.push((id, kind.clone()));
            }
        }
        for (id, kind) in copies {
            resolve.types[id].kind = kind;
        }
    }
}

impl Catalogue {
    /// What takes the place of an import of the adapter's core module.
    pub fn stand_in(&self, module: &Module<'_>, interface: &str, name: &str) -> Option<StandIn> {
        self.left_out_package(interface)?;
        let answer = |name: &str| {
            let answer = format!("{ANSWERS}{name}");
            let is_there = module.exports().any(|export| export == answer);
            is_there.then_some(StandIn::Export(answer))
        };
        let function = name.strip_prefix(ASYNC_LOWER).unwrap_or(name);
        let built_in = built_in(function);
        answer(&format!("{interface}#{name}"))
            .or_else(|| answer(built_in.as_deref()?))
            .or_else(|| {
                let needs_handle = built_in.is_some() || self.takes_handle(interface, function);
                needs_handle.then_some(StandIn::Trap)
            })
    }

    /// Whether a function of the imports can't be called without a handle.
    fn takes_handle(&self, interface: &str, function: &str) -> bool {
        let resolve = self.resolve();
        let path = interface
            .split_once('@')
            .map_or(interface, |(path, _)| path);
        let name = self.target.interface(path);
        let found = wit::find(resolve, &name).ok();
        let found = found.and_then(|id| resolve.interfaces[id].functions.get(function));
        let is_handle = |ty: &Type| {
            let mut ty = *ty;
            while let Type::Id(id) = ty {
                match resolve.types[id].kind {
                    TypeDefKind::Handle(_) => return true,
                    TypeDefKind::Type(of) => ty = of,
                    _ => return false,
                }
            }
            false
        };
        found.is_some_and(|function| function.params.iter().any(|param| is_handle(&param.ty)))
    }

    /// Finds the functions for which there is no answer, of a list of exported interfaces and
    /// functions of them.
    ///
    /// # Errors
    ///
    /// If the adapter is broken.
    pub fn unanswered(&self, wanted: &[(&str, &str)]) -> Result<Vec<Unanswered>, InternalError> {
        if self.absence.is_empty() {
            return Ok(Vec::new());
        }
        let module = self.module()?;
        let exports = wanted.iter().enumerate();
        let exports = exports
            .map(|(position, (interface, function))| (position, format!("{interface}#{function}")));
        // What a function of the package itself needs of it, that function is to be blamed for: they
        // come last.
        let of_it =
            |(position, _): &(usize, String)| self.left_out_package(wanted[*position].0).is_some();
        let (last, mut exports): (Vec<_>, Vec<_>) = exports.partition(of_it);
        exports.extend(last);
        let needed = |kept: &BTreeSet<&str>| -> Result<Option<String>, InternalError> {
            let stand_in = |interface: &str, name: &str| self.stand_in(module, interface, name);
            let imports = module
                .needs(|export| kept.contains(export), stand_in)
                .map_err(InternalError::adapter)?;
            let package = |(interface, _): &(String, String)| {
                Some(self.left_out_package(interface)?.to_string())
            };
            Ok(imports.iter().find_map(package))
        };
        if needed(&exports.iter().map(|(_, export)| export.as_str()).collect())?.is_none() {
            return Ok(Vec::new());
        }
        let mut unanswered = Vec::new();
        let mut kept = BTreeSet::new();
        for (position, export) in &exports {
            kept.insert(export.as_str());
            if let Some(package) = needed(&kept)? {
                kept.remove(export.as_str());
                unanswered.push(Unanswered {
                    position: *position,
                    package,
                });
            }
        }
        Ok(unanswered)
    }
}

/// The name of the kind of a built-in, as in `[stream-read]`, if the function is one.
fn built_in(function: &str) -> Option<String> {
    let (kind, _) = function.strip_prefix('[')?.split_once(']')?;
    if kind == "resource-drop" {
        return Some(format!("[{kind}]"));
    }
    let is_about = |what: &str| kind.starts_with(what);
    let (name, number) = kind.rsplit_once('-')?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && (is_about("stream-") || is_about("future-"))).then(|| format!("[{name}]"))
}
