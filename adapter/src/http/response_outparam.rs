//! `response-outparam`.

use super::outgoing_response::OutgoingResponse;
use crate::abi::http::{Answer, Promise};
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use alloc::rc::Rc;
use core::cell::Cell;

/// A `response-outparam`: a way to answer the request, once.
#[derive(Clone)]
pub struct ResponseOutparam(Rc<Cell<Option<Promise<Answer>>>>);

impl ResponseOutparam {
    pub fn new(promise: Promise<Answer>) -> Self {
        ResponseOutparam(Rc::new(Cell::new(Some(promise))))
    }

    pub fn set(&self, response: Result<OutgoingResponse, ErrorCode>) {
        let answer = response.and_then(|response| {
            let response = response.into_p3();
            response.map_err(|()| ErrorCode::HttpProtocolError)
        });
        self.answer(answer);
    }

    /// Answers, unless it was done before.
    pub fn answer(&self, answer: Answer) {
        if let Some(promise) = self.0.take() {
            promise.fulfil(answer, false);
        }
    }
}
