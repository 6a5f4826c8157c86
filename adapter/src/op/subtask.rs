//! Calls of asynchronous functions.

use super::Started;
use crate::canon::{Event, MayWait, Running};
use crate::reactor::{self, Orphan, Waiter};
use alloc::boxed::Box;
use alloc::rc::Weak;

/// The memory of a call, with its results once it has returned.
pub trait Lift: 'static {
    type Output;

    /// Takes the results.
    fn lift(self) -> Self::Output;
}

impl Lift for () {
    type Output = ();

    fn lift(self) {}
}

/// A call that has not returned yet.
pub struct Subtask<L: Lift = ()> {
    handle: u32,
    /// There is none once it has ended.
    running: Option<Running<L>>,
}

impl<L: Lift> Subtask<L> {
    /// The results of a call that was started, or the subtask if it goes on.
    pub fn of(started: Started<L, Running<L>>) -> Started<L::Output, Self> {
        match started {
            Started::Ended(memory) => Started::Ended(memory.lift()),
            Started::Pending(running) => Started::Pending(Subtask {
                handle: running.handle(),
                running: Some(running),
            }),
        }
    }

    /// Returns `true` if the event is of this call.
    pub fn has(&self, event: &Event) -> bool {
        self.handle == event.waitable()
    }

    /// Gives `owner` the events of this call.
    pub fn watch(&self, owner: Weak<dyn Waiter>) {
        reactor::watch(self.handle, owner);
    }

    /// Takes an event. Returns nothing if the call goes on, and otherwise the results, if it was not
    /// cancelled. The subtask is of no use then.
    pub fn advance(&mut self, event: Event) -> Option<Option<L::Output>> {
        let is_over = |running: &mut Running<L>| running.is_ended_by(&event);
        let running = self.running.take_if(is_over)?;
        let memory = running.finish(event);
        reactor::forget(self.handle);
        Some(memory.map(Lift::lift))
    }
}

impl<L: Lift> Drop for Subtask<L> {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            reactor::adopt(self.handle, Box::new(OrphanedCall(running)));
        }
    }
}

/// A call whose results nobody wants any more. They are dropped when it has returned.
struct OrphanedCall<L>(Running<L>);

impl<L: Lift> Orphan for OrphanedCall<L> {
    fn event(self: Box<Self>, event: Event) -> Option<Box<dyn Orphan>> {
        if !self.0.is_ended_by(&event) {
            return Some(self);
        }
        drop(self.0.finish(event).map(Lift::lift));
        None
    }

    fn cancel(self: Box<Self>, may_wait: MayWait<'_>) {
        drop(self.0.cancel(may_wait).map(Lift::lift));
    }
}
