//! `outgoing-response`.

use super::fields::{Fields, Held, give, give_without_body};
use super::outgoing_body::{Other, OutgoingBody};
use super::response_outparam::Asked;
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::p3::http::{new_response, no_response_body};
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

/// An `outgoing-response`. WASI 0.3 has one only when all of its parts are there.
pub struct OutgoingResponse {
    headers: Rc<Held>,
    status: Cell<u16>,
    body: RefCell<Option<Other>>,
}

/// The status that a response has unless the guest sets another.
const OK: u16 = 200;

impl OutgoingResponse {
    pub fn new(headers: Fields) -> Self {
        OutgoingResponse {
            headers: headers.into_inner(),
            status: Cell::new(OK),
            body: RefCell::new(None),
        }
    }

    pub fn status_code(&self) -> u16 {
        self.status.get()
    }

    pub fn set_status_code(&self, status: u16) -> Result<(), ()> {
        if !(100..600).contains(&status) {
            return Err(());
        }
        self.status.set(status);
        Ok(())
    }

    pub fn headers(&self) -> Fields {
        Fields::of_outgoing(self.headers.clone())
    }

    pub fn body(&self) -> Result<OutgoingBody, ()> {
        let mut slot = self.body.borrow_mut();
        if slot.is_some() {
            return Err(());
        }
        let (body, other) = OutgoingBody::of_response(&self.headers);
        *slot = Some(other);
        Ok(body)
    }

    /// Makes it one of WASI 0.3, to answer such a request.
    pub fn into_p3(self, to: Asked) -> Result<p3::Response, ()> {
        let status = self.status.get();
        let is_bodiless = match to {
            Asked::Head => true,
            // What follows is no body.
            Asked::Connect => matches!(status, ..300 | 304),
            Asked::Other => matches!(status, ..200 | 204 | 304),
        };
        let (body, reception) = self.body.into_inner().unzip();
        let (headers, body) = match body {
            Some(body) => (give(self.headers), body),
            // These have no body by themselves, and the length would be of something else.
            None if is_bodiless => (give(self.headers), no_response_body()),
            None => (give_without_body(self.headers), no_response_body()),
        };
        let response = new_response(headers, body);
        match status {
            OK => {}
            status => response.set_status_code(status)?,
        }
        if let Some(reception) = reception {
            reception.hand_over();
        }
        Ok(response)
    }
}
