//! `future-trailers`.

use super::fields::{Fields, Held};
use super::incoming_body::Incoming;
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::canon::Task;
use crate::io::poll::Source;
use crate::io::state::StreamError;
use crate::p3::Code;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

/// The outcome of a body.
type Outcome = Result<Option<Rc<Held>>, ErrorCode>;

/// A `future-trailers`.
pub struct FutureTrailers {
    pub body: Rc<Incoming>,
    outcome: RefCell<Option<Outcome>>,
    /// The guest has got it, which it can once. The release candidate could any number of times.
    pub taken: Cell<bool>,
}

impl FutureTrailers {
    pub fn new(body: Rc<Incoming>) -> Self {
        FutureTrailers {
            body,
            outcome: RefCell::new(None),
            taken: Cell::new(false),
        }
    }

    pub fn get(&self) -> Option<Result<Option<Fields>, ErrorCode>> {
        if !self.body.has_ended() {
            return None;
        }
        if self.outcome.borrow().is_none() {
            let outcome = match self.body.input.outcome() {
                Ok(trailers) => Ok(trailers
                    .and_then(|trailers| trailers.downcast().ok())
                    .map(|trailers| Held::of_host(*trailers))),
                Err(StreamError::LastOperationFailed(failure)) => Err(match failure.code {
                    Code::Http(code) => code.downcast().map(|code| *code).ok(),
                    _ => None,
                }
                .unwrap_or(ErrorCode::InternalError(None))),
                Err(StreamError::Closed) => Ok(None),
            };
            self.outcome.replace(Some(outcome));
        }
        let trailers = self.outcome.borrow().clone()?;
        Some(trailers.map(|trailers| trailers.map(Fields::of_incoming)))
    }
}

impl Source for Incoming {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        self.has_ended()
    }
}
