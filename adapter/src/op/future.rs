//! The readable ends of futures.

use super::{Started, release_end};
use crate::canon::{Event, FutureReadEnd, FutureReading, MayWait, invariant};
use crate::reactor::{self, Waiter};
use alloc::rc::Weak;

/// The readable end of a future.
pub struct Future<T: 'static> {
    end: &'static FutureReadEnd<T>,
    handle: u32,
    state: State<T>,
}

enum State<T: 'static> {
    Unread,
    Pending(FutureReading<T>),
    /// The value was found before it was asked for.
    Found(T),
    /// The value was given away.
    Taken,
}

impl<T> Future<T> {
    pub fn new(end: &'static FutureReadEnd<T>, handle: u32) -> Self {
        Future {
            end,
            handle,
            state: State::Unread,
        }
    }

    /// Returns `true` if a read may be pending when the task that has issued it returns.
    pub fn may_stay_pending(&self) -> bool {
        !self.end.allocates()
    }

    /// Returns the value if it is there, and leaves it there.
    pub fn peek(&mut self, may_wait: MayWait<'_>) -> Option<&T> {
        if let State::Unread = self.state {
            let value = match self.end.read(self.handle) {
                Started::Ended(value) => Some(value),
                Started::Pending(reading) => reading.cancel(may_wait),
            };
            self.state = value.map_or(State::Unread, State::Found);
        }
        match &self.state {
            State::Found(value) => Some(value),
            _ => None,
        }
    }

    /// Takes the value. Without one the read is pending, and `owner` gets an event.
    pub fn start(&mut self, owner: &Weak<impl Waiter>) -> Option<T> {
        let value = self.start_read();
        if value.is_none() {
            reactor::watch(self.handle, owner.clone());
        }
        value
    }

    fn start_read(&mut self) -> Option<T> {
        match core::mem::replace(&mut self.state, State::Taken) {
            State::Found(value) => return Some(value),
            State::Unread => {}
            State::Pending(_) | State::Taken => invariant!(false, a_future_has_one_value),
        }
        match self.end.read(self.handle) {
            Started::Ended(value) => Some(value),
            Started::Pending(reading) => {
                self.state = State::Pending(reading);
                None
            }
        }
    }

    /// Takes the value that the pending read has brought.
    pub fn finish(&mut self, event: Event) -> T {
        match core::mem::replace(&mut self.state, State::Taken) {
            State::Pending(reading) => reading.finish(event),
            _ => crate::canon::trap(),
        }
    }

    /// Cancels the read, if one is pending. Returns the value if it has come in between.
    pub fn cancel(&mut self, may_wait: MayWait<'_>) -> Option<T> {
        match core::mem::replace(&mut self.state, State::Taken) {
            State::Pending(reading) => {
                reactor::forget(self.handle);
                let value = reading.cancel(may_wait);
                if value.is_none() {
                    self.state = State::Unread;
                }
                value
            }
            state => {
                self.state = state;
                None
            }
        }
    }
}

impl<T> Drop for Future<T> {
    fn drop(&mut self) {
        let (end, handle) = (self.end, self.handle);
        let pending = match core::mem::replace(&mut self.state, State::Taken) {
            State::Pending(reading) => Some(reading),
            _ => None,
        };
        release_end(handle, pending, move || end.drop(handle));
    }
}
