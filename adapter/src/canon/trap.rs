//! The end of an instance that can't go on.

use super::global::Global;
use core::cell::Cell;

/// Ends the instance. Used for what WASI 0.2 answers with a trap, and for broken invariants.
pub fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("trap");
}

/// The line of the last invariant that turned out not to hold. That each of the functions below
/// writes another line here keeps the compiler from making one of them all, with one name.
static BROKEN: Global<Cell<u32>> = Global::new(Cell::new(0));

/// Traps because an invariant doesn't hold.
#[inline(always)]
pub fn broken(line: u32) -> ! {
    // SAFETY: a static is writable. The compiler must not leave it out.
    unsafe { core::ptr::write_volatile(BROKEN.as_ptr(), line) };
    trap()
}

/// Traps unless an invariant holds, in a function that is called like the invariant: its name is
/// the first line of the backtrace.
macro_rules! invariant {
    ($holds:expr, $name:ident) => {
        if !$holds {
            #[cold]
            #[inline(never)]
            fn $name() -> ! {
                $crate::canon::broken(line!())
            }
            $name()
        }
    };
}

pub(crate) use invariant;
