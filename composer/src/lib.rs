//! Makes a WASI 0.2 component run, with its behaviour unchanged, on hosts that ship only WASI 0.3.
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
//! a build script as well as in a host that uplifts what it loads. [`compose`] makes a result,
//! [`inspect`] says more about it, and [`by_hand`] has the pieces for those who put them together
//! themselves.
//!
//! The features `cli` and `run`, which are on by default, are for the command. A program that uses
//! the library does without: `default-features = false`.
//!
//! # How it works
//!
//! A guest's WASI 0.2 imports are served by an adapter component that imports WASI 0.3. The adapter
//! is part of this crate; every guest gets what it needs of it and no more. Data flows one way, and
//! each stage knows those before it only:
//!
//! | stage | what it does |
//! |---|---|
//! | `preview1` | makes a component of a core module that imports `wasi_snapshot_preview1` |
//! | `component/read` | validates a component and reads it into the model that all other stages work on |
//! | `inspect` | lists what the guest imports and exports |
//! | `catalogue` | knows what the adapter offers, for a version of WASI 0.3 |
//! | `plan` | decides on each import and export |
//! | `demand` | says what the plan needs of the adapter |
//! | `adapter` | cuts the adapter down to the demand, by `trim` |
//! | `values` | gives imports and exports that stay their own definitions of WASI 0.2's value types |
//! | `retype` | gives the functions of the guest that may wait an `async` type |
//! | `fuse`, `link` | put guest and adapter together, as one component or as two, perhaps behind a `front` |
//! | `component/write` | writes the model |
//! | `validate` | checks the result before anybody gets to see it |

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod adapter;
pub mod by_hand;
mod catalogue;
mod component;
mod core_module;
mod demand;
mod error;
mod front;
mod fuse;
mod inspect;
mod link;
mod name;
mod options;
mod plan;
mod preview1;
mod producers;
mod report;
mod retype;
mod shared;
mod trim;
mod validate;
mod values;

pub use catalogue::{Target, UnknownTarget};
pub use error::{
    ComposeError, CoreModuleAdvice, FixedReason, FuseError, InputError, InspectError,
    InternalError, InvalidComponent, LinkError, OptionsError, Place, PlanError, RetypeError,
    Unserved, UnservedImport,
};
pub use inspect::Extern;
pub use name::InterfaceName;
pub use options::{LinkMode, Options, UnknownLinkMode};
pub use plan::{ExportFate, ImportFate, Plan, Planned};
pub use report::{Report, Reported, Variant, Verdict, inspect};

use catalogue::Catalogue;
use component::write::Written;
use inspect::Guest;
use plan::Decisions;

/// The package's own examples have to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The result of [`compose`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Composed {
    /// The component, which has been validated.
    pub bytes: Vec<u8>,
    /// The decision on each import and export of the guest.
    pub plan: Plan,
    /// The way in which guest and adapter were put together.
    pub linked: Linked,
    /// The names of what the result imports, in order.
    pub imports: Vec<String>,
    /// The names of what the result exports, in order.
    pub exports: Vec<String>,
    /// The functions of exports that have become `async`. A host calls them otherwise than those of
    /// the guest: its bindings have to be made from the result.
    pub became_async: Vec<Place>,
}

/// The way in which guest and adapter have been put together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Linked {
    /// The guest was returned as it is.
    Not,
    /// They are one component.
    Fused,
    /// They are two components.
    #[non_exhaustive]
    Components {
        /// Why they are not one. `None` if they were to be two.
        because: Option<FuseError>,
    },
}

