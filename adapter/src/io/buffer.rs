//! Bytes that were read and that the guest doesn't have yet.

use alloc::vec::Vec;
use core::cell::Cell;

/// From this size on, bytes go to the guest in the buffer that they were read into. Below it, a
/// copy costs less than another buffer.
const HAND_OVER: usize = 4096;

/// A buffer that is filled by reads and emptied by the guest.
#[derive(Default)]
pub struct Buffer {
    /// The bytes that were read. The guest has the first `taken` of them.
    bytes: Cell<Vec<u8>>,
    taken: Cell<usize>,
    /// The number of bytes after those that the guest doesn't have.
    len: Cell<usize>,
}

impl Buffer {
    pub fn len(&self) -> usize {
        self.len.get()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the memory of an empty buffer, for a read to use it again.
    pub fn take_memory(&self) -> Vec<u8> {
        self.taken.set(0);
        self.bytes.take()
    }

    pub fn push(&self, bytes: Vec<u8>) {
        let before = self.len();
        self.len.set(before + bytes.len());
        if before == 0 {
            self.taken.set(0);
            self.bytes.set(bytes);
        } else {
            let mut all = self.bytes.take();
            all.extend_from_slice(&bytes);
            self.bytes.set(all);
        }
    }

    /// Takes at most `max` bytes.
    pub fn take(&self, max: u64) -> Vec<u8> {
        let (taken, before) = (self.taken.get(), self.len());
        let len = self.skip(max);
        let bytes = self.bytes.take();
        if taken == 0 && len == before && len >= HAND_OVER {
            self.taken.set(0);
            return bytes;
        }
        let some = bytes[taken..][..len].to_vec();
        self.bytes.set(bytes);
        some
    }

    /// Drops at most `max` bytes. Returns how many.
    pub fn skip(&self, max: u64) -> usize {
        let len = self.len().min(usize::try_from(max).unwrap_or(usize::MAX));
        self.taken.set(self.taken.get() + len);
        self.len.set(self.len() - len);
        len
    }

    pub fn clear(&self) {
        self.len.set(0);
    }
}
