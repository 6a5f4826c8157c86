//! The invariants of results for guests that are well formed: those of [`checks`] for any bytes, and
//! that the result has the guest's core modules, but for those of its encoder's table.

use super::{checks, modules};
use wasi_uplift::{LinkMode, Options, compose};

/// The name of a table by which a core module calls what comes after it. Where guest and adapter are one
/// component, a table of the adapter's may do.
const TABLE: &[u8] = b"$imports";

/// Composes a guest in each way, if it composes, and checks the results: they have all of its core
/// modules.
pub fn check(guest: &[u8]) -> Result<(), String> {
    checks::check(guest)?;
    for link in [LinkMode::Auto, LinkMode::Component] {
        let Ok(composed) = compose(guest, &Options::default().link(link)) else {
            continue;
        };
        let kept = modules(&composed.bytes);
        let may_go = |module: &[u8]| {
            link == LinkMode::Auto && module.windows(TABLE.len()).any(|name| name == TABLE)
        };
        let all = modules(guest);
        let mut all = all.iter();
        if !all.all(|module| kept.contains(module) || may_go(module)) {
            return Err(format!(
                "{link}: a core module of the guest is not in the result"
            ));
        }
    }
    Ok(())
}
