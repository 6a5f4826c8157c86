//! `incoming-response`.

use super::fields::{Fields, Held};
use super::incoming_body::IncomingBody;
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::p3::http::consume_response;
use alloc::rc::Rc;
use core::cell::RefCell;

/// An `incoming-response`.
pub struct IncomingResponse(RefCell<Response>);

enum Response {
    Whole(p3::Response),
    /// The parts that remain when the body is taken.
    Head {
        status: u16,
        headers: Rc<Held>,
    },
}

impl IncomingResponse {
    pub fn new(response: p3::Response) -> Self {
        IncomingResponse(RefCell::new(Response::Whole(response)))
    }

    pub fn status(&self) -> u16 {
        match &*self.0.borrow() {
            Response::Whole(response) => response.get_status_code(),
            Response::Head { status, .. } => *status,
        }
    }

    pub fn headers(&self) -> Fields {
        Fields::of_incoming(match &*self.0.borrow() {
            Response::Whole(response) => Held::of_host(response.get_headers()),
            Response::Head { headers, .. } => headers.clone(),
        })
    }

    pub fn consume(&self) -> Result<IncomingBody, ()> {
        let mut slot = self.0.borrow_mut();
        let Response::Whole(response) = &*slot else {
            return Err(());
        };
        let head = Response::Head {
            status: response.get_status_code(),
            headers: Held::of_host(response.get_headers()),
        };
        match core::mem::replace(&mut *slot, head) {
            Response::Whole(response) => Ok(IncomingBody::new(consume_response(response))),
            Response::Head { .. } => Err(()),
        }
    }
}
