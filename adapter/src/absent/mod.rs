//! Stand-ins for the functions of WASI 0.3 packages that a host doesn't ship.
//!
//! Where a package is left out, the composer replaces each of its functions that the adapter imports
//! by the one here that has its name. Each answers what WASI offers for absence: there
//! are no folders, no socket can be made, a request is denied. What isn't here takes a handle that
//! nobody can have then, or has no such answer.
//!
//! Streams and futures are answered for in one place, whatever function they belong to. What is
//! written is lost, and there is nothing to read.

mod cli;
mod filesystem;
mod http;
mod random;
mod sockets;

use crate::canon::WASI_UPLIFT_OTHER_LAYOUT;

/// The handle of all ends of streams and futures here. A host counts its own from 1, and has less.
const NO_END: u32 = 1 << 29;

/// The ends of a new stream or future.
const NO_ENDS: u64 = NO_END as u64 | (NO_END as u64) << 32;

/// The codes of operations that have ended.
const COMPLETED: u32 = 0;
const DROPPED: u32 = 1;

/// The status of a call that has returned.
const RETURNED: u32 = 2;

/// The most elements that a stream takes at once.
const MOST: usize = (1 << 28) - 1;

/// A lowered list of nothing, or a string.
const EMPTY: [u32; 2] = [8, 0];

/// Chooses between what WASI 0.3.0 has and what the host's layout has: who is answered takes it for
/// the host's.
fn of_layout<T>(built: T, other: T) -> T {
    match WASI_UPLIFT_OTHER_LAYOUT.is_set() {
        true => other,
        false => built,
    }
}

#[unsafe(export_name = "wasi-uplift:absent/[stream-new]")]
extern "C" fn stream_new() -> u64 {
    NO_ENDS
}

#[unsafe(export_name = "wasi-uplift:absent/[stream-read]")]
extern "C" fn stream_read(_: u32, _: *mut u8, _: usize) -> u32 {
    DROPPED
}

#[unsafe(export_name = "wasi-uplift:absent/[stream-write]")]
extern "C" fn stream_write(_: u32, _: *const u8, len: usize) -> u32 {
    COMPLETED | (len.min(MOST) as u32) << 4
}

#[unsafe(export_name = "wasi-uplift:absent/[stream-drop-readable]")]
extern "C" fn stream_drop_readable(_: u32) {}

#[unsafe(export_name = "wasi-uplift:absent/[stream-drop-writable]")]
extern "C" fn stream_drop_writable(_: u32) {}

#[unsafe(export_name = "wasi-uplift:absent/[future-new]")]
extern "C" fn future_new() -> u64 {
    NO_ENDS
}

/// Brings what the payload holds already: a `result` of zeros is a success.
#[unsafe(export_name = "wasi-uplift:absent/[future-read]")]
extern "C" fn future_read(_: u32, _: *mut u8) -> u32 {
    COMPLETED
}

#[unsafe(export_name = "wasi-uplift:absent/[future-write]")]
extern "C" fn future_write(_: u32, _: *const u8) -> u32 {
    DROPPED
}

#[unsafe(export_name = "wasi-uplift:absent/[future-drop-readable]")]
extern "C" fn future_drop_readable(_: u32) {}

#[unsafe(export_name = "wasi-uplift:absent/[future-drop-writable]")]
extern "C" fn future_drop_writable(_: u32) {}
