//! Streams that write to a file.
//!
//! A host may take bytes and write them later: that they are in the file is certain when it has said
//! how the byte stream ended. So a byte stream is ended before anything else looks at its file, and
//! before the guest's end, and the next write opens another one.

use super::handle::Handle;
use crate::canon::{Global, Task};
use crate::io::output::{CAPACITY, Kind, Output};
use crate::io::state::StreamError;
use crate::p3::filesystem::{Descriptor, append_via_stream, write_via_stream};
use crate::{freshness, p3, reactor};
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// The outputs whose bytes may not be in their files, in the order of their first writes. Few: those
/// that the guest has written to since something last looked there.
static UNSETTLED: Global<RefCell<Vec<Unsettled>>> = Global::new(RefCell::new(Vec::new()));

struct Unsettled {
    file: Rc<File>,
    output: Rc<Output>,
}

/// The number of them above which all are settled, rather than asked which are of a file.
const MOST: usize = 32;

/// Waits until files have what was written to them, so that what is read next is what was written.
pub fn settle(task: Task<'_>) {
    settle_some(None, task);
}

/// Waits until a file has what was written to it, so that what is read of it next is what was written.
pub fn settle_file(descriptor: &Rc<Handle>, task: Task<'_>) {
    let files = unsettled_of(descriptor, task, |_| true);
    settle_some(Some(&files), task);
}

/// Returns those that write to one file, of some. The host is asked where that isn't known.
fn unsettled_of(
    descriptor: &Rc<Handle>,
    task: Task<'_>,
    choose: impl Fn(&Unsettled) -> bool,
) -> Vec<Rc<File>> {
    if UNSETTLED.borrow().len() > MOST {
        settle(task);
    }
    let unsettled = UNSETTLED.borrow();
    let is_stranger = |file: &File| descriptor.is_stranger(&file.descriptor);
    let chosen = unsettled
        .iter()
        .filter(|it| choose(it) && !is_stranger(&it.file))
        .map(|it| &it.file);
    let mut files: Vec<_> = chosen.cloned().collect();
    drop(unsettled);
    files.retain(|file| !is_stranger(file) && descriptor.is_same_file(&file.descriptor, task));
    files
}

/// Settles what writes to these, or everything.
fn settle_some(files: Option<&[Rc<File>]>, task: Task<'_>) {
    if files.is_some_and(<[_]>::is_empty) {
        return;
    }
    // The host ends those at once that don't write to one place: there, the later has to win.
    let mut ending: Vec<Unsettled> = Vec::new();
    for it in UNSETTLED.take() {
        let is_chosen = |files: &[Rc<File>]| files.iter().any(|file| Rc::ptr_eq(file, &it.file));
        if !files.is_none_or(is_chosen) {
            UNSETTLED.borrow_mut().push(it);
        } else if task.may_wait().is_none() {
            // It can't be heard how a byte stream ends. The bytes are with the host, and that is all.
            it.output.wait_until(task, Output::is_idle);
            UNSETTLED.borrow_mut().push(it);
        } else {
            if ending.iter().any(|earlier| earlier.file.overlaps(&it.file)) {
                wait_for(&mut ending, task);
            }
            it.output.end_idle();
            ending.push(it);
        }
    }
    wait_for(&mut ending, task);
}

/// Waits until the host has said how byte streams ended.
fn wait_for(ending: &mut Vec<Unsettled>, task: Task<'_>) {
    for it in core::mem::take(ending) {
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

    fn after(self, len: usize) -> Self {
        match self {
            Place::At(offset) => Place::At(offset.saturating_add(len as u64)),
            Place::End => Place::End,
        }
    }
}

/// Something that writes to a file.
pub struct File {
    /// A host may need it until it has written.
    descriptor: Rc<Handle>,
    /// The places of the first byte of the byte stream, and of the one that follows the last.
    written: Cell<(Place, Place)>,
}

impl File {
    pub fn new(descriptor: Rc<Handle>, place: Place) -> Self {
        File {
            descriptor,
            written: Cell::new((place, place)),
        }
    }

    /// Makes an output of a byte stream, which begins at this place.
    pub fn output(self, sink: p3::Sink) -> Rc<Output> {
        Output::of_kind(sink, Rc::new(Writing(Rc::new(self))))
    }

    /// Waits until bytes have been written that have to be there before `len` others are written:
    /// where two byte streams write to one place, the later has to win.
    fn settle_earlier(&self, len: usize, task: Task<'_>) {
        if task.may_wait().is_none() {
            return;
        }
        let (_, next) = self.written.get();
        let files = unsettled_of(&self.descriptor, task, |it| {
            let is_other = !core::ptr::eq(&*it.file, self);
            // What is on its way goes on as it would without this.
            is_other && it.output.is_idle() && it.file.touches(next, len as u64)
        });
        settle_some(Some(&files), task);
    }

    /// Returns `true` if it may have written to some of `len` bytes at a place.
    fn touches(&self, place: Place, len: u64) -> bool {
        match (self.written.get(), place) {
            ((Place::At(start), Place::At(end)), Place::At(offset)) => {
                start < offset.saturating_add(len) && offset < end
            }
            _ => true,
        }
    }

    /// Returns `true` if both may have written to one place of one file.
    fn overlaps(&self, other: &File) -> bool {
        let (start, end) = other.written.get();
        let len = match (start, end) {
            (Place::At(start), Place::At(end)) => end - start,
            _ => u64::MAX,
        };
        self.touches(start, len) && !self.descriptor.is_stranger(&other.descriptor)
    }
}

/// The differences of a file's output from a plain one.
struct Writing(Rc<File>);

impl Kind for Writing {
    fn prepare(&self, len: usize, task: Task<'_>) {
        self.0.settle_earlier(len, task);
    }

    fn count(&self, output: &Weak<Output>, bytes: &mut Vec<u8>) -> Result<(), StreamError> {
        if bytes.is_empty() {
            return Ok(());
        }
        freshness::note_news();
        let (start, next) = self.0.written.get();
        self.0.written.set((start, next.after(bytes.len())));
        let mut unsettled = UNSETTLED.borrow_mut();
        let is_new = !unsettled.iter().any(|it| Rc::ptr_eq(&it.file, &self.0));
        if is_new && let Some(output) = output.upgrade() {
            reactor::before_drain(settle);
            let file = self.0.clone();
            unsettled.push(Unsettled { file, output });
        }
        Ok(())
    }

    fn ends_when_dropped(&self) -> bool {
        true
    }

    fn reopen(&self) -> Option<p3::Sink> {
        let (_, next) = self.0.written.get();
        self.0.written.set((next, next));
        Some(next.open(&self.0.descriptor))
    }

    /// A file takes one write after the other, so that there is room again when the last one is
    /// known to have gone well.
    fn room(&self, queued: usize, _writes: usize) -> usize {
        if queued > 0 { 0 } else { CAPACITY }
    }
}
