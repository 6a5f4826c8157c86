//! Says what would become of a guest, and whether it can run on a host that ships only WASI 0.3.

use crate::adapt::Adapter;
use crate::inspect::{Extern, Guest};
use crate::plan::{ExportFate, ImportFate, Plan, Planned};
use crate::{Error, Linked, Options, Place, own_types, preview1};
use std::collections::BTreeMap;
use std::fmt;

/// What would become of a guest.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// How many bytes the guest has.
    pub size: usize,
    /// The guest is a core module, which is made a component first.
    pub is_module: bool,
    /// The guest's imports, in its order.
    pub imports: Vec<Reported<ImportFate>>,
    /// The guest's exports, in its order.
    pub exports: Vec<Reported<ExportFate>>,
    /// Whether the guest can run on a host that ships only WASI 0.3.
    pub verdict: Verdict,
}

/// An import or export, and what would become of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reported<Fate> {
    /// The import or export of the guest.
    pub item: Extern,
    /// What would become of it, or what is in the way.
    pub fate: Result<Fate, Error>,
}

/// Whether a guest can run on a host that ships only WASI 0.3. Imports that aren't WASI are the
/// host's to serve whatever the verdict.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// As it is: it needs nothing of WASI 0.2.
    Already,
    /// Once it is composed.
    Composes(Outlook),
    /// It can't. What is in the way is said of the import or export that it is about, or here if it
    /// isn't about one.
    Impossible(Option<Error>),
}

/// What [`compose`](crate::compose) would make of a guest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outlook {
    /// How many bytes the result would have.
    pub size: usize,
    /// What the result would import, in its order.
    pub imports: Vec<String>,
    /// What the result would export, in its order.
    pub exports: Vec<String>,
    /// How guest and adapter would be put together.
    pub linked: Linked,
    /// The functions of exports that would become `async`; see
    /// [`Composed::became_async`](crate::Composed::became_async).
    pub became_async: Vec<Place>,
}

/// Which of two shapes an interface has whose label stands for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Variant {
    /// That of the document of early November 2023.
    Draft,
    /// That of later documents, which Wasmtime 15 and 16 shipped.
    Final,
}

/// Inspects a guest: what would become of each import and export, and what would come of it.
///
/// The bytes are what [`compose`](crate::compose) takes.
///
/// ```
/// use wasi_uplift::{Options, Verdict, plan::ImportFate};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guest = wat::parse_str(
///     r#"(component
///         (import "wasi:random/random@0.2.0" (instance
///             (export "get-random-u64" (func (result u64)))))
///         (import "my:own/thing" (instance (export "f" (func)))))"#,
/// )?;
/// let report = wasi_uplift::inspect(&guest, &Options::default())?;
/// assert!(matches!(report.imports[0].fate, Ok(ImportFate::Adapter { .. })));
/// assert!(matches!(report.imports[1].fate, Ok(ImportFate::Host)));
/// let Verdict::Composes(outlook) = report.verdict else {
///     return Err("it can be served".into());
/// };
/// assert!(outlook.imports.contains(&"wasi:random/random@0.3.0".to_string()));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the bytes are no component. That a component can't be composed is a [`Verdict`].
pub fn inspect(guest: &[u8], options: &Options) -> Result<Report, Error> {
    let component = preview1::componentize(guest)?;
    let is_module = matches!(component, std::borrow::Cow::Owned(_));
    let component = own_types::give(component);
    let read = Guest::read(&component)?;
    let adapter = options.adapter()?;
    let mut obstacles = Obstacles::default();
    let mut plan = obstacles.plan(&read, &adapter)?;
    options.settle(&mut plan)?;
    let mut report = Report {
        size: guest.len(),
        is_module,
        imports: reported(&read.imports, &plan.imports, &mut obstacles.of_imports),
        exports: reported(&read.exports, &plan.exports, &mut obstacles.of_exports),
        verdict: Verdict::Impossible(None),
    };
    if !report.is_served() {
        return Ok(report);
    }
    report.verdict = if plan.is_identity() {
        Verdict::Already
    } else {
        match crate::carry_out(&read, plan, &adapter, options) {
            Ok(composed) => {
                let result = Guest::read(&composed.bytes)?;
                let names = |items: Vec<Extern>| items.into_iter().map(|item| item.name).collect();
                Verdict::Composes(Outlook {
                    size: composed.bytes.len(),
                    imports: names(result.imports),
                    exports: names(result.exports),
                    linked: composed.linked,
                    became_async: composed.became_async,
                })
            }
            Err(error) if error.is_bug() => return Err(error),
            Err(error) => Verdict::Impossible(Some(error)),
        }
    };
    Ok(report)
}

