//! What can go wrong: one type for each stage, and [`ComposeError`] for all of them.
//!
//! A message says what is wrong, why, and what to do about it in terms of the guest. What a caller
//! can do with options of its own, the caller knows better.

use std::fmt;

/// Why a guest can't be composed with the adapter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// The bytes are nothing that can be composed.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The options don't fit the guest, or WASI.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// An import or export can't be served.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A function can't get the type that it needs.
    #[error(transparent)]
    Retype(#[from] RetypeError),
    /// Guest and adapter were to become one component, and can't.
    #[error("guest and adapter can't become one component: {0}")]
    Fuse(#[from] FuseError),
    /// Guest and adapter can't be linked.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Something that should never happen.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Why a guest can't be inspected. That it can't be composed is a
/// [`Verdict`](crate::Verdict), and no error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The bytes are nothing that can be composed.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The options don't fit the guest, or WASI.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// Something that should never happen.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// Why bytes are not taken as a guest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// There are no bytes.
    #[error(
        "the input is empty, where a WebAssembly component in binary form is needed: check that \
         the step that makes it has succeeded"
    )]
    Empty,

    /// The bytes don't begin as WebAssembly does.
    #[error(
        "the input is not WebAssembly in binary form: a component is needed, which begins with the \
         bytes 00 61 73 6d (turn text form into binary form first, for example with `wasm-tools \
         parse`)"
    )]
    NotWasm,

    /// The bytes are a core module that doesn't import `wasi_snapshot_preview1`.
    #[error("the input is a core module, not a component: {advice}")]
    #[non_exhaustive]
    CoreModule {
        /// What can be done about it.
        advice: CoreModuleAdvice,
    },

    /// The bytes are a core module that imports `wasi_snapshot_preview1`, and can't be made a
    /// component.
    #[error(
        "the input is a core module that imports `wasi_snapshot_preview1`, and can't be made a \
         component: {reason}"
    )]
    #[non_exhaustive]
    Preview1 {
        /// What is in the way, and what can be done about it.
        reason: String,
    },

    /// The bytes are a part of something.
    #[error(
        "the input ends in the middle of a section: it is cut off or damaged, get the whole file \
         and try again"
    )]
    Truncated,

    /// Components or types are nested too deep.
    #[error(
        "components or types of the input are nested more than {limit} levels deep, which is the \
         limit of wasi-uplift, and for types that of WebAssembly tools in general"
    )]
    #[non_exhaustive]
    TooDeep {
        /// The number of levels that are taken.
        limit: usize,
    },

    /// The bytes are not a valid component.
    #[error(
        "the input is not a valid component: it is damaged, or it needs features of the component \
         model that a WASI 0.3 host doesn't have by default"
    )]
    #[non_exhaustive]
    Invalid {
        /// What is wrong, and where.
        source: InvalidComponent,
    },

    /// The component is valid and uses something that this version doesn't know.
    #[error(
        "the component uses something that this version of wasi-uplift does not know: {what}; use a \
         later wasi-uplift"
    )]
    #[non_exhaustive]
    Unknown {
        /// What that is.
        what: &'static str,
    },
}

/// What can be done about a core module that is no guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CoreModuleAdvice {
    /// It may be one that is meant to become a component.
    MakeComponent,
    /// It imports `wasi_unstable`, the snapshot before `wasi_snapshot_preview1`.
    Preview0,
    /// It exports `_start`, as programs do, and imports nothing of WASI.
    NoImports,
}

impl fmt::Display for CoreModuleAdvice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CoreModuleAdvice::MakeComponent => {
                "make a component of it first, for example with `wasm-tools component new`"
            }
            CoreModuleAdvice::Preview0 => {
                "it imports `wasi_unstable`, a snapshot of WASI from before \
                 `wasi_snapshot_preview1`, which no tool makes components of; build the program \
                 with a toolchain for `wasm32-wasip1` or `wasm32-wasip2`"
            }
            CoreModuleAdvice::NoImports => {
                "it is a program that imports nothing of WASI, so that there is nothing to uplift; \
                 make a component of it first, with `wasm-tools component new` and the adapter of \
                 `wasi_snapshot_preview1` for commands"
            }
        })
    }
}

