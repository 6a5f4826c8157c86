//! `wasi:http/incoming-handler`, which a guest imports that stands in front of another.

use super::incoming_request::IncomingRequest;
use super::response_outparam::ResponseOutparam;
use super::shapes::{candidate, stable};
use crate::Adapter;
use crate::bindings::wasi::http0_3_0::handler;
use crate::canon::Task;
use crate::reactor;

/// Has the handler behind answer the request, with a response that never comes by the guest.
fn handle(request: IncomingRequest, outparam: &ResponseOutparam, task: Task<'_>) {
    outparam.answer(handler::handle(request.into_p3(), task));
    reactor::yield_once(task);
}

/// Implements the interface for one shape.
macro_rules! shape {
    ($shape:ident) => {
        impl $shape::incoming_handler::Guest for Adapter {
            fn handle(
                request: $shape::types::IncomingRequest,
                response_out: $shape::types::ResponseOutparam,
                task: Task<'_>,
            ) {
                handle(request.into_inner(), response_out.get(), task);
            }
        }
    };
}

shape!(stable);
shape!(candidate);
