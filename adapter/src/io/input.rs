//! What is behind an `input-stream`: a byte stream of WASI 0.3 and the future that tells how it
//! ended.

use super::life::{Life, StreamEnd};
use super::poll::Source;
use crate::abi::{ByteReader, Completion, Read};
use crate::reactor::{self, Waiter};
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// How much is read at a time. WASI 0.3 can't be asked for readiness, so that data must be taken
/// from the host before the guest can be told that there is some.
const CHUNK: usize = 64 * 1024;

/// From this size on, bytes go to the guest in the buffer that they were read into. Below it, a
/// copy costs less than another buffer.
const HAND_OVER: usize = 4096;

/// See the [module](self).
pub struct Input {
    me: Weak<Input>,
    /// Gone once the stream is closed from this side.
    reader: RefCell<Option<ByteReader>>,
    life: Life,
    /// What was read, of which the guest has the first `taken` bytes.
    buffer: Cell<Vec<u8>>,
    taken: Cell<usize>,
    /// How much of `buffer` the guest doesn't have.
    available: Cell<usize>,
}

impl Input {
    pub fn new((reader, completion): (ByteReader, Completion)) -> Rc<Self> {
        Rc::new_cyclic(|me| Input {
            me: me.clone(),
            reader: RefCell::new(Some(reader)),
            life: Life::new(completion),
            buffer: Cell::default(),
            taken: Cell::new(0),
            available: Cell::new(0),
        })
    }

    /// Whether there are bytes, or an end, to tell the guest of. Starts a read where that is what
    /// it takes to know.
    fn fill(&self) -> bool {
        if self.available.get() > 0 || self.life.is_over() {
            return true;
        }
        let mut slot = self.reader.borrow_mut();
        let Some(reader) = slot.as_mut().filter(|reader| !reader.is_pending()) else {
            return false;
        };
        if !self.life.is_open() {
            return false;
        }
        let mut buffer = self.buffer.take();
        buffer.clear();
        buffer.reserve_exact(CHUNK);
        let Some(read) = reader.start(buffer, &self.me) else {
            return false;
        };
        drop(slot);
        self.absorb(read);
        self.available.get() > 0 || self.life.is_over()
    }

    fn absorb(&self, read: Read) {
        self.taken.set(0);
        self.available.set(read.bytes.len());
        self.buffer.set(read.bytes);
        if read.ended {
            self.life.end(&self.me);
        }
    }

    /// [`fill`](Self::fill), giving the host a chance to run where there is nothing yet.
    fn fill_or_turn(&self) -> bool {
        self.fill() || {
            reactor::turn();
            self.fill()
        }
    }

    fn fill_or_wait(&self) {
        while !self.fill() {
            reactor::wait();
        }
    }

    /// Takes at most `len` of the bytes that are there.
    fn take(&self, len: u64) -> Result<Vec<u8>, StreamEnd> {
        let available = self.available.get();
        if available == 0 && self.life.is_over() {
            return Err(self.life.report());
        }
        let taken = self.taken.get();
        let len = available.min(usize::try_from(len).unwrap_or(usize::MAX));
        let buffer = self.buffer.take();
        self.taken.set(taken + len);
        self.available.set(available - len);
        if taken == 0 && len == available && len >= HAND_OVER {
            return Ok(buffer);
        }
        let bytes = buffer[taken..][..len].to_vec();
        self.buffer.set(buffer);
        Ok(bytes)
    }

    /// Like [`take`](Self::take), for bytes that nobody wants.
    fn discard(&self, len: u64) -> Result<u64, StreamEnd> {
        let available = self.available.get();
        if available == 0 && self.life.is_over() {
            return Err(self.life.report());
        }
        let len = available.min(usize::try_from(len).unwrap_or(usize::MAX));
        self.taken.set(self.taken.get() + len);
        self.available.set(available - len);
        Ok(len as u64)
    }

    /// `input-stream.read`.
    pub fn read(&self, len: u64) -> Result<Vec<u8>, StreamEnd> {
        if len == 0 || !self.fill_or_turn() {
            return Ok(Vec::new());
        }
        self.take(len)
    }

    /// `input-stream.blocking-read`.
    pub fn blocking_read(&self, len: u64) -> Result<Vec<u8>, StreamEnd> {
        self.fill_or_wait();
        if len == 0 {
            return Ok(Vec::new());
        }
        self.take(len)
    }

    /// `input-stream.skip`.
    pub fn skip(&self, len: u64) -> Result<u64, StreamEnd> {
        if len == 0 || !self.fill_or_turn() {
            return Ok(0);
        }
        self.discard(len)
    }

    /// `input-stream.blocking-skip`.
    pub fn blocking_skip(&self, len: u64) -> Result<u64, StreamEnd> {
        self.fill_or_wait();
        if len == 0 {
            return Ok(0);
        }
        self.discard(len)
    }

    /// Closes the stream from this side. What was read and not taken is lost.
    pub fn shutdown(&self) {
        drop(self.reader.take());
        self.available.set(0);
        self.life.close();
    }
}

impl Source for Input {
    fn ready(&self) -> bool {
        self.fill()
    }
}

impl Waiter for Input {
    fn event(&self, waitable: u32, code: u32) {
        let mut slot = self.reader.borrow_mut();
        match slot.as_mut() {
            Some(reader) if reader.handle() == waitable => {
                let read = reader.finish(code);
                drop(slot);
                self.absorb(read);
            }
            _ => self.life.completed(),
        }
    }
}
