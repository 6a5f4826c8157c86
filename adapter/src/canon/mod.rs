//! The canonical ABI as the adapter uses it: built-ins, their codes, and memory that is shared with
//! the host.
//!
//! Everything `unsafe` is here and in the generated bindings. Nothing here knows anything of what is
//! built on it. What it offers is safe to use because of three rules:
//!
//! - Memory that the host has the address of is owned by a value that stands for the operation. It
//!   is given back when the operation has ended, and leaked if the value is dropped before.
//! - That an operation has ended is told by an [`Event`], which only the [`WaitableSet`] makes, or by
//!   the code that a built-in returned here. How much memory was written is never an argument.
//! - A value that the host has written is taken out of that memory once.

mod area;
mod call;
mod future;
mod global;
mod layout;
#[cfg(target_arch = "wasm32")]
mod own;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod set;
mod stream;
mod task;
#[cfg(target_arch = "wasm32")]
mod text;
mod trap;

pub use area::{Area, At, Slice};
pub use call::{AsyncFunction, Call, Running};
pub use future::{FutureReadEnd, FutureReading, FutureWriteEnd, FutureWriting, lift_as_it_is};
pub use global::{Global, WASI_UPLIFT_OTHER_LAYOUT};
pub use layout::{Cases, Layout, Part, lay_out, lay_out_elements};
#[cfg(not(target_arch = "wasm32"))]
pub use layout::{convert, convert_elements};
pub use set::{Event, WaitableSet};
pub use stream::{Reading, StreamEnd, Writing};
#[cfg(not(target_arch = "wasm32"))]
pub use task::let_wait;
pub use task::{Entry, MayWait, Task, after_drop, yield_now};
pub(crate) use trap::invariant;
pub use trap::{broken, trap};

/// The state of an operation after it was started.
pub enum Started<T, P> {
    /// It has ended.
    Ended(T),
    /// It goes on, and an event tells of its end.
    Pending(P),
}

/// The result of an async-lowered built-in whose operation goes on in the background.
const BLOCKED: u32 = 0xffff_ffff;

/// The outcome of a read or a write of a stream or a future.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The other side has taken or given something.
    Completed,
    /// The other side has dropped its end: nothing follows.
    Dropped,
    /// It was cancelled.
    Cancelled,
}

/// Takes the code of a read or a write apart: how it has ended, and how many elements were moved.
fn outcome(code: u32) -> (Outcome, usize) {
    let outcome = match code & 0xf {
        0 => Outcome::Completed,
        1 => Outcome::Dropped,
        2 => Outcome::Cancelled,
        _ => trap(),
    };
    (outcome, (code >> 4) as usize)
}

/// Takes the result of `stream.new` or `future.new` apart: the readable end is in the low half.
pub const fn ends(pair: u64) -> (u32, u32) {
    (pair as u32, (pair >> 32) as u32)
}
