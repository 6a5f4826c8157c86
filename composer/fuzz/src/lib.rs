//! What the targets share. The property test of the composer has the same guests and checks.

#[path = "../../tests/common/checks.rs"]
pub mod checks;
#[path = "../../tests/generator/mod.rs"]
pub mod generator;

use std::panic;

#[global_allocator]
static ALLOCATOR: checks::Counting = checks::Counting;

/// Has panics of code that is known to panic not end the process, as all others do.
pub fn tolerate_panics() {
    let abort = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !checks::may_panic() {
            abort(panic);
        }
    }));
}

/// Checks a guest.
///
/// # Panics
///
/// If something doesn't hold.
pub fn check(guest: &[u8], text: Option<&str>) {
    if let Err(error) = checks::check(guest) {
        panic!("{error}\n{}", text.unwrap_or_default());
    }
}