/// What is wrong with a component, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at offset 0x{offset:x})")]
#[non_exhaustive]
pub struct InvalidComponent {
    /// What is wrong.
    pub message: String,
    /// The place, in bytes from the beginning.
    pub offset: usize,
}

/// Why options can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// A package is to be left out that WASI 0.2 hasn't got.
    #[error("`{package}` is no package of WASI 0.2 that could be left out: {} are", .known.join(", "))]
    #[non_exhaustive]
    UnknownPackage {
        /// The name that was given.
        package: String,
        /// The packages that there are.
        known: Vec<String>,
    },

    /// There is no such export.
    #[error("the guest has no export `{export}`: {}", display_exports(.known))]
    #[non_exhaustive]
    UnknownExport {
        /// The name that was given.
        export: String,
        /// The exports that there are.
        known: Vec<String>,
    },

    /// The functions of an export are to be of one kind, and have to be of another.
    #[error("the export `{export}` {reason}")]
    #[non_exhaustive]
    FixedExport {
        /// The name of the export.
        export: String,
        /// Why the functions can't be what they are to be.
        reason: FixedReason,
    },
}

/// Why the functions of an export can't be chosen to be `async` or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FixedReason {
    /// The export becomes one of WASI 0.3.
    #[non_exhaustive]
    Lifted {
        /// The name that it gets.
        to: String,
    },
    /// The export is one of WASI 0.3 already.
    AlreadyP3,
    /// The functions are to be `async`, and to be not.
    Both,
}

impl fmt::Display for FixedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FixedReason::Lifted { to } => write!(
                f,
                "becomes `{to}`, which is `async`: only what isn't of WASI can be kept, or made \
                 `async`"
            ),
            FixedReason::AlreadyP3 => f.write_str(
                "is of WASI 0.3 already: only what isn't WASI can be kept, or made `async`",
            ),
            FixedReason::Both => {
                f.write_str("is to be kept as it is, and to be made `async`: choose one of the two")
            }
        }
    }
}

fn display_crossing(function: &str) -> String {
    match function {
        "" => "it has the resource".to_string(),
        function => format!("its function `{function}` has the resource"),
    }
}

/// Why an import or export of a guest can't be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Some imports can't be served.
    #[error("{}", display_imports(.imports))]
    #[non_exhaustive]
    Imports {
        /// The imports, in the guest's order.
        imports: Vec<UnservedImport>,
    },

    /// An import that stays with the host has a resource of one that doesn't.
    #[error(
        "the import `{import}` is not of WASI 0.2, so it is for the host to serve, but {} `{resource}` \
         of `{types_of}`, which a WASI 0.3 host doesn't have: join the guest with a component that \
         serves `{import}` first, for example with `wac plug`, or build it without",
        display_crossing(.function)
    )]
    #[non_exhaustive]
    ForeignTypes {
        /// The name of the import that stays with the host.
        import: String,
        /// The function that has the resource as a parameter or in its result. Empty if it is the
        /// import itself.
        function: String,
        /// The resource, or the type that it is in.
        resource: String,
        /// The name of the import that has the resource.
        types_of: String,
    },

    /// A function of an export has a resource of an import that a WASI 0.3 host doesn't have.
    #[error(
        "the export `{export}` has resources of `{types_of}`, which a WASI 0.3 host doesn't have: \
         build the guest without this export, or join it first with the component that calls it, \
         for example with `wac plug`"
    )]
    #[non_exhaustive]
    ExportedResource {
        /// The name of the export.
        export: String,
        /// The name of the import whose resource it has.
        types_of: String,
    },

    /// An export belongs to WASI 0.2 and has no counterpart that is supported.
    #[error(
        "the export `{export}` can't be offered to a WASI 0.3 host: of the interfaces by which a \
         host calls a WASI 0.2 component, this version of wasi-uplift supports \
         `wasi:cli/run@0.2.x` and `wasi:http/incoming-handler@0.2.x` only; build the guest without \
         this export"
    )]
    #[non_exhaustive]
    Export {
        /// The name of the export.
        export: String,
    },

    /// An export needs a package that is to be left out.
    #[error(
        "the export `{export}` has types of `{package}`, which is to be left out: compose it with \
         `{package}`, or build the guest without this export"
    )]
    #[non_exhaustive]
    ExportLeftOut {
        /// The name of the export.
        export: String,
        /// The package.
        package: String,
    },

    /// The types of an import or export are not those that WASI 0.2 gives it.
    #[error(
        "`{name}` does not have the types that WASI 0.2 gives it: {reason}; build the guest from \
         the interface's definition as it was published"
    )]
    #[non_exhaustive]
    Shape {
        /// The name of the import or export.
        name: String,
        /// Where the types differ.
        reason: String,
    },
}

