//! `future-incoming-response`.

use super::incoming_response::IncomingResponse;
use super::outgoing_body::Reception;
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::canon::{Event, Task};
use crate::io::poll::Source;
use crate::op::{Started, Subtask};
use crate::p3::http::{Answer, Send};
use crate::reactor::Waiter;
use alloc::rc::{Rc, Weak};
use core::cell::RefCell;

/// A request that was sent, and the answer to it.
pub struct Exchange(RefCell<State>);

enum State {
    /// Dropping it takes the request back, with its body.
    Sent(Subtask<Send>, Option<Reception>),
    Answered(Answer),
    /// The guest has got the answer.
    Taken,
}

impl Exchange {
    /// An exchange that has begun, with a request whose body this is the reception of. An error of the request itself is returned at once. An error on
    /// the way comes with the answer, however soon it is known.
    pub fn new(
        started: Started<Answer, Subtask<Send>>,
        reception: Option<Reception>,
    ) -> Result<Rc<Self>, ErrorCode> {
        match started {
            Started::Ended(Err(error)) if is_about_the_request(&error) => Err(error),
            Started::Ended(answer) => {
                let state = State::answered(answer, reception);
                Ok(Rc::new(Exchange(RefCell::new(state))))
            }
            Started::Pending(subtask) => Ok(Rc::new_cyclic(|me: &Weak<Exchange>| {
                subtask.watch(me.clone());
                Exchange(RefCell::new(State::Sent(subtask, reception)))
            })),
        }
    }

    /// Takes the answer, if it has come: `Err(())` if it was taken before.
    pub fn get(&self) -> Option<Result<Result<IncomingResponse, ErrorCode>, ()>> {
        let mut state = self.0.borrow_mut();
        match *state {
            State::Sent(..) => None,
            State::Taken => Some(Err(())),
            State::Answered(_) => match core::mem::replace(&mut *state, State::Taken) {
                State::Answered(answer) => Some(Ok(answer.map(IncomingResponse::new))),
                _ => Some(Err(())),
            },
        }
    }
}

/// Returns `true` if an error says that a request can't be sent at all.
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

impl Source for Exchange {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        !matches!(*self.0.borrow(), State::Sent(..))
    }
}

impl Waiter for Exchange {
    fn event(&self, event: Event) {
        let mut state = self.0.borrow_mut();
        if let State::Sent(subtask, reception) = &mut *state
            && let Some(answer) = subtask.advance(event)
        {
            let answer = match answer {
                // What the guest was told of its body before is not told again.
                Some(Err(ErrorCode::HttpRequestBodySize(_))) => Err(ErrorCode::HttpProtocolError),
                Some(answer) => answer,
                // A call that was cancelled brings no answer.
                None => Err(ErrorCode::InternalError(None)),
            };
            let reception = reception.take();
            *state = State::answered(answer, reception);
        }
    }
}

impl State {
    /// The host goes on reading the body of a request that it has an answer to.
    fn answered(answer: Answer, reception: Option<Reception>) -> Self {
        if let (Ok(_), Some(reception)) = (&answer, reception) {
            reception.hand_over();
        }
        State::Answered(answer)
    }
}
