//! Makes a WASI 0.2 component run, unchanged, on hosts that ship only WASI 0.3.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = |name: &str| folder.path().join(name);
//! # let module = r#"(module
//! #     (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
//! #     (memory (export "memory") 1)
//! #     (func (export "_start")))"#;
//! # std::fs::write(path("guest.wasm"), wat::parse_str(module)?)?;
//! let guest = std::fs::read(path("guest.wasm"))?;
//! let composed = wasi_uplift::compose(&guest, &wasi_uplift::Options::default())?;
//! std::fs::write(path("uplifted.wasm"), composed.bytes)?;
//! # Ok(())
//! # }
//! ```
//!
//! All of it works on bytes: nothing is read or written, started or waited for. So it can be used in
//! a build script as well as in a host that uplifts what it loads. [`inspect()`] says what would
//! become of a guest, and [`by_hand`] has the pieces for those who put them together themselves.
//!
//! The features `cli` and `run`, which are on by default, are for the command. A program that uses
//! the library does without: `default-features = false`.
//!
//! A guest's WASI 0.2 imports are served by an adapter component that imports WASI 0.3. The adapter
//! is part of this crate; every guest gets what it needs of it and no more. Data flows one way:
//!
//! 1. [`mod@inspect`]: what does the guest import and export?
//! 2. [`plan`]: what becomes of each import and export?
//! 3. [`adapt`]: cut the adapter down to what the plan asks for.
//! 4. [`retype`]: give the functions of the guest that may wait an `async` type.
//! 5. [`link`]: put the two together.
//! 6. [`validate`]: check the result before anybody gets to see it.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod adapt;
pub mod by_hand;
mod core_module;
mod embedded;
mod error;
mod front;
mod fuse;
pub mod inspect;
pub mod link;
mod own_types;
mod pass;
pub mod plan;
mod preview1;
mod producers;
mod rename;
mod report;
pub mod retype;
pub mod shape;
mod target;
pub mod validate;
mod wit;

pub use error::{Error, Place, Unserved};
pub use fuse::Unfusible;
use plan::ExportFate;
pub use plan::Plan;
pub use report::{Outlook, Report, Reported, Variant, Verdict, inspect};
pub use target::{Target, UnknownTarget};

/// What the package says of itself has to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// How to compose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    target: Target,
    link: LinkMode,
    without: Vec<String>,
    keep_sync: Vec<String>,
    make_async: Vec<String>,
}

/// How guest and adapter are to be put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkMode {
    /// As one component if that can be, and as two otherwise.
    #[default]
    Auto,
    /// As one component: the adapter becomes a part of the guest.
    Fused,
    /// As two components, one linked to the other.
    Component,
}

/// How guest and adapter have been put together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Linked {
    /// The guest was returned as it is.
    Not,
    /// They are one component.
    Fused,
    /// They are two components: because they were to be, or for the reason given.
    Components(Option<Unfusible>),
}

impl Options {
    /// Sets the version of WASI 0.3 that the result imports. Every 0.3.x host has 0.3.0, which is
    /// what the result imports otherwise.
    pub fn target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// Sets how guest and adapter are put together. One component is faster, and lets a guest use
    /// WASI 0.2 where it can't wait: while it is instantiated, for example.
    pub fn link(mut self, link: LinkMode) -> Self {
        self.link = link;
        self
    }

    /// Has the result import nothing of a package, `wasi:filesystem` for example, for a host that
    /// ships only a part of WASI 0.3. The guest gets what WASI 0.2 offers for absence: there are no
    /// folders, no socket can be made, a request is denied. May be called for several packages.
    pub fn without(mut self, package: impl Into<String>) -> Self {
        self.without.push(package.into());
        self
    }

    /// Has the functions of an export keep the types that they have, though the guest may wait.
    /// One that would have to wait traps. May be called for several exports.
    pub fn keep_sync(mut self, export: impl Into<String>) -> Self {
        self.keep_sync.push(export.into());
        self
    }

    /// Has the functions of an export become `async`, whether the guest may wait or not: for a host
    /// that counts on it. May be called for several exports.
    pub fn make_async(mut self, export: impl Into<String>) -> Self {
        self.make_async.push(export.into());
        self
    }
}

impl Options {
    fn adapter(&self) -> Result<adapt::Adapter<'static>, Error> {
        adapt::Adapter::embedded(self.target)?.leave_out(&self.without)
    }

    /// What the exports are to be, which the guest doesn't say.
    fn settle(&self, plan: &mut Plan) -> Result<(), Error> {
        for export in &self.keep_sync {
            plan.settle(export, ExportFate::Sync)?;
        }
        for export in &self.make_async {
            plan.settle(export, ExportFate::Async)?;
        }
        Ok(())
    }
}

