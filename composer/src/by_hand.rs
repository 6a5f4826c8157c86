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

use crate::adapt::{Adapter, Incoming};
use crate::inspect::Guest;
use crate::plan::Plan;
use crate::{Error, Target, own_types, preview1};

pub use crate::adapt::LIFECYCLE;
pub use crate::front::{GUEST_HANDLER, GUEST_RUN};

/// What a host calls a guest by.
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

    /// Those that a guest has.
    pub fn of(plan: &Plan) -> impl Iterator<Item = Entry> {
        let incoming = Incoming::of(plan).map(|incoming| incoming.interface);
        let is_there = move |entry: &Entry| match entry.incoming() {
            Some(of_entry) => incoming == Some(of_entry.interface),
            None => plan.run().is_some(),
        };
        Entry::ALL.into_iter().filter(is_there)
    }

    /// What it is called on the command line.
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

    fn incoming(self) -> Option<Incoming<'static>> {
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
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{0}` is nothing that a host calls: run, handler and handler-candidate are")]
pub struct UnknownEntry(String);

impl std::str::FromStr for Entry {
    type Err = UnknownEntry;

    fn from_str(name: &str) -> Result<Self, UnknownEntry> {
        let entry = Entry::ALL.into_iter().find(|entry| entry.name() == name);
        entry.ok_or_else(|| UnknownEntry(name.to_string()))
    }
}

/// A guest that fits the adapter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retyped {
    /// The component. It needs the adapter: no host has these types under these names.
    pub bytes: Vec<u8>,
    /// What is to become of each import and export.
    pub plan: Plan,
}

/// The whole adapter as a component. It exports every WASI 0.2 interface that can be served with
/// the target, but those of the packages `without`, and imports that version of WASI 0.3. Without
/// `wasi:http`, for example, it fits a host that ships none of it.
///
/// # Errors
///
/// If a package is none of WASI 0.2.
pub fn adapter(target: Target, without: &[&str]) -> Result<Vec<u8>, Error> {
    Adapter::embedded(target)?.whole(without)
}

/// The component that stands before a guest and the adapter.
///
/// # Errors
///
/// None that the caller could do something about.
pub fn front(target: Target, entry: Entry) -> Result<Vec<u8>, Error> {
    match entry.incoming() {
        Some(incoming) => crate::front::handler(&Adapter::embedded(target)?, &incoming),
        None => crate::front::run(target),
    }
}

/// Gives the functions of a guest that may wait an `async` type, which makes it fit the adapter.
/// Takes what [`compose`](crate::compose) takes.
///
/// ```
/// use wasi_uplift::{Target, by_hand};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guest = wat::parse_str(
///     r#"(component
///         (import "wasi:io/poll@0.2.0" (instance
///             (export "pollable" (type $p (sub resource)))
///             (export "[method]pollable.block" (func (param "self" (borrow $p)))))))"#,
/// )?;
/// let retyped = by_hand::retype(&guest, Target::default())?;
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
pub fn retype(guest: &[u8], target: Target) -> Result<Retyped, Error> {
    let guest = own_types::give(preview1::componentize(guest)?);
    let guest = Guest::read(&guest)?;
    let plan = Plan::new(&guest, &Adapter::embedded(target)?)?;
    let bytes = crate::retype::retype(&guest, &plan)?.bytes;
    Ok(Retyped { bytes, plan })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_can_be_left_out() -> Result<(), Error> {
        let whole = adapter(Target::default(), &[])?;
        let without = adapter(Target::default(), &["wasi:http"])?;
        let imports_http = |component: &[u8]| -> Result<bool, Error> {
            let imports = Guest::read(component)?.imports;
            Ok(imports.iter().any(|it| it.name.starts_with("wasi:http/")))
        };
        assert!(imports_http(&whole)?);
        assert!(!imports_http(&without)?);
        Ok(())
    }

    #[test]
    fn a_package_that_is_none_is_named() {
        let error = adapter(Target::default(), &["wasi:htpp"]).unwrap_err();
        let message = error.to_string();
        assert!(
            message.starts_with("`wasi:htpp` is no package of WASI 0.2"),
            "{message}"
        );
        assert!(message.contains("wasi:cli, wasi:clocks"), "{message}");
    }
}
