//! `incoming-request`.

use super::fields::{Fields, Held, give_without_body};
use super::incoming_body::IncomingBody;
use crate::bindings::exports::wasi::http0_2_12::types::{Method, Scheme};
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::p3::http::{consume_request, new_request, no_request_body};
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::RefCell;

/// An `incoming-request`.
pub struct IncomingRequest(RefCell<Request>);

enum Request {
    Whole(p3::Request),
    /// The parts that remain when the body is taken.
    Head(Head),
}

struct Head {
    method: Method,
    path_with_query: Option<String>,
    scheme: Option<Scheme>,
    authority: Option<String>,
    headers: Rc<Held>,
}

impl IncomingRequest {
    pub fn new(request: p3::Request) -> Self {
        IncomingRequest(RefCell::new(Request::Whole(request)))
    }

    fn ask<T>(&self, whole: fn(&p3::Request) -> T, head: fn(&Head) -> T) -> T {
        match &*self.0.borrow() {
            Request::Whole(request) => whole(request),
            Request::Head(known) => head(known),
        }
    }

    pub fn method(&self) -> Method {
        self.ask(p3::Request::get_method, |head| head.method.clone())
    }

    pub fn path_with_query(&self) -> Option<String> {
        self.ask(p3::Request::get_path_with_query, |head| {
            head.path_with_query.clone()
        })
    }

    pub fn scheme(&self) -> Option<Scheme> {
        self.ask(scheme, |head| head.scheme.clone())
    }

    pub fn authority(&self) -> Option<String> {
        self.ask(authority, |head| head.authority.clone())
    }

    pub fn headers(&self) -> Fields {
        Fields::of_incoming(self.ask(
            |request| Held::of_host(request.get_headers()),
            |head| head.headers.clone(),
        ))
    }

    /// Makes it one of WASI 0.3 again. A body that was taken is not there any more.
    pub fn into_p3(self) -> p3::Request {
        let head = match self.0.into_inner() {
            Request::Whole(request) => return request,
            Request::Head(head) => head,
        };
        let request = new_request(give_without_body(head.headers), no_request_body(), None);
        // All of it comes from a request.
        _ = request.set_method(&head.method);
        _ = request.set_scheme(head.scheme.as_ref());
        _ = request.set_authority(head.authority.as_deref());
        _ = request.set_path_with_query(head.path_with_query.as_deref());
        request
    }

    pub fn consume(&self) -> Result<IncomingBody, ()> {
        let mut slot = self.0.borrow_mut();
        let Request::Whole(request) = &*slot else {
            return Err(());
        };
        let head = Head {
            method: request.get_method(),
            path_with_query: request.get_path_with_query(),
            scheme: scheme(request),
            authority: authority(request),
            headers: Held::of_host(request.get_headers()),
        };
        match core::mem::replace(&mut *slot, Request::Head(head)) {
            Request::Whole(request) => Ok(IncomingBody::new(consume_request(request))),
            Request::Head(_) => Err(()),
        }
    }
}

/// A server of WASI 0.2 has always told a scheme, and that is what guests rely on.
fn scheme(request: &p3::Request) -> Option<Scheme> {
    Some(request.get_scheme().unwrap_or(Scheme::Http))
}

/// The authority of a request of which the server tells none. There are guests, above all those in
/// JavaScript, that trap if they get none.
const NO_AUTHORITY: &str = "localhost";

/// The same goes for the authority. A server that only has it in a header may leave it there, or
/// keep it to itself.
fn authority(request: &p3::Request) -> Option<String> {
    let in_header = || {
        let values = request.get_headers().get("host");
        String::from_utf8(values.into_iter().next()?).ok()
    };
    let authority = request.get_authority().or_else(in_header);
    Some(authority.unwrap_or_else(|| NO_AUTHORITY.into()))
}
