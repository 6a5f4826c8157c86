//! `future-incoming-response`.

use super::incoming_response::IncomingResponse;
use crate::abi::http::{Answer, Send};
use crate::abi::{Started, Subtask};
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::io::poll::Source;
use crate::reactor::Waiter;
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use core::cell::RefCell;

/// A request that was sent, and what comes of it.
pub struct Exchange(RefCell<State>);

enum State {
    /// Dropping it takes the request back.
    Sent(Subtask<Box<Send>>),
    Answered(Answer),
    /// The guest has got the answer.
    Taken,
}

impl Exchange {
    /// What there is of a request that was sent. That it is no request is returned at once. What
    /// went wrong on the way comes with the answer, however soon that is known.
    pub fn new(started: Started<Box<Send>>) -> Result<Rc<Self>, ErrorCode> {
        match started {
            Started::Returned(mut call) => match answer(call.take()) {
                Err(error) if is_about_the_request(&error) => Err(error),
                answer => Ok(Rc::new(Exchange(RefCell::new(State::Answered(answer))))),
            },
            Started::Pending(subtask) => Ok(Rc::new_cyclic(|me: &Weak<Exchange>| {
                subtask.watch(me.clone());
                Exchange(RefCell::new(State::Sent(subtask)))
            })),
        }
    }

    /// Takes the answer, if it has come: `Err(())` if it was taken before.
    pub fn get(&self) -> Option<Result<Result<IncomingResponse, ErrorCode>, ()>> {
        let mut state = self.0.borrow_mut();
        match *state {
            State::Sent(_) => None,
            State::Taken => Some(Err(())),
            State::Answered(_) => match core::mem::replace(&mut *state, State::Taken) {
                State::Answered(answer) => Some(Ok(answer.map(IncomingResponse::new))),
                _ => Some(Err(())),
            },
        }
    }
}

/// Whether an error says that a request can't be sent at all.
fn is_about_the_request(error: &ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::HttpRequestDenied
            | ErrorCode::HttpRequestLengthRequired
            | ErrorCode::HttpRequestBodySize(_)
            | ErrorCode::HttpRequestMethodInvalid
            | ErrorCode::HttpRequestUriInvalid
            | ErrorCode::HttpRequestUriTooLong
            | ErrorCode::HttpRequestHeaderSectionSize(_)
            | ErrorCode::HttpRequestHeaderSize(_)
            | ErrorCode::HttpProtocolError
            | ErrorCode::ConfigurationError
            | ErrorCode::InternalError(_)
    )
}

/// A call that was cancelled brings no answer.
fn answer(answer: Option<Answer>) -> Answer {
    answer.unwrap_or(Err(ErrorCode::InternalError(None)))
}

impl Source for Exchange {
    fn ready(&self) -> bool {
        !matches!(*self.0.borrow(), State::Sent(_))
    }
}

impl Waiter for Exchange {
    fn event(&self, _waitable: u32, code: u32) {
        if !Subtask::<()>::ended(code) {
            return;
        }
        let sent = self.0.replace(State::Taken);
        if let State::Sent(subtask) = sent {
            let call = subtask.finish();
            let answer = answer(call.and_then(|mut call| call.take()));
            self.0.replace(State::Answered(answer));
        }
    }
}
