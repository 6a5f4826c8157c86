//! Streams that write to a file.
//!
//! A host may take bytes and write them later: that they are in the file is certain when it has said
//! how the byte stream ended. So a byte stream is ended before anything else looks at files, and
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

/// The outputs whose bytes may not be in their files. Few: those that the guest has written to since
/// something last looked at files.
static UNSETTLED: Global<RefCell<Vec<Unsettled>>> = Global::new(RefCell::new(Vec::new()));

struct Unsettled {
    file: Rc<File>,
    output: Rc<Output>,
}

/// The number of them above which those go that the guest has dropped.
const MOST: usize = 32;

/// Waits until files have what was written to them, so that what is read next is what was written.
pub fn settle(task: Task<'_>) {
    settle_some(task, &|_| true);
}

/// Waits until a file has what was written to it, so that what is read of it next is what was written.
pub fn settle_file(descriptor: &Rc<Handle>, task: Task<'_>) {
    let files = unsettled_of(descriptor, task, |_| true);
    settle_files(task, &files);
}

/// Returns those that write to one file, of some.
fn unsettled_of(
    descriptor: &Rc<Handle>,
    task: Task<'_>,
    choose: impl Fn(&Rc<File>) -> bool,
) -> Vec<Rc<File>> {
    let unsettled = UNSETTLED.borrow();
    let chosen = unsettled
        .iter()
        .map(|it| &it.file)
        .filter(|file| choose(file) && !descriptor.is_stranger(&file.descriptor));
    let mut files: Vec<_> = chosen.cloned().collect();
    drop(unsettled);
    files.retain(|file| descriptor.is_same_file(&file.descriptor, task));
    files
}

fn settle_files(task: Task<'_>, files: &[Rc<File>]) {
    if !files.is_empty() {
        settle_some(task, &|it| {
            files.iter().any(|file| Rc::ptr_eq(file, &it.file))
        });
    }
}

/// Waits until a file has what was written to one output.
pub fn settle_one(wanted: &Rc<Output>, task: Task<'_>) {
    settle_some(task, &|it| Rc::ptr_eq(&it.output, wanted));
}

fn settle_some(task: Task<'_>, choose: &dyn Fn(&Unsettled) -> bool) {
    let mut chosen = Vec::new();
    let mut unsettled = UNSETTLED.borrow_mut();
    for at in (0..unsettled.len()).rev() {
        if choose(&unsettled[at]) {
            chosen.push(unsettled.swap_remove(at));
        }
    }
    drop(unsettled);
    // The host ends them all at once.
    for it in &chosen {
        it.output.end_idle();
    }
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
        if UNSETTLED.borrow().len() > MOST {
            settle_some(task, &|it| it.output.is_dropped());
        }
        let (_, next) = self.written.get();
        let files = unsettled_of(&self.descriptor, task, |file| {
            !core::ptr::eq(&**file, self) && file.touches(next, len)
        });
        settle_files(task, &files);
    }

    fn touches(&self, place: Place, len: usize) -> bool {
        match (self.written.get(), place) {
            ((Place::At(start), Place::At(end)), Place::At(offset)) => {
                start < offset.saturating_add(len as u64) && offset < end
            }
            _ => true,
        }
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