/// An import that can't be served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnservedImport {
    /// The name of the import.
    pub import: String,
    /// Why it can't be served.
    pub reason: Unserved,
}

/// Why an import can't be served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unserved {
    /// An interface of WASI 0.2 that is not supported yet.
    NotYet,
    /// A `wasi:` interface that WASI 0.2 doesn't have.
    Unknown,
    /// An interface of WASI 0.2 in a version that is not known, or without one.
    Version,
    /// The interface is served, but not this function of it.
    #[non_exhaustive]
    Function {
        /// The name of the function.
        function: String,
    },
    /// The interface is served, but it has no such type.
    #[non_exhaustive]
    Type {
        /// The name of the type.
        ty: String,
    },
    /// An interface of WASI 0.3 in another version than that which was asked for.
    #[non_exhaustive]
    OtherVersion {
        /// The version that was asked for.
        version: &'static str,
        /// The version of the import, if a result can be made for it instead.
        instead: Option<&'static str>,
    },
    /// An interface, in a package of WASI 0.3, that WASI 0.3 doesn't have.
    #[non_exhaustive]
    UnknownP3 {
        /// The version of WASI 0.3.
        version: &'static str,
    },
    /// WASI 0.3 has the interface, but not this function of it.
    #[non_exhaustive]
    FunctionP3 {
        /// The name of the function.
        function: String,
        /// The version of WASI 0.3.
        version: &'static str,
    },
    /// The guest has it of WASI 0.3 itself, and its package is to be left out.
    #[non_exhaustive]
    LeftOut {
        /// The package.
        package: String,
    },
    /// There is nothing that a function could answer where a package is left out.
    #[non_exhaustive]
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
            Unserved::Unknown => f.write_str(
                "WASI 0.2 has no such interface; join the guest with a component that serves it \
                 first, for example with `wac plug`, or build it without",
            ),
            Unserved::Version => f.write_str(
                "the versions of this interface that can be served are 0.2.0 and later 0.2.x, \
                 0.2.0-rc-2023-11-10 and 0.2.0-rc-2023-12-05; build the guest for one of these",
            ),
            Unserved::Function { function } => write!(
                f,
                "its function `{function}` is newer than this version of wasi-uplift, or was never \
                 part of WASI 0.2; use a later wasi-uplift, or build the guest without it"
            ),
            Unserved::Type { ty } => write!(
                f,
                "its type `{ty}` is newer than this version of wasi-uplift, or was never part of \
                 WASI 0.2; use a later wasi-uplift, or build the guest without it"
            ),
            Unserved::OtherVersion {
                version,
                instead: None,
            } => write!(
                f,
                "it is WASI 0.3 already, in a version other than {version}, which a host that ships \
                 {version} need not have; build the guest for {version}"
            ),
            Unserved::OtherVersion {
                version,
                instead: Some(instead),
            } => write!(
                f,
                "it is WASI 0.3 already, in a version other than {version}, which a host that ships \
                 {version} need not have; compose for {instead}, or build the guest for {version}"
            ),
            Unserved::UnknownP3 { version } => write!(
                f,
                "WASI {version} has no such interface; join the guest with a component that serves \
                 it first, for example with `wac plug`, or build it without"
            ),
            Unserved::FunctionP3 { function, version } => write!(
                f,
                "it is WASI 0.3 already, which has no function `{function}` in {version}; build the \
                 guest from the interface's definition as it was published"
            ),
            Unserved::LeftOut { package } => write!(
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

/// Why a function can't get the type that it needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RetypeError {
    /// A function flows both to where it has to be `async` and to where it must not be.
    #[error(
        "the function {waits} has to be `async`, because it may wait or is to be made so, and the \
         function {stays} must not be `async`, because its type is given from outside or is to be \
         kept; but the guest passes both through the same place, where they have to have the same \
         type: build it so that they are apart"
    )]
    #[non_exhaustive]
    Conflict {
        /// The function that has to be `async`.
        waits: Place,
        /// The function that must not be.
        stays: Place,
    },
}

