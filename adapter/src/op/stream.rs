//! The ends of streams.

use super::{Started, release_end};
use crate::canon::{Event, MayWait, Outcome, Reading, StreamEnd, Writing, invariant};
use crate::reactor::{self, Waiter};
use alloc::rc::Weak;
use alloc::vec::Vec;

/// The result of a read.
pub struct Read<T = u8> {
    /// The elements, or none if the host has written them to memory that isn't the adapter's.
    pub elements: Vec<T>,
    /// The number of elements that were read, wherever they are.
    pub count: usize,
    /// The writable end is gone: nothing follows.
    pub is_last: bool,
}

/// The readable end of a stream. At most one read is pending.
pub struct Reader<T: 'static = u8> {
    end: &'static StreamEnd<T>,
    handle: u32,
    pending: Option<Reading<T>>,
    is_watched: bool,
}

impl<T> Reader<T> {
    pub fn new(end: &'static StreamEnd<T>, handle: u32) -> Self {
        Reader {
            end,
            handle,
            pending: None,
            is_watched: false,
        }
    }

    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// The handle, for who starts a read that the reader [takes over](Self::take_over).
    pub fn handle(&self) -> u32 {
        self.handle
    }

    /// Returns `true` if the event is of this end.
    pub fn has(&self, event: &Event) -> bool {
        self.handle == event.waitable()
    }

    /// Starts a read of at most `len` elements, for which `buffer` is used again. Without a result
    /// the read is pending, and `owner` gets an event.
    pub fn start(
        &mut self,
        buffer: Vec<T>,
        len: usize,
        owner: &Weak<impl Waiter>,
    ) -> Option<Read<T>> {
        invariant!(self.pending.is_none(), one_read_of_a_stream_at_a_time);
        self.started(self.end.read(self.handle, buffer, len), owner)
    }

    /// Takes over a read of `len` elements into memory that isn't the adapter's, which the host has
    /// answered with `code`. Without a result the read is pending, and `owner` gets an event.
    pub fn take_over(
        &mut self,
        len: usize,
        code: u32,
        owner: &Weak<impl Waiter>,
    ) -> Option<Read<T>> {
        invariant!(self.pending.is_none(), one_read_of_a_stream_at_a_time);
        self.started(self.end.read_elsewhere(self.handle, len, code), owner)
    }

    fn started(
        &mut self,
        started: Started<(Vec<T>, usize, Outcome), Reading<T>>,
        owner: &Weak<impl Waiter>,
    ) -> Option<Read<T>> {
        match started {
            Started::Ended(result) => Some(read(result)),
            Started::Pending(reading) => {
                self.pending = Some(reading);
                if !self.is_watched {
                    self.is_watched = true;
                    reactor::watch(self.handle, owner.clone());
                }
                None
            }
        }
    }

    /// Cancels the pending read. Returns what it has brought all the same.
    pub fn cancel(&mut self, may_wait: MayWait<'_>) -> Read<T> {
        match self.pending.take() {
            Some(reading) => {
                reactor::forget(self.handle);
                self.is_watched = false;
                read(reading.cancel(may_wait))
            }
            None => crate::canon::trap(),
        }
    }

    /// Ends the pending read.
    pub fn finish(&mut self, event: Event) -> Read<T> {
        match self.pending.take() {
            Some(reading) => read(reading.finish(event)),
            None => crate::canon::trap(),
        }
    }
}

fn read<T>((elements, count, outcome): (Vec<T>, usize, Outcome)) -> Read<T> {
    Read {
        elements,
        count,
        is_last: outcome == Outcome::Dropped,
    }
}

impl<T> Drop for Reader<T> {
    fn drop(&mut self) {
        let (end, handle) = (self.end, self.handle);
        release_end(handle, self.pending.take(), move || end.drop(handle));
    }
}

/// The result of a write.
pub struct Wrote {
    /// The number of bytes that the other side has taken.
    pub taken: usize,
    /// The readable end is gone: nothing more will be taken.
    pub is_last: bool,
}

/// The writable end of a byte stream, and the bytes that it writes. At most one write is pending.
pub struct Writer {
    end: &'static StreamEnd<u8>,
    handle: u32,
    /// Empty while a write is pending, which owns them then.
    bytes: Vec<u8>,
    /// The number of bytes that were taken before the pending write.
    taken: usize,
    pending: Option<Writing<u8>>,
    is_watched: bool,
}

impl Writer {
    pub fn new(end: &'static StreamEnd<u8>, handle: u32) -> Self {
        Writer {
            end,
            handle,
            bytes: Vec::new(),
            taken: 0,
            pending: None,
            is_watched: false,
        }
    }

    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Returns `true` if the event is of this end.
    pub fn has(&self, event: &Event) -> bool {
        self.handle == event.waitable()
    }

    /// Returns `true` if no write is pending, and all bytes have been taken.
    pub fn is_empty(&self) -> bool {
        self.pending.is_none() && self.taken == self.bytes.len()
    }

    /// Sets the bytes that [`start`](Self::start) writes, of which none may be left.
    pub fn load(&mut self, bytes: Vec<u8>) {
        invariant!(self.is_empty(), bytes_follow_those_that_were_taken);
        self.bytes = bytes;
        self.taken = 0;
    }

    /// Writes the bytes that have not been taken. Without a result the write is pending, and `owner`
    /// gets an event.
    pub fn start(&mut self, owner: &Weak<impl Waiter>) -> Option<Wrote> {
        invariant!(self.pending.is_none(), one_write_of_a_stream_at_a_time);
        let bytes = core::mem::take(&mut self.bytes);
        match self.end.write(self.handle, bytes, self.taken) {
            Started::Ended(result) => Some(self.wrote(result)),
            Started::Pending(writing) => {
                self.pending = Some(writing);
                if !self.is_watched {
                    self.is_watched = true;
                    reactor::watch(self.handle, owner.clone());
                }
                None
            }
        }
    }

    /// Ends the pending write.
    pub fn finish(&mut self, event: Event) -> Wrote {
        match self.pending.take() {
            Some(writing) => self.wrote(writing.finish(event)),
            None => crate::canon::trap(),
        }
    }

    fn wrote(&mut self, (bytes, taken, outcome): (Vec<u8>, usize, Outcome)) -> Wrote {
        self.bytes = bytes;
        self.taken += taken;
        Wrote {
            taken,
            is_last: outcome == Outcome::Dropped,
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let (end, handle) = (self.end, self.handle);
        release_end(handle, self.pending.take(), move || end.drop(handle));
    }
}
