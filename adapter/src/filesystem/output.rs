//! Streams that write to a file.

use crate::canon::{Global, Task};
use crate::io::output::{CAPACITY, Kind, Output, close_lingering};
use crate::io::state::StreamError;
use crate::{freshness, p3, reactor};
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

/// The number of streams that have bytes on their way to a file.
static BUSY: Global<Cell<u32>> = Global::new(Cell::new(0));

/// Waits until files have what was written to them, so that what is read next is what was written.
pub fn settle(task: Task<'_>) {
    close_lingering(task);
    while BUSY.get() > 0 {
        reactor::wait(task);
    }
}

/// A stream that writes to a file.
pub fn file_output(sink: p3::Sink) -> Rc<Output> {
    Output::of_kind(sink, Rc::new(File))
}

struct File;

impl Kind for File {
    fn prepare(&self, task: Task<'_>) {
        close_lingering(task);
    }

    fn count(&self, bytes: &mut Vec<u8>) -> Result<(), StreamError> {
        if !bytes.is_empty() {
            freshness::note_news();
        }
        Ok(())
    }

    fn set_busy(&self, is_busy: bool) {
        let change = if is_busy { 1 } else { -1 };
        BUSY.set(BUSY.get().saturating_add_signed(change));
    }

    /// A file takes one write after the other, so that there is room again when the last one is
    /// known to have gone well.
    fn room(&self, queued: usize, _writes: usize) -> usize {
        if queued > 0 { 0 } else { CAPACITY }
    }
}
