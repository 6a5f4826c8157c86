//! The end of an instance that can't go on.

/// Ends the instance. Used for what WASI 0.2 answers with a trap, and for broken invariants.
pub fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("trap");
}

/// Traps unless an invariant holds, in a function that is called like the invariant: its name is
/// the first line of the backtrace.
macro_rules! invariant {
    ($holds:expr, $name:ident) => {
        if !$holds {
            #[cold]
            #[inline(never)]
            fn $name() -> ! {
                $crate::canon::trap()
            }
            $name()
        }
    };
}

pub(crate) use invariant;
