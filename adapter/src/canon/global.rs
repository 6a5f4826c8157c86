//! Statics of an instance.

use core::cell::Cell;

/// A static of an instance, which has one thread.
pub struct Global<T>(T);

// SAFETY: the adapter is built without atomics, so that an instance has exactly one thread.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    pub const fn new(value: T) -> Self {
        Global(value)
    }
}

impl<T> core::ops::Deref for Global<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A byte of the adapter's data that the composer may have set before the instance was made.
pub struct Flag(Global<Cell<u8>>);

impl Flag {
    pub const fn new() -> Self {
        Flag(Global::new(Cell::new(0)))
    }

    pub fn is_set(&self) -> bool {
        // SAFETY: a static is readable. The compiler must not take the value for known.
        unsafe { core::ptr::read_volatile(self.0.as_ptr()) != 0 }
    }
}

/// Set where the host lays types out otherwise than WASI 0.3.0: see [`Layout`](super::Layout). The
/// composer finds it by its name.
#[unsafe(no_mangle)]
#[used]
pub static WASI_UPLIFT_OTHER_LAYOUT: Flag = Flag::new();
