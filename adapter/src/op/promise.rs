//! The writable ends of futures.

use super::Started;
use crate::canon::{Event, FutureWriteEnd, FutureWriting};
use crate::reactor::{self, Delivery, Urgency};
use alloc::boxed::Box;

/// The writable end of a future. It must be fulfilled: the host traps if the end of a future that
/// was not written is dropped, so that this has no `Drop`.
#[must_use]
pub struct Promise<T: 'static> {
    end: &'static FutureWriteEnd<T>,
    handle: u32,
}

impl<T> Promise<T> {
    pub fn new(end: &'static FutureWriteEnd<T>, handle: u32) -> Self {
        Promise { end, handle }
    }

    /// Writes the value, which stays here until the other side has taken it.
    pub fn fulfil(self, value: T, urgency: Urgency) {
        if let Started::Pending(writing) = self.end.write(self.handle, value) {
            reactor::deliver(self.handle, Box::new(Value(writing)), urgency);
        }
    }
}

/// A value that is written and not yet taken.
struct Value<T: 'static>(FutureWriting<T>);

impl<T> Delivery for Value<T> {
    fn event(self: Box<Self>, event: Event) {
        self.0.finish(event);
    }
}
