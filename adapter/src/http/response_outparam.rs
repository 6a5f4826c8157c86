//! `response-outparam`.

use super::outgoing_response::OutgoingResponse;
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::op::Promise;
use crate::p3::http::Answer;
use crate::reactor::Urgency;
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

    pub fn set(&self, response: Result<OutgoingResponse, ErrorCode>) {
        let answer = response.and_then(|response| {
            let response = response.into_p3(self.to);
            response.map_err(|()| ErrorCode::HttpProtocolError)
        });
        self.answer(answer);
    }

    /// Answers, unless it was done before.
    pub fn answer(&self, answer: Answer) {
        if let Some(promise) = self.promise.take() {
            promise.fulfil(answer, Urgency::Optional);
        }
    }
}
