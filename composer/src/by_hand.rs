//! The pieces of a result, for those who put them together themselves, for example with `wac`.
//!
//! What [`compose`](crate::compose) does in one go can be done by hand, where a guest and the
//! adapter are two of many components:
//!
//! 1. [`retype`] the guest. As it is, it doesn't fit the adapter: the functions that may wait are
//!    `async` in the adapter and not in the guest.
//! 2. Give each WASI 0.2 import of the retyped guest the export of the [`adapter`] that
//!    [`Retyped::plan`] names. A retyped guest has the names of the guest, and the adapter has one
//!    version of each interface, so the names differ where the versions do.
//! 3. The host calls the guest through a [`front`], which takes the guest's export and what
//!    [`Entry::of_adapter`] names of the adapter, and exports the WASI 0.3 counterpart. A command
//!    can do without it: then what it has written may not be with the host yet when it ends.
//!
//! What `compose` does beyond that can't be had by hand: the adapter is not cut down to what the
//! guest needs, so the host needs all of WASI 0.3, and guest and adapter stay two components.

use crate::catalogue::{Catalogue, Incoming};
use crate::component::write;
use crate::error::{ComposeError, InputError, InternalError, OptionsError, Place};
use crate::inspect::Guest;
use crate::options::Options;
use crate::plan::{Decisions, Plan};
use crate::{adapter as cut, preview1, validate, values};
use std::borrow::Cow;

pub use crate::catalogue::LIFECYCLE;
pub use crate::front::{GUEST_HANDLER, GUEST_RUN};

/// The export by which a host calls a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// `wasi:cli/run`: the guest is a command.
    Run,
    /// `wasi:http/incoming-handler` of WASI 0.2: the guest is a server.
    Handler,
    /// `wasi:http/incoming-handler` of a release candidate of WASI 0.2.
    HandlerCandidate,
}

impl Entry {
    /// Every entry.
    pub const ALL: [Entry; 3] = [Entry::Run, Entry::Handler, Entry::HandlerCandidate];

    /// The entries that a guest has.
    pub fn of(plan: &Plan) -> impl Iterator<Item = Entry> {
        let incoming = plan.incoming();
        let has_run = plan.run().is_some();
        let is_there = move |entry: &Entry| match entry.incoming() {
            Some(of_entry) => incoming == Some(of_entry),
            None => has_run,
        };
        Entry::ALL.into_iter().filter(is_there)
    }

    /// The name of the entry, which [`FromStr`](std::str::FromStr) takes.
    pub fn name(self) -> &'static str {
        match self {
            Entry::Run => "run",
            Entry::Handler => "handler",
            Entry::HandlerCandidate => "handler-candidate",
        }
    }

    /// The name by which the front imports the guest's export.
    pub fn of_guest(self) -> &'static str {
        match self {
            Entry::Run => GUEST_RUN,
            Entry::Handler | Entry::HandlerCandidate => GUEST_HANDLER,
        }
    }

    /// The adapter's exports that the front imports, under the same names.
    pub fn of_adapter(self) -> Vec<&'static str> {
        match self.incoming() {
            Some(incoming) => vec![incoming.types, incoming.interface],
            None => vec![LIFECYCLE],
        }
    }

    fn incoming(self) -> Option<Incoming> {
        match self {
            Entry::Run => None,
            Entry::Handler => Some(Incoming::STABLE),
            Entry::HandlerCandidate => Some(Incoming::CANDIDATE),
        }
    }
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no [`Entry`] has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is nothing that a host calls: run, handler and handler-candidate are")]
#[non_exhaustive]
pub struct UnknownEntry {
    /// The name.
    pub name: String,
}

impl std::str::FromStr for Entry {
    type Err = UnknownEntry;

    fn from_str(name: &str) -> Result<Self, UnknownEntry> {
        let entry = Entry::ALL.into_iter().find(|entry| entry.name() == name);
        entry.ok_or_else(|| UnknownEntry {
            name: name.to_string(),
        })
    }
}

/// A guest that fits the adapter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retyped {
    /// The component. It needs the adapter: no host has these types under these names.
    pub bytes: Vec<u8>,
    /// The decision on each import and export.
    pub plan: Plan,
    /// The functions of exports that have become `async`.
    pub became_async: Vec<Place>,
}

/// Why a piece was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PieceError {
    /// The options don't fit WASI.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// Something that should never happen.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<crate::catalogue::CatalogueError> for PieceError {
    fn from(error: crate::catalogue::CatalogueError) -> Self {
        match error {
            crate::catalogue::CatalogueError::Options(error) => error.into(),
            crate::catalogue::CatalogueError::Internal(error) => error.into(),
        }
    }
}

