//! Reads and writes of futures.

use super::set::{Event, leave};
use super::task::MayWait;
use super::{BLOCKED, Outcome, Started, outcome};
use alloc::boxed::Box;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};

/// Memory for the lowered value of any future that there is. The generated bindings check that it
/// is enough.
#[repr(C, align(8))]
struct Payload([u8; PAYLOAD]);

/// The size of the largest value of a future.
pub const PAYLOAD: usize = 40;

impl Payload {
    /// Filled with zeros, which the composer's stand-ins for futures leave as they are: a `result`
    /// of zeros is a success.
    fn new() -> Box<Self> {
        Box::new(Payload([0; PAYLOAD]))
    }
}

/// The built-ins for the readable end of the futures of one function, whose values are a `T`.
pub struct FutureReadEnd<T: 'static> {
    read: unsafe extern "C" fn(u32, *mut u8) -> u32,
    cancel: unsafe extern "C" fn(u32) -> u32,
    drop: unsafe extern "C" fn(u32),
    lift: unsafe fn(*mut u8) -> T,
    allocates: bool,
}

impl<T> FutureReadEnd<T> {
    /// # Safety
    ///
    /// The functions are `future.read`, async-lowered, and `future.cancel-read` and
    /// `future.drop-readable`, synchronous, of a future with values that are no larger than
    /// [`PAYLOAD`], and `lift` takes one out of the memory that it lies in.
    pub const unsafe fn new(
        read: unsafe extern "C" fn(u32, *mut u8) -> u32,
        cancel: unsafe extern "C" fn(u32) -> u32,
        drop: unsafe extern "C" fn(u32),
        lift: unsafe fn(*mut u8) -> T,
        allocates: bool,
    ) -> Self {
        FutureReadEnd {
            read,
            cancel,
            drop,
            lift,
            allocates,
        }
    }

    /// Returns built-ins of futures that nobody has: each has its value at once, the default.
    pub const fn of_nothing() -> Self
    where
        T: Default,
    {
        unsafe extern "C" fn read(_: u32, _: *mut u8) -> u32 {
            0
        }
        unsafe extern "C" fn cancel(_: u32) -> u32 {
            0
        }
        unsafe extern "C" fn drop(_: u32) {}
        FutureReadEnd {
            read,
            cancel,
            drop,
            lift: |_| T::default(),
            allocates: false,
        }
    }

    /// Returns `true` if the host may have to allocate memory here to bring a value. Wasmtime 48
    /// does that in the name of the task that has issued the read, and traps if that task has
    /// returned.
    pub fn allocates(&self) -> bool {
        self.allocates
    }

    /// Reads the value.
    pub fn read(&'static self, handle: u32) -> Started<T, FutureReading<T>> {
        let reading = FutureReading {
            end: self,
            handle,
            payload: ManuallyDrop::new(Payload::new()),
        };
        // SAFETY: the payload is not touched before the read has ended.
        let code = unsafe { (self.read)(handle, reading.payload.0.as_ptr().cast_mut()) };
        match code {
            BLOCKED => Started::Pending(reading),
            _ => Started::Ended(reading.ended()),
        }
    }

    /// Drops the end, on which no read may be going on: the host traps if one is.
    pub fn drop(&self, handle: u32) {
        // SAFETY: no memory is involved.
        unsafe { (self.drop)(handle) };
    }
}

/// A read of a future that is going on. Its memory is leaked if it is dropped.
pub struct FutureReading<T: 'static> {
    end: &'static FutureReadEnd<T>,
    handle: u32,
    payload: ManuallyDrop<Box<Payload>>,
}

impl<T> FutureReading<T> {
    /// The value.
    pub fn finish(self, event: Event) -> T {
        event.code_of(self.handle);
        self.ended()
    }

    /// Ends the read before its time. Returns the value if it was there all the same.
    pub fn cancel(self, _: MayWait<'_>) -> Option<T> {
        leave(self.handle);
        // SAFETY: the payload is kept until the read has ended.
        let code = unsafe { (self.end.cancel)(self.handle) };
        if let (Outcome::Cancelled, _) = outcome(code) {
            drop(ManuallyDrop::into_inner(self.payload));
            return None;
        }
        Some(self.ended())
    }

