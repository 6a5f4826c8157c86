//! `wasi-uplift:adapter/incoming`, which the composer's front component calls.

use super::incoming_request::IncomingRequest;
use super::outgoing_body;
use super::response_outparam::{Asked, ResponseOutparam};
use super::shapes::{candidate, stable};
use crate::Adapter;
use crate::bindings::FutureReader;
use crate::bindings::exports::wasi::http0_2_12::types::{ErrorCode, Method};
use crate::bindings::exports::wasi_uplift::adapter::{incoming, incoming_candidate};
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::canon::{Global, Task};
use crate::cli::standard;
use crate::p3::http::{Answer, new_answer, new_candidate_answer};
use core::cell::RefCell;

/// The request that the guest is busy with: there is one at a time.
static CURRENT: Global<RefCell<Option<ResponseOutparam>>> = Global::new(RefCell::new(None));

/// The error of a guest that returns without an answer.
const NO_ANSWER: &str = "guest never invoked `response-outparam::set` method";

fn finish(task: Task<'_>) {
    // The guest can't answer any more, whoever has the handle.
    if let Some(outparam) = CURRENT.take() {
        outparam.answer(Err(ErrorCode::InternalError(Some(NO_ANSWER.into()))));
    }
    outgoing_body::close_all();
    standard::drain_for_more(task);
}

/// Implements the interface for one shape.
macro_rules! shape {
    ($interface:ident, $shape:ident, $new_answer:ident) => {
        impl $interface::Guest for Adapter {
            fn accept(
                request: p3::Request,
            ) -> (
                $shape::types::IncomingRequest,
                $shape::types::ResponseOutparam,
                FutureReader<Answer>,
            ) {
                let (answer, promise) = $new_answer();
                let asked = match request.get_method() {
                    Method::Head => Asked::Head,
                    Method::Connect => Asked::Connect,
                    _ => Asked::Other,
                };
                let outparam = ResponseOutparam::new(promise, asked);
                CURRENT.replace(Some(outparam.clone()));
                (
                    $shape::types::IncomingRequest::new(IncomingRequest::new(request)),
                    $shape::types::ResponseOutparam::new(outparam),
                    answer,
                )
            }

            fn finish(task: Task<'_>) {
                finish(task);
            }
        }
    };
}

shape!(incoming, stable, new_answer);
shape!(incoming_candidate, candidate, new_candidate_answer);
