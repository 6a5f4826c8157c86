//! The state of a byte stream, for both directions.

use crate::canon::{Event, MayWait};
use crate::op::Future;
use crate::p3::{Ended, Failure};
use crate::reactor::{self, DeferredRead, Waiter};
use alloc::boxed::Box;
use alloc::rc::Weak;
use core::any::Any;
use core::cell::{Cell, RefCell};

/// WASI 0.2's `stream-error`, before there is a handle for the error.
pub enum StreamError {
    LastOperationFailed(Failure),
    Closed,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Open,
    /// As good as open: this side has ended the byte stream, which went well, to open another.
    Parked,
    /// The byte stream has ended, and the completion, when it comes, says how.
    Ending,
    /// It ended with a failure that the guest has not been told.
    Failed,
    Closed,
}

/// The state of a byte stream: open, then ended with or without a failure, which is reported once,
/// then closed for ever.
pub struct StreamState {
    stage: Cell<Stage>,
    failure: Cell<Option<Failure>>,
    /// The value that follows the stream.
    follows: Cell<Option<Box<dyn Any>>>,
    completion: RefCell<Future<Ended>>,
}

impl StreamState {
    pub fn new(completion: Future<Ended>) -> Self {
        StreamState {
            stage: Cell::new(Stage::Open),
            failure: Cell::new(None),
            follows: Cell::new(None),
            completion: RefCell::new(completion),
        }
    }

    /// Begins anew with another byte stream.
    pub fn reopen(&self, completion: Future<Ended>) {
        self.failure.take();
        self.stage.set(Stage::Open);
        self.completion.replace(completion);
    }

    pub fn is_open(&self) -> bool {
        matches!(self.stage.get(), Stage::Open | Stage::Parked)
    }

    /// Returns `true` after [`park`](Self::park), until there is another byte stream.
    pub fn is_parked(&self) -> bool {
        self.stage.get() == Stage::Parked
    }

    /// Returns `true` if it is known how the stream ended.
    pub fn is_over(&self) -> bool {
        matches!(self.stage.get(), Stage::Failed | Stage::Closed)
    }

    /// Returns `true` if the stream has failed, and the guest was not told.
    pub fn has_failed(&self) -> bool {
        self.stage.get() == Stage::Failed
    }

    /// Notes that the byte stream has ended. The host is asked how, and `owner` gets an event if it
    /// doesn't say so at once.
    pub fn end<T: Waiter + DeferredRead>(&self, owner: &Weak<T>) {
        self.stage.set(Stage::Ending);
        if self.completion.borrow().may_stay_pending() {
            self.start_read(owner);
        } else {
            reactor::defer_read(owner.clone());
        }
    }

    /// Reads the completion, unless it is known how the stream ended. Returns `true` if it is yet to
    /// come: then `owner` gets an event, for [`complete`](Self::complete).
    pub fn start_read(&self, owner: &Weak<impl Waiter>) -> bool {
        if self.stage.get() != Stage::Ending {
            return false;
        }
        let ended = self.completion.borrow_mut().start(owner);
        match ended {
            Some(ended) => self.settle(ended),
            None => return true,
        }
        false
    }

    /// Cancels the read of the completion. Returns `true` if it is to be read again.
    pub fn cancel_read(&self, may_wait: MayWait<'_>) -> bool {
        let ended = self.completion.borrow_mut().cancel(may_wait);
        if let Some(ended) = ended
            && self.stage.get() == Stage::Ending
        {
            self.settle(ended);
        }
        self.stage.get() == Stage::Ending
    }

    /// Takes the completion after the event for it.
    pub fn complete(&self, event: Event) {
        let ended = self.completion.borrow_mut().finish(event);
        if self.stage.get() == Stage::Ending {
            self.settle(ended);
        }
    }

    /// Ends the stream from this side: nothing is to be told of how it went.
    pub fn close(&self) {
        self.failure.take();
        self.stage.set(Stage::Closed);
    }

    /// Goes on as an open stream, although the byte stream has ended, which went well.
    pub fn park(&self) {
        self.stage.set(Stage::Parked);
    }

    fn settle(&self, ended: Ended) {
        match ended {
            Ended::Closed(follows) => {
                self.follows.set(follows);
                self.stage.set(Stage::Closed);
            }
            Ended::Failed(failure) => {
                self.failure.set(Some(failure));
                self.stage.set(Stage::Failed);
            }
        }
    }

    /// Fails if the stream [is over](Self::is_over): with the failure, the first time, and from then
    /// on because the stream is closed.
    pub fn check(&self) -> Result<(), StreamError> {
        match self.is_over() {
            true => Err(self.report()),
            false => Ok(()),
        }
    }

    /// The error of an operation on a stream that is over.
    pub fn report(&self) -> StreamError {
        self.stage.set(Stage::Closed);
        match self.failure.take() {
            Some(failure) => StreamError::LastOperationFailed(failure),
            None => StreamError::Closed,
        }
    }

    /// Takes the value that follows a stream that has ended well.
    pub fn take_following(&self) -> Option<Box<dyn Any>> {
        self.follows.take()
    }
}
