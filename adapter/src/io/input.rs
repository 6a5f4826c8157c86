//! An `input-stream` that reads a byte stream of WASI 0.3.

use super::buffer::Buffer;
use super::poll::Source;
use super::state::{StreamError, StreamState};
use super::streams::Input;
use crate::canon::{Event, MayWait, Task};
use crate::op::{Read, Reader};
use crate::reactor::{self, DeferredRead, Waiter};
use crate::{freshness, p3};
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::any::Any;
use core::cell::RefCell;

/// The size of a read. WASI 0.3 can't be asked for readiness, so that data must be taken from the
/// host before the guest can be told that there is some.
const CHUNK: usize = 64 * 1024;

/// A byte stream that is read ahead of the guest by one read at most.
pub struct ByteInput {
    me: Weak<ByteInput>,
    /// Gone once the stream is closed from this side.
    reader: RefCell<Option<Reader>>,
    state: StreamState,
    buffer: Buffer,
    /// Whether reading nothing tells of the end, as WASI 0.2 asks. Guests know their stdin as a
    /// stream that doesn't.
    tells_end: bool,
}

impl ByteInput {
    /// Reads a stream that tells of its end when nothing is read.
    pub fn new(source: p3::Source) -> Rc<Self> {
        ByteInput::with_end(source, true)
    }

    /// Reads the guest's stdin.
    pub fn stdin(source: p3::Source) -> Rc<Self> {
        ByteInput::with_end(source, false)
    }

    fn with_end((reader, completion): p3::Source, tells_end: bool) -> Rc<Self> {
        Rc::new_cyclic(|me| ByteInput {
            me: me.clone(),
            reader: RefCell::new(Some(reader)),
            state: StreamState::new(completion),
            buffer: Buffer::default(),
            tells_end,
        })
    }

    fn has_news(&self) -> bool {
        !self.buffer.is_empty() || self.state.is_over()
    }

    /// Returns `true` if there are bytes, or an end, to tell the guest of. Starts a read if there is
    /// nothing and none is pending.
    fn fill_now(&self) -> bool {
        if self.has_news() {
            return true;
        }
        let mut slot = self.reader.borrow_mut();
        let Some(reader) = slot.as_mut().filter(|reader| !reader.is_pending()) else {
            return false;
        };
        if !self.state.is_open() {
            return false;
        }
        let Some(read) = reader.start(self.buffer.take_memory(), CHUNK, &self.me) else {
            return false;
        };
        drop(slot);
        self.absorb(read);
        self.has_news()
    }

    fn absorb(&self, read: Read) {
        self.buffer.push(read.elements);
        // Whoever has sent this, or has ended it, may have changed files before.
        freshness::note_news();
        if read.is_last {
            self.state.end(&self.me);
        }
    }

    /// Reads on and throws away what comes. Returns `true` if the stream has ended, and it is known
    /// how.
    pub fn exhaust(&self) -> bool {
        while !self.state.is_over() {
            self.buffer.clear();
            if !self.fill_now() {
                return false;
            }
        }
        true
    }

    /// The outcome of a stream that has [ended](Self::exhaust): a failure, if the guest has not been
    /// told of it before, or the value that follows the stream.
    pub fn outcome(&self) -> Result<Option<Box<dyn Any>>, StreamError> {
        match self.state.report() {
            StreamError::Closed => Ok(self.state.take_following()),
            failed => Err(failed),
        }
    }

    /// Closes the stream from this side. What was read and not taken is lost.
    pub fn shutdown(&self) {
        drop(self.reader.take());
        self.buffer.clear();
        self.state.close();
    }

    /// Fails if there is nothing to take because the stream is over.
    fn check(&self) -> Result<(), StreamError> {
        match self.buffer.is_empty() {
            true => self.state.check(),
            false => Ok(()),
        }
    }
}

impl Input for ByteInput {
    fn fill(&self, _len: u64, _task: Task<'_>) -> bool {
        self.fill_now()
    }

    fn fill_waiting(&self, _len: u64, task: Task<'_>) {
        while !self.fill_now() {
            reactor::wait(task);
        }
    }

    fn take(&self, len: u64) -> Result<Vec<u8>, StreamError> {
        self.check()?;
        Ok(self.buffer.take(len))
    }

    fn skip(&self, len: u64) -> Result<u64, StreamError> {
        self.check()?;
        Ok(self.buffer.skip(len) as u64)
    }

    fn read_nothing(&self) -> Result<(), StreamError> {
        match self.tells_end {
            true => self.check(),
            false => Ok(()),
        }
    }
}

impl Source for ByteInput {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        self.fill_now()
    }
}

impl DeferredRead for ByteInput {
    fn start(&self) -> bool {
        self.state.start_read(&self.me)
    }

    fn cancel(&self, may_wait: MayWait<'_>) -> bool {
        self.state.cancel_read(may_wait)
    }
}

impl Waiter for ByteInput {
    fn event(&self, event: Event) {
        let mut slot = self.reader.borrow_mut();
        match slot.as_mut().filter(|reader| reader.has(&event)) {
            Some(reader) => {
                let read = reader.finish(event);
                drop(slot);
                self.absorb(read);
            }
            None => self.state.complete(event),
        }
    }
}
