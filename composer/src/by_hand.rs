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
//! 3. A command is started through the [`front`], which takes the guest's `wasi:cli/run` and the
//!    adapter's `wasi-uplift:adapter/lifecycle`, and exports `wasi:cli/run` of WASI 0.3. Without
//!    it, what the guest has written may not be with the host yet when the guest ends.
//!
//! What `compose` does beyond that can't be had by hand: the adapter is not cut down to what the
//! guest needs, so the host needs all of WASI 0.3, and guest and adapter stay two components.

use crate::adapt::Adapter;
use crate::inspect::Guest;
use crate::plan::Plan;
use crate::{Error, Target, preview1};

pub use crate::front::GUEST_RUN;

pub use crate::adapt::LIFECYCLE;

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

/// The component that stands before a command and the adapter.
///
/// # Errors
///
/// None that the caller could do something about.
pub fn front(target: Target) -> Result<Vec<u8>, Error> {
    crate::front::run(target)
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
    let guest = preview1::componentize(guest)?;
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
