//! Checks a result before anybody gets to see it.

use crate::Error;
use crate::adapt::Absence;
use crate::inspect::{Generation, Guest};
use crate::plan::{ImportFate, Plan};

/// Checks that a result is valid, with the features that a WASI 0.3 host has by default, and that
/// it imports nothing that the adapter was to serve, and nothing of what is left out. The core modules that it has of the guest,
/// which is valid, are not gone through again.
///
/// # Errors
///
/// If it doesn't hold.
pub(crate) fn validate(
    bytes: &[u8],
    plan: &Plan,
    guest: &Guest<'_>,
    absence: &Absence,
) -> Result<(), Error> {
    let result = Guest::read_with(bytes, &guest.modules).map_err(|error| match error {
        Error::InvalidGuest(source) => Error::InvalidResult(source),
        other => other,
    })?;
    for import in &result.imports {
        let interface = import.interface.as_ref();
        let is_p2 = interface
            .is_some_and(|name| name.is_wasi() && name.generation() == Some(Generation::P2));
        let is_served = is_p2 && plan.import(&import.name) != Some(&ImportFate::Host);
        if is_served || absence.package_of(&import.name).is_some() {
            return Err(Error::Remains(import.name.clone()));
        }
    }
    Ok(())
}
