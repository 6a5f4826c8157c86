//! `response-outparam`.

use super::outgoing_response::OutgoingResponse;
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::canon::Task;
use crate::op::Promise;
use crate::p3::http::Answer;
use crate::reactor::{self, Urgency};
use alloc::rc::Rc;
use core::cell::Cell;

/// A `response-outparam`: a way to answer the request, once.
#[derive(Clone)]
pub struct ResponseOutparam {
    promise: Rc<Cell<Option<Promise<Answer>>>>,
    to: Asked,
}

/// The kind of a request, as far as the length of an answer goes.
#[derive(Clone, Copy)]
pub enum Asked {
    Head,
    Connect,
    Other,
}

impl ResponseOutparam {
    pub fn new(promise: Promise<Answer>, to: Asked) -> Self {
        ResponseOutparam {
            promise: Rc::new(Cell::new(Some(promise))),
            to,
        }
    }

    /// Answers, and lets the host take the answer. From then on it has what the guest writes at once,
    /// whatever becomes of the guest.
    pub fn set(&self, response: Result<OutgoingResponse, ErrorCode>, task: Task<'_>) {
        let answer = response.and_then(|response| {
            let response = response.into_p3(self.to);
            response.map_err(|()| ErrorCode::HttpProtocolError)
        });
        self.answer(answer);
        reactor::yield_once(task);
    }

    /// Answers, unless it was done before.
    pub fn answer(&self, answer: Answer) {
        if let Some(promise) = self.promise.take() {
            promise.fulfil(answer, Urgency::Optional);
        }
    }
}
