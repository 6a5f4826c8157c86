//! Operations of the component model that have an owner.
//!
//! An operation owns the memory that it reads or writes, and is consumed by its result. Dropping one
//! that is pending hands it to the [reactor](crate::reactor), which ends it: a `Drop` can't wait.

mod future;
mod promise;
mod stream;
mod subtask;

pub use future::Future;
pub use promise::Promise;
pub use stream::{Read, Reader, Writer, Wrote};
pub use subtask::{Lift, Subtask};

pub use crate::canon::Started;
use crate::canon::{Event, FutureReading, MayWait, Reading, Writing};
use crate::reactor::{self, Orphan};
use alloc::boxed::Box;

/// An operation that can be pending on a stream or future end.
trait Operation: 'static {
    fn finish(self, event: Event);
    fn cancel(self, may_wait: MayWait<'_>);
}

impl<T> Operation for Reading<T> {
    fn finish(self, event: Event) {
        drop(Reading::finish(self, event));
    }

    fn cancel(self, may_wait: MayWait<'_>) {
        drop(Reading::cancel(self, may_wait));
    }
}

impl<T> Operation for Writing<T> {
    fn finish(self, event: Event) {
        drop(Writing::finish(self, event));
    }

    fn cancel(self, may_wait: MayWait<'_>) {
        drop(Writing::cancel(self, may_wait));
    }
}

impl<T> Operation for FutureReading<T> {
    fn finish(self, event: Event) {
        drop(FutureReading::finish(self, event));
    }

    fn cancel(self, may_wait: MayWait<'_>) {
        drop(FutureReading::cancel(self, may_wait));
    }
}

/// An end that was dropped while an operation was pending on it.
struct OrphanedEnd<O, D> {
    operation: O,
    drop: D,
}

impl<O: Operation, D: FnOnce() + 'static> Orphan for OrphanedEnd<O, D> {
    fn event(self: Box<Self>, event: Event) -> Option<Box<dyn Orphan>> {
        self.operation.finish(event);
        (self.drop)();
        None
    }

    fn cancel(self: Box<Self>, may_wait: MayWait<'_>) {
        self.operation.cancel(may_wait);
        (self.drop)();
    }
}

/// Drops an end by `drop`, after what is pending on it has ended.
fn release_end<O: Operation>(handle: u32, pending: Option<O>, drop: impl FnOnce() + 'static) {
    match pending {
        Some(operation) => {
            reactor::adopt(handle, Box::new(OrphanedEnd { operation, drop }));
        }
        None => {
            reactor::forget(handle);
            drop();
        }
    }
}
