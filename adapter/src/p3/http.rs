//! `wasi:http` of WASI 0.3: messages, their bodies, their trailers, and how they are sent.

use super::{Code, Completion, Ended, Failure, Sink, Source};
use crate::canon::{Area, At, Call, FutureReadEnd, Slice};
use crate::op::{Future, Lift, Promise, Reader, Started, Subtask, Writer};
use crate::raw::{adapter_incoming, adapter_incoming_candidate, http_client, http_types as raw};
use crate::reactor::Urgency;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::Cell;

pub use crate::bindings::wasi::http0_3_0::types::{
    ErrorCode, Fields, Request, RequestOptions, Response,
};

/// The value that follows a body.
pub type Trailers = Result<Option<Fields>, ErrorCode>;

/// The answer to a request.
pub type Answer = Result<Response, ErrorCode>;

/// The length of a body whose headers tell another.
#[derive(Clone, Copy)]
pub enum WrongSize {
    Request(u64),
    Response(u64),
}

impl From<WrongSize> for ErrorCode {
    /// Inlined, so that who gets no other code doesn't carry what lowers them all.
    #[inline(always)]
    fn from(size: WrongSize) -> Self {
        match size {
            WrongSize::Request(size) => ErrorCode::HttpRequestBodySize(Some(size)),
            WrongSize::Response(size) => ErrorCode::HttpResponseBodySize(Some(size)),
        }
    }
}

impl From<WrongSize> for Failure {
    fn from(size: WrongSize) -> Self {
        Failure {
            reason: raw::error_code_name(&size.into()),
            detail: None,
            code: Code::HttpSize(size),
        }
    }
}

impl From<Trailers> for Ended {
    #[inline(never)]
    fn from(trailers: Trailers) -> Self {
        match trailers {
            Ok(trailers) => Ended::Closed(trailers.map(|it| Box::new(it) as Box<dyn Any>)),
            Err(code) => Ended::Failed(Failure {
                reason: raw::error_code_name(&code),
                detail: None,
                code: Code::Http(Box::new(code)),
            }),
        }
    }
}

// ---------------------------------------------------------------------------------------------
// Incoming bodies
// ---------------------------------------------------------------------------------------------

/// Defines how the body of one kind of message is consumed.
macro_rules! consume {
    ($consume:ident, $message:ident, $function:ident) => {
        /// Gives the message up for its body, whose trailers are a [`Fields`].
        pub fn $consume(message: $message) -> Source {
            use raw::$function as function;
            static COMPLETION: Completion = function::future_2_readable();
            let (reader, writer) = function::future_0_new();
            let ends = function::call(message.take_handle(), reader);
            // WASI 0.2 has no way to tell how the body was received.
            let received = Promise::new(&function::FUTURE_0_SUCCESS, writer);
            received.fulfil((), Urgency::Optional);
            (
                Reader::new(&function::STREAM_1_READABLE, ends.u32(function::RESULT_0)),
                Future::new(&COMPLETION, ends.u32(function::RESULT_1)),
            )
        }
    };
}

consume!(consume_request, Request, request_consume_body);
consume!(consume_response, Response, response_consume_body);

// ---------------------------------------------------------------------------------------------
// Outgoing bodies
// ---------------------------------------------------------------------------------------------

/// The completion of a stream of which nothing more is told than that it has ended.
static UNTOLD: Completion = FutureReadEnd::of_nothing();

/// The readable ends of a body that is not part of a message yet.
pub struct Unsent {
    /// There are no contents where nothing can write them.
    contents: Option<u32>,
    trailers: u32,
    drop_contents: fn(u32),
    drop_trailers: fn(u32),
    /// Becomes `true` when the body is part of a message.
    given: Rc<Cell<bool>>,
}

impl Unsent {
    /// Gives the ends away: an `option<stream<u8>>` and a future.
    fn lower(self) -> ((u32, u32), u32) {
        self.given.set(true);
        let unsent = core::mem::ManuallyDrop::new(self);
        let is_some = u32::from(unsent.contents.is_some());
        ((is_some, unsent.contents.unwrap_or(0)), unsent.trailers)
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        if let Some(contents) = self.contents {
            (self.drop_contents)(contents);
        }
        (self.drop_trailers)(self.trailers);
    }
}

