//! Says of a guest whether it can run on a host that ships only WASI 0.3, and what it becomes.

use crate::catalogue::{Catalogue, CatalogueError};
use crate::component::Sort;
use crate::compose::{self, Composed};
use crate::engine::{self, EngineFeature};
use crate::error::{ComposeError, InspectError, InternalError, PlanError};
use crate::inspect::{Extern, Guest};
use crate::options::Options;
use crate::plan::{Decision, Decisions, ExportFate, ImportFate};
use crate::preview1;
use std::borrow::Cow;
use std::fmt;

/// What [`inspect`] finds out about a guest.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// The length of the guest in bytes.
    pub size: usize,
    /// Whether the guest is a core module, which is made a component first.
    pub is_module: bool,
    /// The guest's imports, in its order.
    pub imports: Vec<Reported<ImportFate>>,
    /// The guest's exports, in its order.
    pub exports: Vec<Reported<ExportFate>>,
    /// Whether the guest can run on a host that ships only WASI 0.3.
    pub verdict: Verdict,
    /// What the host's engine has to have to run it, as it is or once composed. Nothing if it can't
    /// run.
    pub engine: Vec<EngineFeature>,
}

/// An import or export with the decision on it, or what is in the way.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reported<Fate> {
    /// The import or export of the guest.
    pub item: Extern,
    /// The decision, or what is in the way.
    pub fate: Result<Fate, PlanError>,
}

/// Whether a guest can run on a host that ships only WASI 0.3. Imports that aren't WASI are the
/// host's to serve whatever the verdict.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// As it is: it needs nothing of WASI 0.2.
    Already,
    /// Once it is composed. The result is here, as [`compose`](crate::compose) makes it.
    Composes(Box<Composed>),
    /// It can't.
    #[non_exhaustive]
    Impossible {
        /// What is in the way, if it isn't about an import or export: what is about one is said
        /// there.
        error: Option<ComposeError>,
    },
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

/// Inspects a guest: decides on each import and export, and composes it if that can be.
///
/// The bytes are what [`compose`](crate::compose) takes.
///
/// ```
/// use wasi_uplift::{ImportFate, Options, Verdict};
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
/// let Verdict::Composes(composed) = report.verdict else {
///     return Err("it can be served".into());
/// };
/// assert!(composed.imports.contains(&"wasi:random/random@0.3.0".to_string()));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If the bytes are no component. That a component can't be composed is a [`Verdict`].
pub fn inspect(guest: &[u8], options: &Options) -> Result<Report, InspectError> {
    let component = preview1::componentize(guest)?;
    let is_module = matches!(component, Cow::Owned(_));
    let read = Guest::read(&component)?;
    let catalogue = Catalogue::new(options.target, &options.without)?;
    let decisions = Decisions::of(&read, &catalogue)?;
    let mut plan = decisions.to_plan_of_served();
    plan.follow(options)?;
    // What options say of an export is a part of the decision on it.
    let mut followed = plan.exports.iter();
    let exports = decisions.exports.into_iter().map(|planned| Decision {
        fate: planned.fate.map(|fate| match followed.next() {
            Some(followed) => followed.fate.clone(),
            None => fate,
        }),
        item: planned.item,
    });
    let exports = exports.map(Reported::from);
    let mut report = Report {
        size: guest.len(),
        is_module,
        exports: exports.collect(),
        imports: decisions.imports.into_iter().map(Reported::from).collect(),
        verdict: Verdict::Impossible { error: None },
        engine: Vec::new(),
    };
    if !report.is_served() {
        return Ok(report);
    }
    report.verdict = if plan.is_identity() {
        Verdict::Already
    } else {
        match compose::carry_out(&component, read, plan, &catalogue, options.link) {
            Ok(composed) => Verdict::Composes(Box::new(composed)),
            Err(ComposeError::Internal(error)) => return Err(error.into()),
            Err(error) => Verdict::Impossible { error: Some(error) },
        }
    };
    report.engine = match &report.verdict {
        Verdict::Already => engine::needed_by(&component),
        Verdict::Composes(composed) => engine::needed_by(&composed.bytes),
        Verdict::Impossible { .. } => Ok(Vec::new()),
    }
    .map_err(InternalError::result)?;
    Ok(report)
}

impl<Fate> From<Decision<Fate>> for Reported<Fate> {
    fn from(decision: Decision<Fate>) -> Self {
        Reported {
            item: decision.item,
            fate: decision.fate.map_err(|error| *error),
        }
    }
}

impl From<CatalogueError> for InspectError {
    fn from(error: CatalogueError) -> Self {
        match error {
            CatalogueError::Options(error) => error.into(),
            CatalogueError::Internal(error) => error.into(),
        }
    }
}

impl Report {
    fn is_served(&self) -> bool {
        self.imports.iter().all(|import| import.fate.is_ok())
            && self.exports.iter().all(|export| export.fate.is_ok())
    }

    /// The imports that a host has to serve besides what hosts of WASI 0.3 have: those of the guest
    /// that aren't of WASI 0.2 or 0.3, and the handler behind one that passes requests on. A type of
    /// values is the same type everywhere, so that nobody has to serve it.
    pub fn of_the_host(&self) -> impl Iterator<Item = &str> {
        let imports = match &self.verdict {
            Verdict::Composes(composed) => composed.imports.as_slice(),
            _ => &[],
        };
        let handlers = imports.iter().filter(|it| it.starts_with(NEXT_HANDLER));
        let is_served = |import: &&Reported<ImportFate>| {
            matches!(import.fate, Ok(ImportFate::Host)) && import.item.sort != Sort::Type
        };
        let served = self.imports.iter().filter(is_served);
        let served = served.map(|import| import.item.name.as_str());
        served.chain(handlers.map(String::as_str))
    }
}

/// What answers the requests that a guest passes on.
const NEXT_HANDLER: &str = "wasi:http/handler@";

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