/// A function of an import or export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The name of the import or export.
    pub name: String,
    /// The name of the function in it. Empty if the import or export is the function itself.
    pub function: String,
}

impl Place {
    pub(crate) fn new(name: &str, function: &str) -> Self {
        Place {
            name: name.to_string(),
            function: function.to_string(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function.as_str() {
            "" => write!(f, "`{}`", self.name),
            function => write!(f, "`{function}` of `{}`", self.name),
        }
    }
}

/// Why a guest can't become one component with the adapter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FuseError {
    /// A function of WASI 0.2 is used as a component function.
    #[error("{by} takes the function `{function}` of `{import}` to another component")]
    #[non_exhaustive]
    Function {
        /// What uses it.
        by: String,
        /// The import that has the function.
        import: String,
        /// The function.
        function: String,
    },
    /// An interface of WASI 0.2 is used as a component instance.
    #[error("{by} takes `{import}` to another component")]
    #[non_exhaustive]
    Instance {
        /// What uses it.
        by: String,
        /// The import.
        import: String,
    },
    /// A type of WASI 0.2 is used outside of WASI 0.2.
    #[error("{by} has the type `{ty}` of `{import}`")]
    #[non_exhaustive]
    Type {
        /// What uses it.
        by: String,
        /// The import that has the type.
        import: String,
        /// The type.
        ty: String,
    },
    /// Guest and adapter import the same, and the guest has something in it that isn't known.
    #[error("the guest imports `{import}` itself, and takes from it what the adapter doesn't know")]
    #[non_exhaustive]
    Shared {
        /// The import.
        import: String,
    },
    /// It isn't clear what the host is to start.
    #[error("the export `{export}` is no function that the guest implements")]
    #[non_exhaustive]
    Start {
        /// The export.
        export: String,
    },
    /// An HTTP server has other types than its requests and responses.
    #[error("the types of the export `{export}` are not those of an import `wasi:http/types`")]
    #[non_exhaustive]
    Handler {
        /// The export.
        export: String,
    },
    /// A type is of a kind that WASI 0.2 has none of.
    #[error("the function `{function}` of `{import}` has a type that can't be passed on")]
    #[non_exhaustive]
    Unbridged {
        /// The import that has the function.
        import: String,
        /// The function.
        function: String,
    },
    /// The guest has built-ins of its own for streams, futures, waitables, subtasks, tasks or
    /// backpressure, whose handles are of one table with the adapter's.
    #[error("the guest has built-ins of its own for asynchronous work, `{built_in}` among them")]
    #[non_exhaustive]
    BuiltIn {
        /// One of them.
        built_in: String,
    },
    /// The guest uses resources, streams or futures of WASI 0.3, whose handles are of one table with
    /// the adapter's.
    #[error("the guest uses resources, streams or futures of `{import}` itself")]
    #[non_exhaustive]
    Handles {
        /// The import.
        import: String,
    },
    /// The guest is composed of components that can't become parts of one.
    #[error("its components stay apart: {reason}")]
    #[non_exhaustive]
    Parts {
        /// The first reason that was found.
        reason: PartsReason,
    },
    /// What came of it was not valid.
    #[error("the one component was not valid: {reason}")]
    #[non_exhaustive]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
}

/// Why the components that a guest is composed of can't become parts of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartsReason {
    /// A component is an argument or an export.
    #[error("one of them is handed to another, or exported")]
    Component,
    /// There would be too much.
    #[error("they are instantiated so often that the result would be many times as large")]
    Instances,
    /// One calls another asynchronously, or implements a function so.
    #[error("one of them calls or implements a function asynchronously")]
    Asynchronous,
    /// A type is of a kind that can't be passed on.
    #[error("a function between them has a type that can't be passed on")]
    Unbridged,
    /// Strings are encoded otherwise.
    #[error("strings between them are not all UTF-8")]
    Encoding,
    /// A resource that one of them defines is known outside.
    #[error("a resource that one of them defines is exported, or handed to the host")]
    Resource,
    /// They use resources, streams or futures of the host's, which a single component has in one
    /// table with the adapter's.
    #[error(
        "one of them uses resources, streams or futures of the host's that are not of WASI 0.2"
    )]
    HostHandles,
    /// One calls another that it is a part of, or that is a part of it.
    #[error("one of them calls one that it is a part of, or that is a part of it")]
    Nested,
    /// A resource is both lent and given away in one call.
    #[error("a function between them is lent and given resources of one type")]
    LentAndGiven,
    /// They have something that each component has of its own.
    #[error("one of them has the built-in `context.get` or `context.set`")]
    Context,
}

