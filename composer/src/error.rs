//! What can go wrong.

use crate::Target;
use crate::adapt::trim;
use crate::plan::ExportFate;
use std::fmt;
use wasm_encoder::reencode;
use wasmparser::BinaryReaderError;

/// Why a guest can't be composed with the adapter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no bytes.
    #[error(
        "the input is empty, where a WebAssembly component in binary form is needed: check that \
         the step that makes it has succeeded"
    )]
    Empty,

    /// The bytes don't begin like WebAssembly does.
    #[error(
        "the input is not WebAssembly in binary form: a component is needed, which begins with the \
         bytes 00 61 73 6d (turn text form into binary form first, for example with `wasm-tools \
         parse`)"
    )]
    NotWasm,

    /// The bytes are a core module.
    #[error(
        "the input is a core module, not a component: make a component of it first, for example \
         with `wasm-tools component new`"
    )]
    CoreModule,

    /// The bytes are a part of something.
    #[error(
        "the input ends in the middle of a section: it is cut off or damaged, get the whole file \
         and try again"
    )]
    Truncated,

    /// The bytes are a core module that imports `wasi_snapshot_preview1`, and more.
    #[error(
        "the input is a core module that imports `wasi_snapshot_preview1`, and can't be made a \
         component: {0}; make a component of it first, for example with `wasm-tools component new`"
    )]
    Preview1(String),

    /// The bytes are not a valid component.
    #[error(
        "the input is not a valid component: it is damaged, or it needs features of the component \
         model that a WASI 0.3 host doesn't have by default"
    )]
    InvalidGuest(#[source] BinaryReaderError),

    /// A package is to be left out that WASI 0.2 hasn't got.
    #[error("`{name}` is no package of WASI 0.2 that could be left out: {} are", .known.join(", "))]
    Package {
        /// What it was called.
        name: String,
        /// The packages that there are.
        known: Vec<String>,
    },

    /// Guest and adapter were to become one component, and can't.
    #[error(
        "guest and adapter can't become one component: {0}; leave `--link fused` out, and they are \
         linked as two"
    )]
    Unfusible(crate::Unfusible),

    /// Guest and adapter import the same interface of WASI 0.3, and the guest takes more from it
    /// than there is.
    #[error(
        "the guest imports `{0}` itself, as the adapter does, with other functions or types than \
         WASI 0.3 gives it: build the guest from the interface's definition as it was published"
    )]
    Extended(String),

    /// Some imports can't be served.
    #[error("{}", display_imports(.0))]
    Imports(Vec<(String, Unserved)>),

    /// An import that stays with the host has types of one that doesn't.
    #[error(
        "the import `{import}` is not of WASI 0.2, so it is for the host to serve, but it refers to \
         types of `{to}`, which a WASI 0.3 host doesn't have: join the guest with a component that \
         serves `{import}` first, for example with `wac plug`, or build it without"
    )]
    Refers {
        /// The name of the import that stays with the host.
        import: String,
        /// The name of the import that it refers to.
        to: String,
    },

    /// An export belongs to WASI 0.2 and has no counterpart that is supported.
    #[error(
        "the export `{0}` can't be offered to a WASI 0.3 host: of the interfaces by which a host \
         calls a WASI 0.2 component, this version of wasi-uplift supports `wasi:cli/run@0.2.x` \
         and `wasi:http/incoming-handler@0.2.x` only; build the guest without this export"
    )]
    Export(String),

    /// An export needs a package that is to be left out.
    #[error(
        "the export `{export}` has types of `{package}`, which is to be left out: compose it with \
         `{package}`, or build the guest without this export"
    )]
    LeftOut {
        /// The name of the export.
        export: String,
        /// The package.
        package: String,
    },

    /// The functions of an export were to be of one kind or another, and there is no such export.
    #[error("the guest has no export `{name}`: {}", display_known(.known))]
    NoExport {
        /// What it was called.
        name: String,
        /// The exports that there are.
        known: Vec<String>,
    },

    /// The functions of an export were to be of one kind, and have to be of another.
    #[error("the export `{export}` {}", display_settled(.by))]
    Settled {
        /// The name of the export.
        export: String,
        /// What becomes of it.
        by: ExportFate,
    },

    /// A function flows both to where it has to be `async` and to where it must not be.
    #[error(
        "the function {waits} has to be `async`, because it may wait or is to be made so, and the \
         function {stays} must not be `async`, because its type is given from outside or is to be \
         kept; but the guest passes both through the same place, where they have to have the same \
         type: build it so that they are apart"
    )]
    Conflict {
        /// The one that has to be `async`.
        waits: Place,
        /// The one that must not be.
        stays: Place,
    },

    /// The types of an import or export of the guest are not those that WASI 0.2 has.
    #[error(
        "`{name}` does not have the types that WASI 0.2 gives it: {reason}; build the guest from \
         the interface's definition as it was published"
    )]
    Shape {
        /// The name of the import or export.
        name: String,
        /// Where the types differ.
        reason: String,
    },

    /// The result would still need WASI 0.2.
    #[error(
        "the result would still import `{0}`, which a WASI 0.3 host doesn't have; this is a bug of \
         wasi-uplift"
    )]
    Remains(String),

    /// The result is not valid, which is a bug here.
    #[error("the result is not a valid component, which is a bug of wasi-uplift")]
    InvalidResult(#[source] BinaryReaderError),

    /// The guest uses something of the component model that is not known here.
    #[error("the component uses something that wasi-uplift does not know: {0}")]
    Unknown(&'static str),

    /// The guest could not be written again.
    #[error("the component could not be retyped, which is a bug of wasi-uplift")]
    Rewrite(#[source] reencode::Error),

    /// The adapter that is part of this crate is broken.
    #[error("the embedded adapter is broken, which is a bug of wasi-uplift: {0}")]
    Adapter(String),

    /// The parts could not be put together, which is a bug here.
    #[error("the parts could not be linked, which is a bug of wasi-uplift: {0}")]
    Link(String),
}

impl Error {
    /// Whether what is wrong is not the guest.
    pub(crate) fn is_bug(&self) -> bool {
        use Error::{Adapter, InvalidResult, Link, Remains, Rewrite};
        matches!(
            self,
            Remains(_) | InvalidResult(_) | Rewrite(_) | Adapter(_) | Link(_)
        )
    }
}

/// A function of an import or export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The name of the import or export.
    pub name: String,
    /// The name of the function in it. Empty if the import or export is the function itself.
    pub function: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function.as_str() {
            "" => write!(f, "`{}`", self.name),
            function => write!(f, "`{function}` of `{}`", self.name),
        }
    }
}

