//! How a stream ends, for both directions.

use crate::abi::{Completion, Ending, Question};
use crate::io::error::Failure;
use crate::reactor::{self, Asker, Waiter};
use alloc::rc::Weak;
use core::cell::{Cell, RefCell};

/// What an operation on a stream gets instead of success: WASI 0.2's `stream-error`.
pub enum StreamEnd {
    LastOperationFailed(Failure),
    Closed,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Open,
    /// The byte stream has ended, and the completion, when it comes, says how.
    Ending,
    /// It ended with a failure that the guest has not been told.
    Failed,
    Closed,
}

/// The life of a stream: open, then ended with or without a failure, which is reported once, then
/// closed for ever.
pub struct Life {
    stage: Cell<Stage>,
    failure: Cell<Option<Failure>>,
    completion: RefCell<Completion>,
}

impl Life {
    pub fn new(completion: Completion) -> Self {
        Life {
            stage: Cell::new(Stage::Open),
            failure: Cell::new(None),
            completion: RefCell::new(completion),
        }
    }

    /// Goes on with another byte stream.
    pub fn restart(&self, completion: Completion) {
        self.completion.replace(completion);
    }

    /// Begins anew with another byte stream.
    pub fn begin(&self, completion: Completion) {
        self.failure.take();
        self.stage.set(Stage::Open);
        self.restart(completion);
    }

    pub fn is_open(&self) -> bool {
        self.stage.get() == Stage::Open
    }

    /// Whether it is known how the stream ended.
    pub fn is_over(&self) -> bool {
        matches!(self.stage.get(), Stage::Failed | Stage::Closed)
    }

    /// The byte stream has ended. The host is asked how, and `owner` is told if it doesn't say so
    /// at once.
    pub fn end<T: Waiter + Asker>(&self, owner: &Weak<T>) {
        self.stage.set(Stage::Ending);
        if self.completion.borrow().may_linger() {
            self.ask(owner);
        } else {
            reactor::ask_later(owner.clone());
        }
    }

    /// Asks the host how the stream ended, unless it is known. Returns whether the answer is yet to
    /// come: then `waiter` is told, and calls [`completed`](Self::completed).
    pub fn ask(&self, waiter: &Weak<impl Waiter>) -> bool {
        if self.stage.get() != Stage::Ending {
            return false;
        }
        let ending = self.completion.borrow_mut().start(waiter);
        match ending {
            Some(ending) => self.settle(ending),
            None => return true,
        }
        false
    }

    /// Takes back what was asked. Returns whether it is to be asked again. For tasks that may wait.
    pub fn withdraw(&self) -> bool {
        let question = self.completion.borrow_mut().withdraw();
        if let Some(ending) = question.and_then(Question::cancel)
            && self.stage.get() == Stage::Ending
        {
            self.settle(ending);
        }
        self.stage.get() == Stage::Ending
    }

    /// Ends the stream from this side: nothing is to be told of how it went.
    pub fn close(&self) {
        self.stage.set(Stage::Closed);
    }

    /// Takes note of the completion after the event for it.
    pub fn completed(&self) {
        let ending = self.completion.borrow_mut().finish();
        if self.stage.get() == Stage::Ending {
            self.settle(ending);
        }
    }

    fn settle(&self, ending: Ending) {
        match ending {
            Ending::Closed => self.stage.set(Stage::Closed),
            Ending::Failed(failure) => {
                self.failure.set(Some(failure));
                self.stage.set(Stage::Failed);
            }
        }
    }

    /// What an operation gets on a stream that [is over](Self::is_over): the failure, the first
    /// time, and from then on that the stream is closed.
    pub fn report(&self) -> StreamEnd {
        self.stage.set(Stage::Closed);
        match self.failure.take() {
            Some(failure) => StreamEnd::LastOperationFailed(failure),
            None => StreamEnd::Closed,
        }
    }
}