/// Both sides of a new body.
pub struct NewBody {
    pub unsent: Unsent,
    pub contents: Sink,
    pub trailers: Promise<Trailers>,
    /// Becomes `true` when the body is part of a message.
    pub given: Rc<Cell<bool>>,
}

/// Defines how bodies of one kind of message are made.
macro_rules! produce {
    ($body:ident, $no_body:ident, $function:ident) => {
        /// Makes a body.
        pub fn $body() -> NewBody {
            use raw::$function as function;
            let (contents, writer) = function::stream_0_new();
            let (trailers, promise) = function::future_1_new();
            let given = Rc::new(Cell::new(false));
            NewBody {
                unsent: Unsent {
                    contents: Some(contents),
                    trailers,
                    drop_contents: function::stream_0_drop_readable,
                    drop_trailers: function::future_1_drop_readable,
                    given: given.clone(),
                },
                contents: (
                    Writer::new(&function::STREAM_0_WRITABLE, writer),
                    Future::new(&UNTOLD, 0),
                ),
                trailers: Promise::new(&function::FUTURE_1_WRITABLE, promise),
                given,
            }
        }

        /// Makes the body of a message that has none.
        pub fn $no_body() -> Unsent {
            use raw::$function as function;
            let (trailers, promise) = function::future_1_new();
            let promise = Promise::new(&function::FUTURE_1_WRITABLE, promise);
            promise.fulfil(Ok(None), Urgency::Optional);
            Unsent {
                contents: None,
                trailers,
                drop_contents: function::stream_0_drop_readable,
                drop_trailers: function::future_1_drop_readable,
                given: Rc::default(),
            }
        }
    };
}

produce!(request_body, no_request_body, request_new);
produce!(response_body, no_response_body, response_new);

/// `request.new`. How sending it went is told by the streams and the answer.
pub fn new_request(headers: Fields, body: Unsent, options: Option<RequestOptions>) -> Request {
    use raw::request_new as function;
    let (contents, trailers) = body.lower();
    let has_options = u32::from(options.is_some());
    let options = options.map_or(0, |options| options.take_handle());
    let options = (has_options, options);
    let mut results = function::call(headers.take_handle(), contents, trailers, options);
    function::future_2_drop_readable(results.u32(function::RESULT_1));
    results.take(function::RESULT_0)
}

/// `response.new`.
pub fn new_response(headers: Fields, body: Unsent) -> Response {
    use raw::response_new as function;
    let (contents, trailers) = body.lower();
    let mut results = function::call(headers.take_handle(), contents, trailers);
    function::future_2_drop_readable(results.u32(function::RESULT_1));
    results.take(function::RESULT_0)
}

// ---------------------------------------------------------------------------------------------
// Sending
// ---------------------------------------------------------------------------------------------

/// A call of `client.send`.
pub type Send = Box<Call<Sending>>;

/// That a call sends a request.
pub struct Sending;

/// Starts `client.send`.
pub fn send(request: Request) -> Started<Answer, Subtask<Send>> {
    use http_client::send as function;
    let mut call = Call::new(Sending);
    let params = call.params();
    params.put(
        function::PARAM_REQUEST.position(),
        request.take_handle().to_le_bytes(),
    );
    Subtask::of(function::FUNCTION.start(call))
}

impl Lift for Send {
    type Output = Answer;

    #[inline(never)]
    fn lift(self) -> Answer {
        http_client::send::lift(self.into_results())
    }
}

// ---------------------------------------------------------------------------------------------
// Answers
// ---------------------------------------------------------------------------------------------

/// The readable end of the future of an answer, and the promise to fulfil it.
pub type NewAnswer = (crate::bindings::FutureReader<Answer>, Promise<Answer>);

/// Makes an answer that `wasi-uplift:adapter/incoming` is to give.
pub fn new_answer() -> NewAnswer {
    use adapter_incoming::accept as function;
    let (reader, writer) = function::future_0_new();
    (
        function::future_0_reader(reader),
        Promise::new(&function::FUTURE_0_WRITABLE, writer),
    )
}

/// Makes an answer that `wasi-uplift:adapter/incoming-candidate` is to give.
pub fn new_candidate_answer() -> NewAnswer {
    use adapter_incoming_candidate::accept as function;
    let (reader, writer) = function::future_0_new();
    (
        function::future_0_reader(reader),
        Promise::new(&function::FUTURE_0_WRITABLE, writer),
    )
}