/// Why an import can't be served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unserved {
    /// An interface of WASI 0.2 that is not supported yet.
    NotYet,
    /// An interface of WASI 0.2 that can't be served with the version of WASI 0.3 that was asked for.
    Target(Target),
    /// A `wasi:` interface that WASI 0.2 doesn't have.
    Unknown,
    /// An interface of WASI 0.2 in a version that is not known, or without one.
    Version,
    /// The interface is served, but not this function of it.
    Function(String),
    /// The guest has it of WASI 0.3 itself, and this package is to be left out.
    LeftOut(String),
    /// There is nothing that a function could answer where a package is left out.
    Unanswered {
        /// The function.
        function: String,
        /// The package.
        package: String,
    },
}

impl fmt::Display for Unserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unserved::NotYet => f.write_str(
                "this version of wasi-uplift does not support this WASI 0.2 interface yet; build \
                 the guest without it",
            ),
            Unserved::Target(target) => write!(
                f,
                "this version of wasi-uplift can't serve it with WASI {target}; compose for 0.3.0, \
                 which every 0.3.x host has, or leave its package out"
            ),
            Unserved::Unknown => f.write_str(
                "WASI 0.2 has no such interface; join the guest with a component that serves it \
                 first, for example with `wac plug`, or build it without",
            ),
            Unserved::Version => f.write_str(
                "the versions of this interface that can be served are 0.2.0 and later 0.2.x, \
                 0.2.0-rc-2023-11-10 and 0.2.0-rc-2023-12-05; build the guest for one of these",
            ),
            Unserved::Function(name) => write!(
                f,
                "its function `{name}` is newer than this version of wasi-uplift, or was never \
                 part of WASI 0.2; use a later wasi-uplift, or build the guest without it"
            ),
            Unserved::LeftOut(package) => write!(
                f,
                "`{package}` is to be left out, and here the guest has it of WASI 0.3 itself; \
                 compose it with `{package}`, or build the guest without"
            ),
            Unserved::Unanswered { function, package } => write!(
                f,
                "its function `{function}` needs `{package}`, which is to be left out, and WASI \
                 0.2 has no answer that says so; compose it with `{package}`, or build the guest \
                 without"
            ),
        }
    }
}

fn display_known(exports: &[String]) -> String {
    if exports.is_empty() {
        return "it exports nothing".to_string();
    }
    format!("it exports {}", exports.join(", "))
}

fn display_settled(by: &ExportFate) -> String {
    match by {
        ExportFate::Lifted(to) => format!(
            "becomes `{to}`, which is `async`: only what isn't of WASI can be kept, or made `async`"
        ),
        ExportFate::AlreadyP3 => {
            "is of WASI 0.3 already: only what isn't WASI can be kept, or made `async`".to_string()
        }
        _ => "is to be kept as it is, and to be made `async`: choose one of the two".to_string(),
    }
}

fn display_imports(imports: &[(String, Unserved)]) -> String {
    if let [(name, reason)] = imports {
        return format!("the import `{name}` can't be served: {reason}");
    }
    let mut text = format!("{} imports can't be served:", imports.len());
    for (name, reason) in imports {
        text.push_str(&format!("\n  `{name}`: {reason}"));
    }
    text
}

impl From<BinaryReaderError> for Error {
    fn from(error: BinaryReaderError) -> Self {
        Error::InvalidGuest(error)
    }
}

impl From<trim::Error> for Error {
    fn from(error: trim::Error) -> Self {
        Error::Adapter(error.to_string())
    }
}