/// The result of [`compose`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Composed {
    /// The component, which has been validated.
    pub bytes: Vec<u8>,
    /// What became of each import and export.
    pub plan: Plan,
    /// How guest and adapter were put together.
    pub linked: Linked,
    /// The functions of exports that have become `async`. A host calls them otherwise than those of
    /// the guest: its bindings have to be made from the result.
    pub became_async: Vec<Place>,
}

/// Composes a guest with the adapter.
///
/// The bytes are a component in binary form, or a core module that imports
/// `wasi_snapshot_preview1`, which is made a component first. The result is a component that
/// imports WASI 0.3 only, apart from what isn't WASI, and exports `wasi:cli/run` of WASI 0.3 where
/// the guest exports that of WASI 0.2, and `wasi:http/handler` where it exports
/// `wasi:http/incoming-handler`. A guest that needs nothing of WASI 0.2 is returned as it is. The
/// same guest gives the same bytes every time.
///
/// ```
/// use wasi_uplift::{Error, Options, Unserved};
///
/// let guest = wat::parse_str(
///     r#"(component (import "wasi:cli/nonsense@0.2.0" (instance (export "do" (func)))))"#,
/// )
/// .unwrap();
/// let Err(Error::Imports(imports)) = wasi_uplift::compose(&guest, &Options::default()) else {
///     panic!("WASI 0.2 has no such interface");
/// };
/// assert_eq!(imports, [("wasi:cli/nonsense@0.2.0".to_string(), Unserved::Unknown)]);
/// ```
///
/// # Errors
///
/// Each way in which a guest can't be served has a variant of [`Error`].
pub fn compose(guest: &[u8], options: &Options) -> Result<Composed, Error> {
    let guest = own_types::give(preview1::componentize(guest)?);
    let guest = inspect::Guest::read(&guest)?;
    let adapter = options.adapter()?;
    let mut plan = Plan::new(&guest, &adapter)?;
    options.settle(&mut plan)?;
    carry_out(&guest, plan, &adapter, options)
}

fn carry_out(
    guest: &inspect::Guest<'_>,
    plan: Plan,
    adapter: &adapt::Adapter<'_>,
    options: &Options,
) -> Result<Composed, Error> {
    if plan.is_identity() {
        return Ok(Composed {
            bytes: guest.bytes.to_vec(),
            plan,
            linked: Linked::Not,
            became_async: Vec::new(),
        });
    }
    let retyped = retype::retype(guest, &plan)?;
    let (bytes, linked) = put_together(retyped.bytes, &plan, adapter, options.link)?;
    let bytes = producers::add(bytes)?;
    validate::validate(&bytes, &plan, guest, adapter.absence())?;
    Ok(Composed {
        bytes,
        plan,
        linked,
        became_async: retyped.became_async,
    })
}

fn put_together(
    guest: Vec<u8>,
    plan: &Plan,
    adapter: &adapt::Adapter<'_>,
    link: LinkMode,
) -> Result<(Vec<u8>, Linked), Error> {
    let mut why_not = None;
    if link != LinkMode::Component {
        match fuse::fuse(&guest, plan, adapter) {
            Ok(bytes) => return Ok((bytes, Linked::Fused)),
            Err(fuse::Failure::Broken(error)) => return Err(error),
            Err(fuse::Failure::Unfusible(reason)) if link == LinkMode::Fused => {
                return Err(Error::Unfusible(reason));
            }
            Err(fuse::Failure::Unfusible(reason)) => why_not = Some(reason),
        }
    }
    let parts = link::Parts {
        guest,
        adapter: adapter.trim(plan)?,
    };
    Ok((
        link::link(parts, plan, adapter)?,
        Linked::Components(why_not),
    ))
}

impl LinkMode {
    /// Every mode.
    pub const ALL: [LinkMode; 3] = [LinkMode::Auto, LinkMode::Fused, LinkMode::Component];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            LinkMode::Auto => "auto",
            LinkMode::Fused => "fused",
            LinkMode::Component => "component",
        }
    }
}

impl std::fmt::Display for LinkMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no [`LinkMode`] has.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{0}` is no way to link: auto, fused and component are")]
pub struct UnknownLinkMode(String);

impl std::str::FromStr for LinkMode {
    type Err = UnknownLinkMode;

    fn from_str(name: &str) -> Result<Self, UnknownLinkMode> {
        let mode = LinkMode::ALL.into_iter().find(|mode| mode.name() == name);
        mode.ok_or_else(|| UnknownLinkMode(name.to_string()))
    }
}