// ---------------------------------------------------------------------------------------------
// Changes of fields and options, which mostly succeed
// ---------------------------------------------------------------------------------------------

/// The cases of `header-error`.
const FORBIDDEN: u8 = 1;
const IMMUTABLE: u8 = 2;
const SIZE_EXCEEDED: u8 = 3;
const OTHER: u8 = 4;

/// The area of a result with such an error.
type Changed = Area<20>;

/// The error of a change of fields.
#[derive(Clone, Copy)]
pub enum HeaderError {
    /// The host's words beyond that are dropped.
    InvalidSyntax,
    Forbidden,
    Immutable,
    SizeExceeded,
}

/// Takes the error of a result, if it is one.
#[inline(never)]
fn check_change(
    results: &mut Changed,
    error: usize,
    detail: At<Option<String>>,
) -> Result<(), HeaderError> {
    if results.u8(0) == 0 {
        return Ok(());
    }
    Err(match results.u8(error) {
        FORBIDDEN => HeaderError::Forbidden,
        IMMUTABLE => HeaderError::Immutable,
        SIZE_EXCEEDED => HeaderError::SizeExceeded,
        OTHER => {
            drop(results.take_option(detail));
            HeaderError::InvalidSyntax
        }
        _ => HeaderError::InvalidSyntax,
    })
}

/// Calls one of these functions for the results of another.
macro_rules! check {
    ($check:ident, $results:expr, $function:ident) => {
        $check(&mut $results, $function::ERR, $function::ERR_OTHER)
    };
}

/// `fields.from-list`.
pub fn fields_from_list(entries: &[(String, Vec<u8>)]) -> Result<Fields, HeaderError> {
    use raw::fields_from_list as function;
    let lowered: Vec<[Slice<'_>; 2]> = entries
        .iter()
        .map(|(name, value)| [Slice::from(name), Slice::from(value)])
        .collect();
    let mut results = function::call(&lowered);
    check!(check_change, results, function)?;
    Ok(results.take(function::OK))
}

/// `fields.set`.
pub fn fields_set(fields: &Fields, name: &str, values: &[Vec<u8>]) -> Result<(), HeaderError> {
    use raw::fields_set as function;
    let lowered: Vec<[Slice<'_>; 1]> = values.iter().map(|value| [Slice::from(value)]).collect();
    let mut results = function::call(fields.handle(), name.as_bytes(), &lowered);
    check!(check_change, results, function)
}

/// `fields.delete`.
pub fn fields_delete(fields: &Fields, name: &str) -> Result<(), HeaderError> {
    use raw::fields_delete as function;
    let mut results = function::call(fields.handle(), name.as_bytes());
    check!(check_change, results, function)
}

/// `fields.append`.
pub fn fields_append(fields: &Fields, name: &str, value: &[u8]) -> Result<(), HeaderError> {
    use raw::fields_append as function;
    let mut results = function::call(fields.handle(), name.as_bytes(), value);
    check!(check_change, results, function)
}

/// The case of `request-options-error` that has a text.
const OTHER_OPTION: u8 = 2;

/// Takes the error of a result, if it is one.
#[inline(never)]
fn check_option(results: &mut Changed, error: usize, detail: At<Option<String>>) -> Result<(), ()> {
    if results.u8(0) == 0 {
        return Ok(());
    }
    if results.u8(error) == OTHER_OPTION {
        drop(results.take_option(detail));
    }
    Err(())
}

/// Defines a function that sets one of the timeouts.
macro_rules! timeout {
    ($name:ident: $function:ident) => {
        pub fn $name(options: &RequestOptions, duration: Option<u64>) -> Result<(), ()> {
            use raw::$function as function;
            let duration = (u32::from(duration.is_some()), duration.unwrap_or(0));
            let mut results = function::call(options.handle(), duration);
            check!(check_option, results, function)
        }
    };
}

timeout!(set_connect_timeout: request_options_set_connect_timeout);
timeout!(set_first_byte_timeout: request_options_set_first_byte_timeout);
timeout!(set_between_bytes_timeout: request_options_set_between_bytes_timeout);