/// Makes a component of the whole adapter. It exports every WASI 0.2 interface that can be served
/// with the target of the options, and imports that version of WASI 0.3. The exception is
/// `wasi:http/incoming-handler`, for which it would have to import `wasi:http/handler`. Packages that are to be
/// [left out](Options::without) are neither exported nor imported. Options about a guest are of no
/// effect.
///
/// # Errors
///
/// If a package is none of WASI 0.2.
pub fn adapter(options: &Options) -> Result<Vec<u8>, PieceError> {
    // The packages are checked, and then left out whole.
    Catalogue::new(options.target, &options.without)?;
    let catalogue = Catalogue::new(options.target, &[])?;
    let without: Vec<&str> = options.without.iter().map(String::as_str).collect();
    let component = cut::whole(&catalogue, &without)?;
    checked(component).map_err(PieceError::from)
}

/// Makes the component that stands before a guest and the adapter, for the target of the options.
///
/// # Errors
///
/// None that the caller could do something about.
pub fn front(options: &Options, entry: Entry) -> Result<Vec<u8>, PieceError> {
    let component = match entry.incoming() {
        Some(incoming) => {
            let catalogue = Catalogue::new(options.target, &[])?;
            crate::front::handler(&catalogue, incoming)?
        }
        None => crate::front::run(options.target)?,
    };
    checked(component).map_err(PieceError::from)
}

/// A piece that is valid.
fn checked(bytes: Vec<u8>) -> Result<Vec<u8>, InternalError> {
    let validated = Vec::new();
    let written = write::Written { bytes, validated };
    validate::valid(&written).map_err(InternalError::result)?;
    Ok(written.bytes)
}

/// Makes a component of a core module that imports `wasi_snapshot_preview1`, and returns a component
/// as it is. It is what [`retype`] and [`compose`](crate::compose) do first, and what joining a guest
/// with other components takes.
///
/// # Errors
///
/// If the bytes are neither.
pub fn componentize(guest: &[u8]) -> Result<Cow<'_, [u8]>, InputError> {
    preview1::componentize(guest)
}

/// Gives the functions of a guest that may wait an `async` type, which makes it fit the adapter.
/// Takes what [`compose`](crate::compose) takes.
///
/// ```
/// use wasi_uplift::{Options, by_hand};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guest = wat::parse_str(
///     r#"(component
///         (import "wasi:io/poll@0.2.0" (instance
///             (export "pollable" (type $p (sub resource)))
///             (export "[method]pollable.block" (func (param "self" (borrow $p)))))))"#,
/// )?;
/// let retyped = by_hand::retype(&guest, &Options::default())?;
/// for (import, export) in retyped.plan.adapted() {
///     println!("{} is {export} of the adapter", import.name);
/// }
/// # assert_eq!(retyped.plan.adapted().count(), 1);
/// # assert!(retyped.bytes != guest);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`compose`](crate::compose).
pub fn retype(guest: &[u8], options: &Options) -> Result<Retyped, ComposeError> {
    let component = preview1::componentize(guest)?;
    let mut guest = Guest::read(&component)?;
    let catalogue = Catalogue::new(options.target, &options.without)?;
    let mut plan = Decisions::of(&guest, &catalogue)?.into_plan()?;
    plan.follow(options)?;
    values::define(&mut guest, &plan);
    let became_async = crate::retype::retype(&mut guest, &plan)?;
    let written = write::component(&guest.model, guest.root).map_err(InternalError::result)?;
    validate::valid(&written).map_err(InternalError::result)?;
    Ok(Retyped {
        bytes: written.bytes,
        plan,
        became_async,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_can_be_left_out() {
        let imports_http = |options: &Options| {
            let component = adapter(options).unwrap();
            let read = Guest::read(&component).unwrap();
            read.imports().any(|it| it.name.starts_with("wasi:http/"))
        };
        assert!(imports_http(&Options::default()));
        assert!(!imports_http(&Options::default().without("wasi:http")));
    }

    #[test]
    fn a_package_that_is_none_is_named() {
        let error = adapter(&Options::default().without("wasi:htpp")).unwrap_err();
        let message = error.to_string();
        assert!(
            message.starts_with("`wasi:htpp` is no package of WASI 0.2"),
            "{message}"
        );
        assert!(message.contains("wasi:cli, wasi:clocks"), "{message}");
    }
}