impl From<PartsReason> for FuseError {
    fn from(reason: PartsReason) -> Self {
        FuseError::Parts { reason }
    }
}

/// Why guest and adapter can't be linked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Guest and adapter import the same interface of WASI 0.3, and the guest takes more from it
    /// than there is.
    #[error(
        "the guest imports `{import}` itself, as the adapter does, with other functions or types \
         than WASI 0.3 gives it: build the guest from the interface's definition as it was \
         published"
    )]
    #[non_exhaustive]
    Extended {
        /// The import.
        import: String,
    },
}

/// Something that should never happen, whatever the guest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}, which is a bug of wasi-uplift: {reason}")]
#[non_exhaustive]
pub struct InternalError {
    /// What failed.
    pub what: &'static str,
    /// Why.
    pub reason: String,
}

impl InternalError {
    /// The adapter that is part of this crate is broken.
    pub(crate) fn adapter(reason: impl fmt::Display) -> Self {
        InternalError {
            what: "the embedded adapter is broken",
            reason: format!("{reason:#}"),
        }
    }

    /// The parts could not be put together.
    pub(crate) fn link(reason: impl fmt::Display) -> Self {
        InternalError {
            what: "the parts could not be linked",
            reason: reason.to_string(),
        }
    }

    /// The result could not be written, or isn't what it should be.
    pub(crate) fn result(reason: impl fmt::Display) -> Self {
        InternalError {
            what: "the result is not a valid component",
            reason: reason.to_string(),
        }
    }
}

fn display_exports(exports: &[String]) -> String {
    if exports.is_empty() {
        return "it exports nothing".to_string();
    }
    format!("it exports {}", exports.join(", "))
}

fn display_imports(imports: &[UnservedImport]) -> String {
    if let [UnservedImport { import, reason }] = imports {
        return format!("the import `{import}` can't be served: {reason}");
    }
    // Many often have one reason, which is said once.
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for UnservedImport { import, reason } in imports {
        let reason = reason.to_string();
        match groups.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, names)) => names.push(import),
            None => groups.push((reason, vec![import])),
        }
    }
    let mut text = format!("{} imports can't be served:", imports.len());
    for (reason, names) in groups {
        if let [name] = names[..] {
            text.push_str(&format!("\n  `{name}`: {reason}"));
        } else {
            text.push_str(&format!("\n  {reason}:"));
            let names = names.iter().map(|name| format!("\n    `{name}`"));
            text.extend(names);
        }
    }
    text
}
