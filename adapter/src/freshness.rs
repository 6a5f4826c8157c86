//! The guest's chances to know of changes to files.
//!
//! A host may have read ahead of what a guest was given of a file. That is old as soon as the guest
//! has changed any file, or has got anything by which it could know that others have: bytes or their
//! end, a connection, a datagram, time. [`filesystem`](crate::filesystem) then reads again.

use crate::canon::Global;
use crate::reactor;
use core::cell::Cell;

static NEWS: Global<Cell<u32>> = Global::new(Cell::new(0));

/// Notes that files may have changed.
pub fn note_news() {
    NEWS.set(NEWS.get().wrapping_add(1));
}

/// A number that changes with all that is [noted](note_news), and with every event of others.
pub fn news() -> u32 {
    NEWS.get().wrapping_add(reactor::events_of_others())
}