    /// The value of a read that has ended without being cancelled. The writable end of a future can't
    /// be dropped before it was written.
    fn ended(self) -> T {
        let mut payload = ManuallyDrop::into_inner(self.payload);
        // SAFETY: the host has written a value, and nobody else takes it out of the memory, which
        // is freed here.
        unsafe { (self.end.lift)(payload.0.as_mut_ptr()) }
    }
}

/// The built-ins for the writable end of the futures of one function, whose values are a `T`.
pub struct FutureWriteEnd<T: 'static> {
    write: unsafe extern "C" fn(u32, *const u8) -> u32,
    drop: unsafe extern "C" fn(u32),
    lower: unsafe fn(T, *mut u8),
    lift: unsafe fn(*mut u8) -> T,
    dealloc: unsafe fn(*mut u8),
    value: PhantomData<T>,
}

impl<T> FutureWriteEnd<T> {
    /// # Safety
    ///
    /// The functions are `future.write`, async-lowered, and `future.drop-writable` of a future with
    /// values that are no larger than [`PAYLOAD`]. `lower` puts one into memory, `lift` takes it out
    /// again, and `dealloc` frees what belongs to one that the other side has got.
    pub const unsafe fn new(
        write: unsafe extern "C" fn(u32, *const u8) -> u32,
        drop: unsafe extern "C" fn(u32),
        lower: unsafe fn(T, *mut u8),
        lift: unsafe fn(*mut u8) -> T,
        dealloc: unsafe fn(*mut u8),
    ) -> Self {
        FutureWriteEnd {
            write,
            drop,
            lower,
            lift,
            dealloc,
            value: PhantomData,
        }
    }

    /// Built-ins of a future whose only value is all zeros.
    ///
    /// # Safety
    ///
    /// See [`new`](Self::new). All zeros are a value without lists.
    pub const unsafe fn of_zeros(
        write: unsafe extern "C" fn(u32, *const u8) -> u32,
        drop: unsafe extern "C" fn(u32),
    ) -> Self
    where
        T: Default,
    {
        FutureWriteEnd {
            write,
            drop,
            lower: |_, _| {},
            lift: |_| T::default(),
            dealloc: |_| {},
            value: PhantomData,
        }
    }

    /// Writes the value. The end is dropped when the write has ended.
    pub fn write(&'static self, handle: u32, value: T) -> Started<(), FutureWriting<T>> {
        let mut payload = Payload::new();
        // SAFETY: the payload is large enough for every value.
        unsafe { (self.lower)(value, payload.0.as_mut_ptr()) };
        let writing = FutureWriting {
            end: self,
            handle,
            payload: ManuallyDrop::new(payload),
        };
        // SAFETY: the payload is not touched before the write has ended.
        let code = unsafe { (self.write)(handle, writing.payload.0.as_ptr()) };
        match code {
            BLOCKED => Started::Pending(writing),
            code => {
                writing.ended(code);
                Started::Ended(())
            }
        }
    }
}

/// A write of a future that is going on. The value is leaked if it is dropped.
pub struct FutureWriting<T: 'static> {
    end: &'static FutureWriteEnd<T>,
    handle: u32,
    payload: ManuallyDrop<Box<Payload>>,
}

impl<T> FutureWriting<T> {
    /// Ends the write, and drops the end. A value that nobody wanted is dropped.
    pub fn finish(self, event: Event) {
        let code = event.code_of(self.handle);
        self.ended(code);
    }

    fn ended(self, code: u32) {
        let mut payload = ManuallyDrop::into_inner(self.payload);
        let start = payload.0.as_mut_ptr();
        // SAFETY: the write has ended. Of a value that the other side has got, only memory that the
        // host has copied is left; any other is still whole, and taken out once.
        unsafe {
            match outcome(code) {
                (Outcome::Completed, _) => (self.end.dealloc)(start),
                _ => drop((self.end.lift)(start)),
            }
            (self.end.drop)(self.handle);
        }
    }
}

/// Copies a value out of memory as it lies there.
///
/// # Safety
///
/// All contents of the memory are a `T`.
pub unsafe fn lift_as_it_is<T>(payload: *mut u8) -> T {
    let mut value = MaybeUninit::uninit();
    // SAFETY: the caller promises that there is a `T`, at any alignment.
    unsafe {
        core::ptr::copy_nonoverlapping(payload.cast::<T>(), value.as_mut_ptr(), 1);
        value.assume_init()
    }
}
