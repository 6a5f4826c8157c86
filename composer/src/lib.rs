//! Makes a WASI 0.2 component run, unchanged, on hosts that ship only WASI 0.3.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let guest = std::fs::read("guest.wasm")?;
//! let composed = wasi_uplift::compose(&guest, &wasi_uplift::Options::default())?;
//! std::fs::write("uplifted.wasm", composed.bytes)?;
//! # Ok(())
//! # }
//! ```
//!
//! A guest's WASI 0.2 imports are served by an adapter component that imports WASI 0.3. The adapter
//! is part of this crate; every guest gets what it needs of it and no more. Data flows one way:
//!
//! 1. [`inspect`]: what does the guest import and export?
//! 2. [`plan`]: what becomes of each import and export?
//! 3. [`adapt`]: cut the adapter down to what the plan asks for.
//! 4. [`retype`]: give the functions of the guest that may wait an `async` type.
//! 5. [`link`]: put the two together.
//! 6. [`validate`]: check the result before anybody gets to see it.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod adapt;
mod error;
mod front;
pub mod inspect;
pub mod link;
pub mod plan;
mod preview1;
pub mod retype;
pub mod shape;
mod target;
pub mod validate;

pub use error::{Error, Place, Unserved};
pub use plan::Plan;
pub use target::{Target, UnknownTarget};

/// How to compose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    target: Target,
}

impl Options {
    /// Sets the version of WASI 0.3 that the result imports. Every 0.3.x host has 0.3.0, which is
    /// what the result imports otherwise.
    pub fn target(mut self, target: Target) -> Self {
        self.target = target;
        self
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
}

/// Composes a guest with the adapter.
///
/// The bytes are a component in binary form, or a core module that imports
/// `wasi_snapshot_preview1`, which is made a component first. The result is a component that imports WASI 0.3 only,
/// apart from what isn't WASI, and exports `wasi:cli/run` of WASI 0.3 where the guest exports that
/// of WASI 0.2, and `wasi:http/handler` where it exports `wasi:http/incoming-handler`. A guest that needs nothing of WASI 0.2 is returned as it is. The same guest gives the
/// same bytes every time.
///
/// # Errors
///
/// Each way in which a guest can't be served has a variant of [`Error`].
pub fn compose(guest: &[u8], options: &Options) -> Result<Composed, Error> {
    let guest = preview1::componentize(guest)?;
    let guest = inspect::Guest::read(&guest)?;
    let adapter = adapt::Adapter::embedded(options.target)?;
    let plan = Plan::new(&guest, &adapter)?;
    if plan.is_identity() {
        return Ok(Composed {
            bytes: guest.bytes.to_vec(),
            plan,
        });
    }
    let parts = link::Parts {
        guest: retype::retype(&guest, &plan)?,
        adapter: adapter.trim(&plan)?,
    };
    let bytes = link::link(parts, &plan)?;
    validate::validate(&bytes, &plan)?;
    Ok(Composed { bytes, plan })
}
