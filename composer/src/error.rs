//! What can go wrong.

use crate::adapt::trim;
use std::fmt;
use wasm_encoder::reencode;
use wasmparser::BinaryReaderError;

/// Why a guest can't be composed with the adapter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no bytes.
    #[error("the input is empty: a WebAssembly component was expected")]
    Empty,

    /// The bytes don't begin like WebAssembly does.
    #[error(
        "the input is not WebAssembly in binary form: a component was expected, which begins with \
         the bytes 00 61 73 6d (text form can be turned into binary form with `wasm-tools parse`)"
    )]
    NotWasm,

    /// The bytes are a core module.
    #[error(
        "the input is a core module, not a component: make a component of it first, for example \
         with `wasm-tools component new`"
    )]
    CoreModule,

    /// The bytes are not a valid component.
    #[error("the input is not a valid component: {0}")]
    InvalidGuest(#[source] BinaryReaderError),

    /// Some imports can't be served.
    #[error("{}", display_imports(.0))]
    Imports(Vec<(String, Unserved)>),

    /// An export belongs to WASI 0.2 and has no counterpart that is supported.
    #[error(
        "the export `{0}` can't be offered to a WASI 0.3 host: of the WASI 0.2 interfaces that a \
         host calls, only `wasi:cli/run` is supported"
    )]
    Export(String),

    /// A function flows both to where it has to be `async` and to where it must not be.
    #[error(
        "the function `{function}` of the import `{import}` may wait, and has to be `async`, but \
         the guest also passes it on to where its type is given from outside"
    )]
    Conflict {
        /// The name of the import.
        import: String,
        /// The name of the function.
        function: String,
    },

    /// The types of the guest's imports are not those that WASI 0.2 has.
    #[error(
        "the import `{import}` does not have the types that WASI 0.2 gives it: {reason}"
    )]
    Shape {
        /// The name of the import.
        import: String,
        /// Where the types differ.
        reason: String,
    },

    /// The result would still need WASI 0.2.
    #[error(
        "the import `{0}` would remain: another import, which stays with the host, refers to its \
         types, and a host without WASI 0.2 can't have them"
    )]
    Remains(String),

    /// The result is not valid, which is a bug here.
    #[error("the result is not a valid component, which is a bug of wasi-uplift: {0}")]
    InvalidResult(#[source] BinaryReaderError),

    /// The guest uses something of the component model that is not known here.
    #[error("the component uses something that wasi-uplift does not know: {0}")]
    Unknown(&'static str),

    /// The guest could not be written again.
    #[error("the component could not be retyped: {0}")]
    Rewrite(#[source] reencode::Error),

    /// The adapter that is part of this crate is broken.
    #[error("the embedded adapter is broken, which is a bug of wasi-uplift: {0}")]
    Adapter(String),

    /// The parts could not be put together, which is a bug here.
    #[error("the parts could not be linked, which is a bug of wasi-uplift: {0}")]
    Link(String),
}

/// Why an import can't be served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unserved {
    /// An interface of WASI 0.2 that is not supported yet.
    NotYet,
    /// A `wasi:` interface that WASI 0.2 doesn't have.
    Unknown,
    /// An interface of WASI in a version that is not known.
    Version,
    /// The interface is served, but not this function of it.
    Function(String),
}

impl fmt::Display for Unserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unserved::NotYet => f.write_str("this WASI 0.2 interface is not supported yet"),
            Unserved::Unknown => f.write_str(
                "WASI 0.2 has no such interface, and it is not known how to serve it with WASI 0.3",
            ),
            Unserved::Version => f.write_str(
                "this version is not known: 0.2.x, 0.2.0-rc-2023-11-10 and 0.2.0-rc-2023-12-05 are",
            ),
            Unserved::Function(name) => write!(
                f,
                "its function `{name}` is not known: it is newer than this version of wasi-uplift, \
                 or older than the WASI 0.2 release"
            ),
        }
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
