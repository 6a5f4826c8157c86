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
//! | `waiting` | finds what the guest runs where it can't wait |
//! | `flatten` | makes one component of a guest of several, which `fuse` then keeps apart |
//! | `fuse`, `link` | put guest and adapter together, as one component or as two, perhaps behind a `front` |
//! | `component/write` | writes the model |
//! | `validate` | checks the result before anybody gets to see it |
//! | `engine` | says for a report what an engine has to have to run the result |

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod adapter;
pub mod by_hand;
mod catalogue;
mod component;
mod compose;
mod core_module;
mod demand;
mod engine;
mod error;
mod flatten;
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
mod waiting;

pub use catalogue::{Target, UnknownTarget};
pub use compose::{Composed, Linked, compose};
pub use engine::EngineFeature;
pub use error::{
    ComposeError, CoreModuleAdvice, FixedReason, FuseError, InputError, InspectError,
    InternalError, InvalidComponent, LinkError, OptionsError, PartsReason, Place, PlanError,
    RetypeError, Unserved, UnservedImport,
};
pub use inspect::Extern;
pub use name::InterfaceName;
pub use options::{LinkMode, Options, UnknownLinkMode};
pub use plan::{ExportFate, ImportFate, Plan, Planned};
pub use report::{Report, Reported, Variant, Verdict, inspect};
pub use waiting::{CannotWait, SyncCode};

/// The version of this library, and after a `+` a hash of the adapter in it. Results depend on nothing
/// else but the guest and the [`Options`], so that this is what a cache of results needs in its keys.
pub const REVISION: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("WASI_UPLIFT_ADAPTER"));

/// The package's own examples have to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
