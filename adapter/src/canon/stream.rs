//! Reads and writes of streams.

use super::set::{Event, leave};
use super::task::MayWait;
use super::trap::invariant;
use super::{BLOCKED, Outcome, Started, outcome};
use alloc::vec::Vec;
use core::mem::ManuallyDrop;

/// The built-ins for one end of the streams of one function: to read from it, or to write to it.
/// Elements lie in memory as a `T`.
pub struct StreamEnd<T: 'static> {
    transfer: unsafe extern "C" fn(u32, *mut T, usize) -> u32,
    cancel: unsafe extern "C" fn(u32) -> u32,
    drop: unsafe extern "C" fn(u32),
}

impl<T> StreamEnd<T> {
    /// # Safety
    ///
    /// The functions are `stream.read` or `stream.write`, async-lowered, and `stream.cancel-read` or
    /// `stream.cancel-write` and `stream.drop-readable` or `stream.drop-writable`, synchronous, of a
    /// stream whose elements have the size and the alignment of `T`, and of which all contents are a
    /// `T`.
    pub const unsafe fn new(
        transfer: unsafe extern "C" fn(u32, *mut T, usize) -> u32,
        cancel: unsafe extern "C" fn(u32) -> u32,
        drop: unsafe extern "C" fn(u32),
    ) -> Self {
        StreamEnd {
            transfer,
            cancel,
            drop,
        }
    }

    /// Reads at most `len` elements into `buffer`, which is emptied.
    pub fn read(
        &'static self,
        handle: u32,
        mut buffer: Vec<T>,
        len: usize,
    ) -> Started<(Vec<T>, usize, Outcome), Reading<T>> {
        buffer.clear();
        buffer.reserve_exact(len);
        let start = buffer.as_mut_ptr();
        let reading = Reading {
            end: self,
            handle,
            len,
            buffer: Some(ManuallyDrop::new(buffer)),
        };
        // SAFETY: the buffer has that capacity, and is not touched before the read has ended.
        let code = unsafe { (self.transfer)(handle, start, len) };
        match code {
            BLOCKED => Started::Pending(reading),
            code => Started::Ended(reading.ended(code)),
        }
    }

    /// Takes over a read of `len` elements into memory that isn't the adapter's, which the host has
    /// answered with `code`. The elements that it brings are only counted.
    pub fn read_elsewhere(
        &'static self,
        handle: u32,
        len: usize,
        code: u32,
    ) -> Started<(Vec<T>, usize, Outcome), Reading<T>> {
        let reading = Reading {
            end: self,
            handle,
            len,
            buffer: None,
        };
        match code {
            BLOCKED => Started::Pending(reading),
            code => Started::Ended(reading.ended(code)),
        }
    }

    /// Writes what follows the first `from` elements.
    pub fn write(
        &'static self,
        handle: u32,
        elements: Vec<T>,
        from: usize,
    ) -> Started<(Vec<T>, usize, Outcome), Writing<T>> {
        let rest = &elements[from..];
        let (start, len) = (rest.as_ptr().cast_mut(), rest.len());
        let writing = Writing {
            end: self,
            handle,
            len,
            elements: ManuallyDrop::new(elements),
        };
        // SAFETY: the elements are neither moved nor changed, by the host neither, before the write
        // has ended.
        let code = unsafe { (self.transfer)(handle, start, len) };
        match code {
            BLOCKED => Started::Pending(writing),
            code => Started::Ended(writing.ended(code)),
        }
    }

    /// Drops the end, on which nothing may be going on: the host traps if something is.
    pub fn drop(&self, handle: u32) {
        // SAFETY: no memory is involved.
        unsafe { (self.drop)(handle) };
    }

    fn cancel(&self, handle: u32, _: MayWait<'_>) -> u32 {
        leave(handle);
        // SAFETY: what is going on owns its memory until it has ended.
        unsafe { (self.cancel)(handle) }
    }
}

/// A read that is going on. Its buffer is leaked if it is dropped.
pub struct Reading<T: 'static> {
    end: &'static StreamEnd<T>,
    handle: u32,
    len: usize,
    /// `None` if the host writes to memory that isn't the adapter's.
    buffer: Option<ManuallyDrop<Vec<T>>>,
}

impl<T> Reading<T> {
    /// The elements that the read has brought, and their number. Elements that the host has written to
    /// other memory are only counted.
    pub fn finish(self, event: Event) -> (Vec<T>, usize, Outcome) {
        let code = event.code_of(self.handle);
        self.ended(code)
    }

    /// Ends the read before its time. It may have brought something all the same.
    pub fn cancel(self, may_wait: MayWait<'_>) -> (Vec<T>, usize, Outcome) {
        let code = self.end.cancel(self.handle, may_wait);
        self.ended(code)
    }

    fn ended(self, code: u32) -> (Vec<T>, usize, Outcome) {
        let (outcome, count) = outcome(code);
        invariant!(count <= self.len, a_read_brings_no_more_than_was_asked_for);
        let buffer = self.buffer.map(|buffer| {
            let mut buffer = ManuallyDrop::into_inner(buffer);
            // SAFETY: the host has written that many elements, which are within the capacity.
            unsafe { buffer.set_len(count) };
            buffer
        });
        (buffer.unwrap_or_default(), count, outcome)
    }
}

/// A write that is going on. Its elements are leaked if it is dropped.
pub struct Writing<T: 'static> {
    end: &'static StreamEnd<T>,
    handle: u32,
    len: usize,
    elements: ManuallyDrop<Vec<T>>,
}

impl<T> Writing<T> {
    /// The elements, and how many of those to be written the other side has taken.
    pub fn finish(self, event: Event) -> (Vec<T>, usize, Outcome) {
        let code = event.code_of(self.handle);
        self.ended(code)
    }

    /// Ends the write before its time. Elements may have been taken all the same.
    pub fn cancel(self, may_wait: MayWait<'_>) -> (Vec<T>, usize, Outcome) {
        let code = self.end.cancel(self.handle, may_wait);
        self.ended(code)
    }

    fn ended(self, code: u32) -> (Vec<T>, usize, Outcome) {
        let (outcome, count) = outcome(code);
        invariant!(count <= self.len, a_write_takes_no_more_than_there_is);
        (ManuallyDrop::into_inner(self.elements), count, outcome)
    }
}
