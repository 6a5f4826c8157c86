//! Decides what becomes of each import and export of a guest.

use crate::Error;
use crate::adapt::Adapter;
use crate::error::Unserved;
use crate::inspect::{Extern, Generation, Guest};
use std::collections::BTreeSet;

/// What becomes of each import and export: data, which says it all before anything is done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The imports, in the guest's order.
    pub imports: Vec<Planned<ImportFate>>,
    /// The exports, in the guest's order.
    pub exports: Vec<Planned<ExportFate>>,
}

/// An import or export and what becomes of it.
#[derive(Clone, Debug)]
pub struct Planned<Fate> {
    /// The import or export of the guest.
    pub item: Extern,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportFate {
    /// The adapter serves it.
    Adapter {
        /// The name of the adapter's export.
        by: String,
        /// The functions that may wait, and become `async`.
        waiting: BTreeSet<String>,
    },
    /// It is WASI 0.3 already, which the host has.
    AlreadyP3,
    /// It is no WASI interface that is known here: it stays an import of the result.
    Host,
}

/// What becomes of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFate {
    /// It becomes an export of this name, which is its WASI 0.3 counterpart.
    Lifted(String),
    /// It is WASI 0.3 already.
    AlreadyP3,
    /// It is exported under the same name. Its functions become `async` if the guest may wait.
    Kept,
}

/// The packages that make up WASI 0.2, and are therefore never the host's.
const P2_PACKAGES: [&str; 7] = [
    "wasi:cli",
    "wasi:clocks",
    "wasi:filesystem",
    "wasi:http",
    "wasi:io",
    "wasi:random",
    "wasi:sockets",
];

/// Where a WASI 0.2 command starts.
const P2_RUN: &str = "wasi:cli/run";

/// Where a WASI 0.3 command starts.
pub(crate) const P3_RUN: &str = "wasi:cli/run@0.3.0";

impl Plan {
    /// Plans for a guest.
    ///
    /// # Errors
    ///
    /// If something that the guest imports or exports can't be served.
    pub fn new(guest: &Guest<'_>, adapter: &Adapter<'_>) -> Result<Self, Error> {
        let mut plan = Plan {
            imports: Vec::new(),
            exports: Vec::new(),
        };
        let mut unserved = Vec::new();
        for import in &guest.imports {
            match import_fate(import, adapter) {
                Ok(fate) => plan.imports.push(Planned {
                    item: import.clone(),
                    fate,
                }),
                Err(reason) => unserved.push((import.name.clone(), reason)),
            }
        }
        if !unserved.is_empty() {
            return Err(Error::Imports(unserved));
        }
        for export in &guest.exports {
            plan.exports.push(Planned {
                item: export.clone(),
                fate: export_fate(export)?,
            });
        }
        Ok(plan)
    }

    /// Whether the guest needs nothing: it imports and exports nothing of WASI 0.2.
    pub fn is_identity(&self) -> bool {
        let import = |import: &Planned<_>| !matches!(import.fate, ImportFate::Adapter { .. });
        let export = |export: &Planned<_>| !matches!(export.fate, ExportFate::Lifted(_));
        self.imports.iter().all(import) && self.exports.iter().all(export)
    }

    /// The imports that the adapter serves, each with the name of the adapter's export.
    pub fn adapted(&self) -> impl Iterator<Item = (&Extern, &str)> {
        self.imports.iter().filter_map(|import| match &import.fate {
            ImportFate::Adapter { by, .. } => Some((&import.item, by.as_str())),
            _ => None,
        })
    }

    /// What becomes of the import of this name.
    pub fn import(&self, name: &str) -> Option<&ImportFate> {
        let named = |import: &&Planned<_>| import.item.name == name;
        Some(&self.imports.iter().find(named)?.fate)
    }

    /// The export that becomes `wasi:cli/run` of WASI 0.3.
    pub fn run(&self) -> Option<&Extern> {
        let lifted = |export: &&Planned<_>| matches!(export.fate, ExportFate::Lifted(_));
        Some(&self.exports.iter().find(lifted)?.item)
    }
}

fn import_fate(import: &Extern, adapter: &Adapter<'_>) -> Result<ImportFate, Unserved> {
    let Some(name) = import.interface.as_ref().filter(|name| name.is_wasi()) else {
        return Ok(ImportFate::Host);
    };
    match name.generation() {
        Some(Generation::P3) => return Ok(ImportFate::AlreadyP3),
        Some(Generation::P2) => {}
        None if P2_PACKAGES.contains(&name.package.as_str()) => return Err(Unserved::Version),
        None => return Err(Unserved::Unknown),
    }
    let Some(interface) = adapter.interface(&name.path()) else {
        return Err(if P2_PACKAGES.contains(&name.package.as_str()) {
            Unserved::NotYet
        } else {
            Unserved::Unknown
        });
    };
    let missing = |function: &&String| !interface.functions.contains_key(*function);
    if let Some(function) = import.functions.iter().find(missing) {
        return Err(Unserved::Function(function.clone()));
    }
    let waits = |function: &&String| interface.functions.get(*function) == Some(&true);
    Ok(ImportFate::Adapter {
        by: interface.name.clone(),
        waiting: import.functions.iter().filter(waits).cloned().collect(),
    })
}

fn export_fate(export: &Extern) -> Result<ExportFate, Error> {
    let Some(name) = export.interface.as_ref().filter(|name| name.is_wasi()) else {
        return Ok(ExportFate::Kept);
    };
    match name.generation() {
        Some(Generation::P3) => Ok(ExportFate::AlreadyP3),
        Some(Generation::P2) if name.path() == P2_RUN => Ok(ExportFate::Lifted(P3_RUN.to_string())),
        Some(Generation::P2) => Err(Error::Export(export.name.clone())),
        None => Ok(ExportFate::Kept),
    }
}
