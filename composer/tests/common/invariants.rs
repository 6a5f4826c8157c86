//! The invariants of results for guests that are well formed: those of [`checks`] for any bytes, and
//! that the result has the guest's core modules.

use super::{checks, modules};
use wasi_uplift::{LinkMode, Options, compose};

/// Composes a guest in each way, if it composes, and checks the results: they have all of its core
/// modules.
pub fn check(guest: &[u8]) -> Result<(), String> {
    checks::check(guest)?;
    for link in [LinkMode::Auto, LinkMode::Component] {
        let Ok(composed) = compose(guest, &Options::default().link(link)) else {
            continue;
        };
        let kept = modules(&composed.bytes);
        if !modules(guest).iter().all(|module| kept.contains(module)) {
            return Err(format!(
                "{link}: a core module of the guest is not in the result"
            ));
        }
    }
    Ok(())
}
