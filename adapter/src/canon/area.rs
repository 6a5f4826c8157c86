//! Memory with lowered values in it.

use alloc::string::String;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::mem::size_of;

/// Memory for lowered values, at positions that the generated bindings know. Where a position is
/// wrong, the number there is; only what owns memory is taken by a position that proves itself.
#[repr(C, align(8))]
pub struct Area<const N: usize>([u8; N]);

/// The position of a lowered list or string that was given to this side.
pub struct At<T>(usize, PhantomData<fn() -> T>);

impl<T> Clone for At<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for At<T> {}

impl<T> At<T> {
    /// # Safety
    ///
    /// It may only be used with areas that have such a value there, or zeros.
    pub const unsafe fn new(position: usize) -> Self {
        At(position, PhantomData)
    }

    /// The number of the position.
    pub const fn position(self) -> usize {
        self.0
    }
}

impl<const N: usize> Area<N> {
    pub const fn new() -> Self {
        Area([0; N])
    }

    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.0.as_mut_ptr()
    }

    fn array<const LEN: usize>(&self, at: usize) -> [u8; LEN] {
        let mut bytes = [0; LEN];
        bytes.copy_from_slice(&self.0[at..at + LEN]);
        bytes
    }

    pub fn u8(&self, at: usize) -> u8 {
        self.0[at]
    }

    pub fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    pub fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    pub fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    /// Writes the bytes of a number.
    pub fn put<const LEN: usize>(&mut self, at: usize, bytes: [u8; LEN]) {
        self.0[at..at + LEN].copy_from_slice(&bytes);
    }

    /// Takes a value as it lies there, such as a handle. The area then has zeros.
    pub fn take<T>(&mut self, at: At<T>) -> T {
        let bytes = &mut self.0[at.0..at.0 + size_of::<T>()];
        // SAFETY: the position is that of such a value, and nobody has taken it before.
        let value = unsafe { bytes.as_ptr().cast::<T>().read_unaligned() };
        bytes.fill(0);
        value
    }

    /// Takes a list of elements of which all contents are good. The area then has an empty one.
    pub fn take_list<T: Plain>(&mut self, at: At<Vec<T>>) -> Vec<T> {
        let (start, len) = (self.u32(at.0) as usize, self.u32(at.0 + 4) as usize);
        self.put(at.0, [0; 8]);
        if len == 0 || size_of::<T>() == 0 {
            return Vec::new();
        }
        let start = core::ptr::with_exposed_provenance_mut(start);
        // SAFETY: the position is that of such a list, which the host has allocated with
        // `cabi_realloc`, in that size, and given away. Nobody has taken it before.
        unsafe { Vec::from_raw_parts(start, len, len) }
    }

    /// Takes a string. The area then has an empty one.
    pub fn take_string(&mut self, at: At<String>) -> String {
        take_string(&mut self.0, at.0)
    }

    /// Takes an optional string.
    pub fn take_option(&mut self, at: At<Option<String>>) -> Option<String> {
        const SOME: u8 = 1;
        let is_some = self.u8(at.0) == SOME;
        is_some.then(|| take_string(&mut self.0, at.0 + 4))
    }
}

/// Takes a string, of which it is known that it is there.
#[inline(never)]
fn take_string(area: &mut [u8], at: usize) -> String {
    let lowered = &mut area[at..at + 8];
    let word = |at: usize| {
        let word = [
            lowered[at],
            lowered[at + 1],
            lowered[at + 2],
            lowered[at + 3],
        ];
        u32::from_le_bytes(word) as usize
    };
    let (start, len) = (word(0), word(4));
    lowered.fill(0);
    if len == 0 {
        return String::new();
    }
    let start = core::ptr::with_exposed_provenance_mut(start);
    // SAFETY: as for a list of bytes, which it is.
    let bytes = unsafe { Vec::from_raw_parts(start, len, len) };
    String::from_utf8(bytes).unwrap_or_default()
}

/// A type of which all contents are good.
///
/// # Safety
///
/// They are.
pub unsafe trait Plain {}

// SAFETY: these are numbers.
unsafe impl Plain for u8 {}
// SAFETY: as above.
unsafe impl<const N: usize> Plain for [u16; N] {}

/// A list or string of this side as it is passed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Slice<'a> {
    start: *const u8,
    len: usize,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a, T: AsRef<[u8]> + ?Sized> From<&'a T> for Slice<'a> {
    fn from(bytes: &'a T) -> Self {
        let bytes = bytes.as_ref();
        Slice {
            start: bytes.as_ptr(),
            len: bytes.len(),
            bytes: PhantomData,
        }
    }
}
