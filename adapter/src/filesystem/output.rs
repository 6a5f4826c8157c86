//! Streams that write to a file.
//!
//! A host may take bytes and write them later: that they are in the file is certain when it has said
//! how the byte stream ended. So a byte stream is ended before anything else looks at files, and
//! before the guest's end, and the next write opens another one.

use crate::canon::{Global, Task};
use crate::io::output::{CAPACITY, Kind, Output};
use crate::io::state::StreamError;
use crate::p3::filesystem::{Descriptor, append_via_stream, write_via_stream};
use crate::{freshness, p3};
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// The outputs whose bytes may not be in their files. Few: those that the guest has written to since
/// something last looked at files.
static UNSETTLED: Global<RefCell<Vec<Unsettled>>> = Global::new(RefCell::new(Vec::new()));

struct Unsettled {
    output: Rc<Output>,
    origin: Origin,
}

/// What writes to an output.
#[derive(Clone, Copy, PartialEq)]
pub enum Origin {
    /// An `output-stream`.
    Stream,
    /// `descriptor.write`.
    Write,
}

/// Waits until files have what was written to them, so that what is read next is what was written.
pub fn settle(task: Task<'_>) {
    settle_some(task, |_| true);
}

/// Waits until files have what was written by `descriptor.write`, and by streams that were dropped:
/// something else is to write.
pub fn settle_others(task: Task<'_>) {
    settle_some(task, |it| {
        it.origin == Origin::Write || it.output.is_dropped()
    });
}

fn settle_some(task: Task<'_>, choose: impl Fn(&Unsettled) -> bool) {
    let chosen: Vec<_> = UNSETTLED
        .borrow_mut()
        .extract_if(.., |it| choose(it))
        .collect();
    for it in chosen {
        it.output.settle(task);
    }
}

/// A place in a file to write to.
#[derive(Clone, Copy)]
pub enum Place {
    At(u64),
    End,
}

impl Place {
    /// Opens a byte stream that writes there.
    pub fn open(self, descriptor: &Descriptor) -> p3::Sink {
        match self {
            Place::At(offset) => write_via_stream(descriptor, offset),
            Place::End => append_via_stream(descriptor),
        }
    }
}

/// Something that writes to a file, with a byte stream that was opened.
pub fn file_output(
    sink: p3::Sink,
    descriptor: Rc<Descriptor>,
    place: Place,
    origin: Origin,
) -> Rc<Output> {
    let file = File {
        descriptor,
        place: Cell::new(place),
        origin,
    };
    Output::of_kind(sink, Rc::new(file))
}

struct File {
    origin: Origin,
    /// A host may need it until it has written.
    descriptor: Rc<Descriptor>,
    /// The place of the byte that follows those that were accepted.
    place: Cell<Place>,
}

impl Kind for File {
    fn prepare(&self, task: Task<'_>) {
        settle_others(task);
    }

    fn count(&self, output: &Weak<Output>, bytes: &mut Vec<u8>) -> Result<(), StreamError> {
        if bytes.is_empty() {
            return Ok(());
        }
        freshness::note_news();
        if let Place::At(offset) = self.place.get() {
            self.place
                .set(Place::At(offset.saturating_add(bytes.len() as u64)));
        }
        let mut unsettled = UNSETTLED.borrow_mut();
        let is_new = unsettled
            .iter()
            .all(|it| !core::ptr::eq(Rc::as_ptr(&it.output), output.as_ptr()));
        if is_new && let Some(output) = output.upgrade() {
            let origin = self.origin;
            unsettled.push(Unsettled { output, origin });
        }
        Ok(())
    }

    fn ends_when_dropped(&self) -> bool {
        true
    }

    fn reopen(&self) -> Option<p3::Sink> {
        Some(self.place.get().open(&self.descriptor))
    }

    /// A file takes one write after the other, so that there is room again when the last one is
    /// known to have gone well.
    fn room(&self, queued: usize, _writes: usize) -> usize {
        if queued > 0 { 0 } else { CAPACITY }
    }
}