impl Report {
    fn is_served(&self) -> bool {
        self.imports.iter().all(|import| import.fate.is_ok())
            && self.exports.iter().all(|export| export.fate.is_ok())
    }

    /// The imports that aren't of WASI 0.2 or 0.3, which any host has to serve itself.
    pub fn of_the_host(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().filter_map(|import| match import.fate {
            Ok(ImportFate::Host) => Some(import.item.name.as_str()),
            _ => None,
        })
    }
}

impl Reported<ImportFate> {
    /// Which shape the import has, if its label stands for two.
    pub fn variant(&self) -> Option<Variant> {
        let Ok(ImportFate::Adapter { by, .. }) = &self.fate else {
            return None;
        };
        let interface = self.item.interface.as_ref()?;
        let candidate = interface.version.as_ref()?.pre.as_str();
        // What the adapter calls the two is longer than the label by a word, or isn't.
        match by.split_once(&format!("-{candidate}"))?.1 {
            "-draft" => Some(Variant::Draft),
            _ if interface.package == "wasi:sockets" && candidate == "rc-2023-11-10" => {
                Some(Variant::Final)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Variant::Draft => "draft",
            Variant::Final => "final",
        })
    }
}

/// What is in the way, by name.
#[derive(Default)]
struct Obstacles {
    of_imports: BTreeMap<String, Error>,
    of_exports: BTreeMap<String, Error>,
}

impl Obstacles {
    /// Plans for what remains of a guest without what is in the way.
    fn plan(&mut self, guest: &Guest<'_>, adapter: &Adapter<'_>) -> Result<Plan, Error> {
        let mut rest = guest.clone();
        loop {
            let error = match Plan::new(&rest, adapter) {
                Ok(plan) => return Ok(plan),
                Err(error) => error,
            };
            let left = rest.imports.len() + rest.exports.len();
            self.set_aside(error, &mut rest)?;
            // Each round takes something away, or there would be no end.
            debug_assert!(rest.imports.len() + rest.exports.len() < left);
        }
    }

    /// Takes out of a guest what an error is about. Returns an error that isn't about a part of it.
    fn set_aside(&mut self, error: Error, rest: &mut Guest<'_>) -> Result<(), Error> {
        let is_import = |name: &String| rest.imports.iter().any(|import| import.name == *name);
        let is_export = |name: &String| rest.exports.iter().any(|export| export.name == *name);
        match error {
            Error::Imports(imports)
                if !imports.is_empty() && imports.iter().all(|(name, _)| is_import(name)) =>
            {
                for (name, reason) in imports {
                    remove(&mut rest.imports, &name);
                    let error = Error::Imports(vec![(name.clone(), reason)]);
                    self.of_imports.insert(name, error);
                }
            }
            Error::Shape { ref name, .. }
            | Error::Refers {
                import: ref name, ..
            } if is_import(name) => {
                let name = name.clone();
                remove(&mut rest.imports, &name);
                self.of_imports.insert(name, error);
            }
            Error::Shape { ref name, .. }
            | Error::Export(ref name)
            | Error::LeftOut {
                export: ref name, ..
            } if is_export(name) => {
                let name = name.clone();
                remove(&mut rest.exports, &name);
                self.of_exports.insert(name, error);
            }
            error => return Err(error),
        }
        Ok(())
    }
}

fn remove(items: &mut Vec<Extern>, name: &str) {
    items.retain(|item| item.name != name);
    // That it is gone is nothing to hold against the others.
    for item in items {
        item.refers_to.remove(name);
    }
}

fn reported<Fate: Clone>(
    items: &[Extern],
    planned: &[Planned<Fate>],
    obstacles: &mut BTreeMap<String, Error>,
) -> Vec<Reported<Fate>> {
    let fates = |name: &str| planned.iter().find(|planned| planned.item.name == name);
    let mut report = Vec::new();
    for item in items {
        let fate = match (obstacles.remove(&item.name), fates(&item.name)) {
            (Some(error), _) => Err(error),
            (None, Some(planned)) => Ok(planned.fate.clone()),
            // What isn't set aside is planned for.
            (None, None) => continue,
        };
        report.push(Reported {
            item: item.clone(),
            fate,
        });
    }
    report
}