/// Composes a guest with the adapter.
///
/// The bytes are a component in binary form, or a core module that imports
/// `wasi_snapshot_preview1`, which is made a component first. The result is a component that
/// imports WASI 0.3 where the guest imports WASI 0.2, and exports `wasi:cli/run` of WASI 0.3 where
/// the guest exports that of WASI 0.2, and `wasi:http/handler` where it exports
/// `wasi:http/incoming-handler`. A guest that needs nothing of WASI 0.2 is returned as it is. The
/// same guest gives the same bytes every time.
///
/// ```
/// use wasi_uplift::{ComposeError, Options, PlanError, Unserved};
///
/// let guest = wat::parse_str(
///     r#"(component (import "wasi:cli/nonsense@0.2.0" (instance (export "do" (func)))))"#,
/// )
/// .unwrap();
/// let error = wasi_uplift::compose(&guest, &Options::default()).unwrap_err();
/// let ComposeError::Plan(PlanError::Imports { imports, .. }) = error else {
///     panic!("WASI 0.2 has no such interface");
/// };
/// assert_eq!(imports[0].import, "wasi:cli/nonsense@0.2.0");
/// assert_eq!(imports[0].reason, Unserved::Unknown);
/// ```
///
/// # Errors
///
/// Each stage has its variant of [`ComposeError`].
pub fn compose(guest: &[u8], options: &Options) -> Result<Composed, ComposeError> {
    let component = preview1::componentize(guest)?;
    let guest = Guest::read(&component)?;
    let catalogue = Catalogue::new(options.target, &options.without)?;
    let mut plan = Decisions::of(&guest, &catalogue)?.into_plan()?;
    plan.follow(options)?;
    carry_out(&component, guest, plan, &catalogue, options.link)
}

/// Makes the result that a plan asks for.
fn carry_out(
    bytes: &[u8],
    mut guest: Guest<'_>,
    plan: Plan,
    catalogue: &Catalogue,
    link: LinkMode,
) -> Result<Composed, ComposeError> {
    if plan.is_identity() {
        let names = |items: &[Extern]| items.iter().map(|item| item.name.clone()).collect();
        return Ok(Composed {
            bytes: bytes.to_vec(),
            imports: names(&guest.imports),
            exports: names(&guest.exports),
            plan,
            linked: Linked::Not,
            became_async: Vec::new(),
        });
    }
    values::define(&mut guest, &plan);
    let became_async = retype::retype(&mut guest, &plan)?;
    let (written, externs, linked) = put_together(&guest, &plan, catalogue, link)?;
    Ok(Composed {
        bytes: written.bytes,
        plan,
        linked,
        imports: externs.imports,
        exports: externs.exports,
        became_async,
    })
}

/// Puts guest and adapter together: as one component if that is wanted and can be, and as two
/// otherwise.
fn put_together(
    guest: &Guest<'_>,
    plan: &Plan,
    catalogue: &Catalogue,
    link: LinkMode,
) -> Result<(Written, validate::Externs, Linked), ComposeError> {
    let mut because = None;
    if link != LinkMode::Component {
        match fused(guest, plan, catalogue) {
            Ok((written, externs)) => return Ok((written, externs, Linked::Fused)),
            Err(fuse::Failure::Internal(error)) => return Err(error.into()),
            Err(fuse::Failure::Unfusible(reason)) if link == LinkMode::Fused => {
                return Err(reason.into());
            }
            Err(fuse::Failure::Unfusible(reason)) => because = Some(reason),
        }
    }
    let written = link::link(guest, plan, catalogue).map_err(|failure| match failure {
        link::Failure::Plan(error) => ComposeError::from(error),
        link::Failure::Link(error) => error.into(),
        link::Failure::Internal(error) => error.into(),
    })?;
    let externs = validate::validate(&written, plan, catalogue).map_err(|error| {
        match plan.exported_resource(&guest.model) {
            Some(error) => ComposeError::from(error),
            None => InternalError::from(error).into(),
        }
    })?;
    Ok((written, externs, Linked::Components { because }))
}

fn fused(
    guest: &Guest<'_>,
    plan: &Plan,
    catalogue: &Catalogue,
) -> Result<(Written, validate::Externs), fuse::Failure> {
    let written = fuse::fuse(guest, plan, catalogue)?;
    // The guest may be one that can be linked, so that this is not the last word.
    let externs = validate::validate(&written, plan, catalogue).map_err(|error| {
        fuse::Failure::Unfusible(FuseError::Invalid {
            reason: error.to_string(),
        })
    })?;
    Ok((written, externs))
}
