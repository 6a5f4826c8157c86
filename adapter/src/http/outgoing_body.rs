//! `outgoing-body`.

use super::fields::{Fields, Held, give};
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::bindings::exports::wasi::io::streams::OutputStream;
use crate::canon::{Global, trap};
use crate::io::output::{self, Output};
use crate::io::state::StreamError;
use crate::io::streams::{Child, child_output_stream};
use crate::op::Promise;
use crate::p3::http::{NewBody, Trailers, Unsent, WrongSize, request_body, response_body};
use crate::reactor::Urgency;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// An `outgoing-body`.
pub struct OutgoingBody(Rc<Outgoing>);

/// A body that goes out.
struct Outgoing {
    output: Rc<Output>,
    /// Whether the guest has had the stream, which there is once.
    was_streamed: Cell<bool>,
    /// Whether the guest has it now.
    has_stream: Rc<Cell<bool>>,
    /// The future that ends the body. Gone once it has ended.
    trailers: Cell<Option<Promise<Trailers>>>,
    length: Rc<Length>,
}

/// The number of bytes that may be written at once to a body that has room. Guests know bodies as
/// streams that take this much before anybody reads.
const BODY_WRITE: usize = 1024 * 1024;

/// The number of writes that a body takes before anybody reads.
const UNREAD_WRITES: usize = 2;

/// The length that a body must have, and has so far.
struct Length {
    /// The length that the headers tell.
    expected: Option<u64>,
    written: Cell<u64>,
    message: Message,
    /// The body is part of a message.
    given: Rc<Cell<bool>>,
}

impl output::Kind for Length {
    /// Counts the bytes, of which those are left that the body has room for.
    fn count(&self, _: &Weak<Output>, bytes: &mut Vec<u8>) -> Result<(), StreamError> {
        let before = self.written.get();
        let after = before.saturating_add(bytes.len() as u64);
        self.written.set(after);
        match self.expected {
            Some(expected) if after > expected => {
                let room = expected.saturating_sub(before);
                bytes.truncate(usize::try_from(room).unwrap_or(usize::MAX));
                let excess = self.message.wrong_size(after);
                Err(StreamError::LastOperationFailed(excess.into()))
            }
            _ => Ok(()),
        }
    }

    /// Small writes need not wait for each other once somebody reads.
    fn room(&self, queued: usize, writes: usize) -> usize {
        if writes < UNREAD_WRITES || (self.given.get() && queued < output::CAPACITY) {
            BODY_WRITE
        } else {
            0
        }
    }

    /// There may be nobody to read the body yet.
    fn flush_waits(&self) -> bool {
        false
    }

    /// A response is delivered whole. A request is of no use to a guest that has ended.
    fn outlives_guest(&self, _is_dropped: bool) -> bool {
        self.message == Message::Response && self.given.get()
    }
}

/// The message that a body belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Message {
    Request,
    Response,
}

impl Message {
    fn wrong_size(self, size: u64) -> WrongSize {
        match self {
            Message::Request => WrongSize::Request(size),
            Message::Response => WrongSize::Response(size),
        }
    }
}

/// The bodies that have not ended.
static OPEN: Global<RefCell<Vec<Weak<Outgoing>>>> = Global::new(RefCell::new(Vec::new()));

impl OutgoingBody {
    /// The body of a request with these headers, and its other side.
    pub fn of_request(headers: &Held) -> (Self, Other) {
        OutgoingBody::new(request_body(), headers, Message::Request)
    }

    /// The body of a response with these headers, and its other side.
    pub fn of_response(headers: &Held) -> (Self, Other) {
        OutgoingBody::new(response_body(), headers, Message::Response)
    }

    fn new(body: NewBody, headers: &Held, message: Message) -> (Self, Other) {
        let length = Rc::new(Length {
            expected: headers.length(),
            written: Cell::new(0),
            message,
            given: body.given,
        });
        let outgoing = Rc::new(Outgoing {
            output: Output::of_kind(body.contents, length.clone()),
            was_streamed: Cell::new(false),
            has_stream: Rc::default(),
            trailers: Cell::new(Some(body.trailers)),
            length,
        });
        let mut open = OPEN.borrow_mut();
        open.retain(|open| open.strong_count() > 0);
        open.push(Rc::downgrade(&outgoing));
        let reception = Reception(Rc::downgrade(&outgoing));
        (OutgoingBody(outgoing), (body.unsent, reception))
    }

    /// The stream, which there is once.
    pub fn write(&self) -> Result<OutputStream, ()> {
        if self.0.was_streamed.replace(true) {
            return Err(());
        }
        self.0.has_stream.set(true);
        let child = Child(self.0.has_stream.clone());
        Ok(child_output_stream(self.0.output.clone(), child))
    }

    pub fn finish(self, trailers: Option<Fields>) -> Result<(), WrongSize> {
        self.check_stream();
        let length = &self.0.length;
        let written = length.written.get();
        if length.expected.is_some_and(|expected| expected != written) {
            self.0.abort();
            return Err(length.message.wrong_size(written));
        }
        let trailers = trailers.map(|trailers| give(trailers.into_inner()));
        self.0.end(Ok(trailers));
        Ok(())
    }

    /// WASI 0.2 has a trap for a body that ends while its stream is still there.
    fn check_stream(&self) {
        if self.0.has_stream.get() {
            trap();
        }
    }
}

impl Outgoing {
    /// Ends the body. What was written before goes to the host first.
    fn end(&self, trailers: Trailers) {
        if let Some(promise) = self.trailers.take() {
            self.output.shutdown();
            let urgency = match self.length.message {
                Message::Request => Urgency::Optional,
                Message::Response => Urgency::RequiredIf(self.length.given.clone()),
            };
            promise.fulfil(trailers, urgency);
        }
    }

    fn abort(&self) {
        self.end(Err(ErrorCode::HttpProtocolError));
    }
}

/// The other side of a body: the ends for the host, and that there is somebody to have them.
pub type Other = (Unsent, Reception);

/// That somebody is going to read a body. The stream closes when this is dropped.
pub struct Reception(Weak<Outgoing>);

impl Reception {
    /// Leaves it to the host from now on, which closes the stream when it likes.
    pub fn hand_over(mut self) {
        self.0 = Weak::new();
    }
}

impl Drop for Reception {
    fn drop(&mut self) {
        if let Some(outgoing) = self.0.upgrade() {
            outgoing.output.close_unread();
        }
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
        match outgoing.length.message {
            Message::Request => outgoing.abort(),
            Message::Response => outgoing.end(Ok(None)),
        }
    }
}
