//! An `input-stream` that reads a byte stream of WASI 0.3.

use super::buffer::Buffer;
use super::poll::Source;
use super::state::{StreamError, StreamState};
use super::streams::Input;
use crate::canon::{Event, Global, MayWait, Task};
use crate::op::{Read, Reader};
use crate::reactor::{self, DeferredRead, Waiter};
use crate::{freshness, p3};
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::any::Any;
use core::cell::{Cell, RefCell};

/// The size of a read. WASI 0.3 can't be asked for readiness, so that data must be taken from the
/// host before the guest can be told that there is some.
const CHUNK: usize = 64 * 1024;

/// The number of pending reads that may be of that size. A guest may have thousands of streams that
/// bring nothing for long.
const MAX_PENDING_CHUNKS: u32 = 16;

/// The size of a pending read of any other stream.
const SMALL: usize = 256;

static PENDING_CHUNKS: Global<Cell<u32>> = Global::new(Cell::new(0));

/// A pending read of a [`CHUNK`].
struct PendingChunk;

impl PendingChunk {
    fn new() -> Self {
        PENDING_CHUNKS.set(PENDING_CHUNKS.get() + 1);
        PendingChunk
    }
}

impl Drop for PendingChunk {
    fn drop(&mut self) {
        PENDING_CHUNKS.set(PENDING_CHUNKS.get() - 1);
    }
}

/// A byte stream that is read ahead of the guest by one read at most.
pub struct ByteInput {
    me: Weak<ByteInput>,
    /// Gone once the stream is closed from this side.
    reader: RefCell<Option<Reader>>,
    state: StreamState,
    buffer: Buffer,
    pending: Cell<Option<PendingChunk>>,
    /// The number of bytes that the last read has brought.
    last: Cell<usize>,
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
            pending: Cell::new(None),
            last: Cell::new(0),
            tells_end,
        })
    }

    fn has_news(&self) -> bool {
        !self.buffer.is_empty() || self.state.is_over()
    }

    /// Returns `true` if there are bytes, or an end, to tell the guest of. Starts a read if there is
    /// nothing and none is pending.
    fn fill_now(&self, may_wait: Option<MayWait<'_>>) -> bool {
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
        let read = self.start_read(reader);
        drop(slot);
        let read = match may_wait {
            Some(may_wait) if PENDING_CHUNKS.get() > MAX_PENDING_CHUNKS => {
                read.or_else(|| self.read_less(may_wait))
            }
            _ => read,
        };
        let Some(read) = read else {
            return false;
        };
        self.absorb(read);
        self.has_news()
    }

    /// Reads a chunk if that may be pending, or if the last read has brought so much that this one
    /// hardly will be.
    fn start_read(&self, reader: &mut Reader) -> Option<Read> {
        let memory = self.buffer.take_memory();
        if PENDING_CHUNKS.get() >= MAX_PENDING_CHUNKS && self.last.get() < SMALL {
            drop(memory);
            return reader.start(Vec::new(), SMALL, &self.me);
        }
        let read = reader.start(memory, CHUNK, &self.me);
        if read.is_none() {
            self.pending.set(Some(PendingChunk::new()));
        }
        read
    }

    /// Reads less than the chunk that is pending.
    fn read_less(&self, may_wait: MayWait<'_>) -> Option<Read> {
        // Other tasks may run meanwhile, and find nothing that they could read from.
        let mut reader = self.reader.take()?;
        let read = reader.cancel(may_wait);
        self.pending.take();
        if !self.state.is_open() {
            return None;
        }
        let read = match read.is_last || !read.elements.is_empty() {
            true => Some(read),
            false => reader.start(Vec::new(), SMALL, &self.me),
        };
        self.reader.replace(Some(reader));
        read
    }

    fn absorb(&self, read: Read) {
        self.pending.take();
        self.last.set(read.elements.len());
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
            if !self.fill_now(None) {
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
        self.pending.take();
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
    fn fill(&self, _len: u64, task: Task<'_>) -> bool {
        let is_there = self.fill_now(task.may_wait());
        if !is_there {
            // Whoever asks again and again has time pass.
            freshness::note_news();
        }
        is_there
    }

    fn fill_waiting(&self, _len: u64, task: Task<'_>) {
        while !self.fill_now(task.may_wait()) {
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
    fn is_ready(&self, task: Task<'_>) -> bool {
        self.fill_now(task.may_wait())
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
