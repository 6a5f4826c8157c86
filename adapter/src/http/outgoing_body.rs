//! `outgoing-body`.

use super::error;
use super::fields::{Fields, give};
use super::syntax;
use crate::abi::http::{NewBody, Promise, Trailers, Unsent, request_body, response_body};
use crate::abi::{Global, trap};
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::io::error::Failure;
use crate::io::output::{Length, Output};
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// An `outgoing-body`.
pub struct OutgoingBody(Rc<Outgoing>);

/// A body that goes out.
struct Outgoing {
    output: Rc<Output>,
    streamed: Cell<bool>,
    /// What ends the body. Gone once it has ended.
    trailers: Cell<Option<Promise<Trailers>>>,
    expected: Option<u64>,
    kind: Kind,
}

/// What a body belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Request,
    Response,
}

impl Kind {
    fn size_error(self, size: u64) -> ErrorCode {
        match self {
            Kind::Request => ErrorCode::HttpRequestBodySize(Some(size)),
            Kind::Response => ErrorCode::HttpResponseBodySize(Some(size)),
        }
    }
}

/// The bodies that have not ended.
static OPEN: Global<RefCell<Vec<Weak<Outgoing>>>> = Global::new(RefCell::new(Vec::new()));

/// The length that the headers of a message tell.
pub fn content_length(headers: &p3::Fields) -> Option<u64> {
    syntax::content_length(headers.get("content-length").first()?)
}

impl OutgoingBody {
    /// The body of a request with these headers, and what the host is to get of it.
    pub fn of_request(headers: &p3::Fields) -> (Self, Unsent) {
        let excess = |size| error::failure(Kind::Request.size_error(size));
        OutgoingBody::new(request_body(), headers, Kind::Request, excess)
    }

    /// The body of a response with these headers, and what the host is to get of it.
    pub fn of_response(headers: &p3::Fields) -> (Self, Unsent) {
        let excess = |size| error::failure(Kind::Response.size_error(size));
        OutgoingBody::new(response_body(), headers, Kind::Response, excess)
    }

    fn new(
        body: NewBody,
        headers: &p3::Fields,
        kind: Kind,
        excess: fn(u64) -> Failure,
    ) -> (Self, Unsent) {
        let expected = content_length(headers);
        let length = Length {
            expected,
            written: Cell::new(0),
            excess,
        };
        let outgoing = Rc::new(Outgoing {
            output: Output::body(body.contents, length),
            streamed: Cell::new(false),
            trailers: Cell::new(Some(body.trailers)),
            expected,
            kind,
        });
        let mut open = OPEN.borrow_mut();
        open.retain(|open| open.strong_count() > 0);
        open.push(Rc::downgrade(&outgoing));
        (OutgoingBody(outgoing), body.unsent)
    }

    /// The stream, which there is once.
    pub fn write(&self) -> Result<Rc<Output>, ()> {
        if self.0.streamed.replace(true) {
            return Err(());
        }
        self.0.output.is_child.set(true);
        Ok(self.0.output.clone())
    }

    pub fn finish(self, trailers: Option<Fields>) -> Result<(), ErrorCode> {
        self.check_stream();
        let written = self.0.output.written();
        if self.0.expected.is_some_and(|expected| expected != written) {
            self.0.abort();
            return Err(self.0.kind.size_error(written));
        }
        let trailers = trailers.map(|trailers| give(trailers.into_inner()));
        self.0.end(Ok(trailers));
        Ok(())
    }

    /// WASI 0.2 has a trap for a body that ends while its stream is still there.
    fn check_stream(&self) {
        if self.0.output.is_child.get() {
            trap();
        }
    }
}

impl Outgoing {
    /// Ends the body. What was written before goes to the host first.
    fn end(&self, trailers: Trailers) {
        if let Some(promise) = self.trailers.take() {
            self.output.shutdown();
            promise.fulfil(trailers, true);
        }
    }

    fn abort(&self) {
        self.end(Err(ErrorCode::HttpProtocolError));
    }
}

impl Drop for OutgoingBody {
    /// A body that was not finished is no whole one.
    fn drop(&mut self) {
        self.check_stream();
        self.0.abort();
    }
}

/// Ends the bodies that are open at the end of a guest's call. A response ends with what there is.
pub fn close_all() {
    for outgoing in OPEN.take().iter().filter_map(Weak::upgrade) {
        match outgoing.kind {
            Kind::Request => outgoing.abort(),
            Kind::Response => outgoing.end(Ok(None)),
        }
    }
}
