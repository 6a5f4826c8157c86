//! Messages of `wasi:http` of WASI 0.3: their bodies, their trailers, and how they are sent.

use super::sockets::Layout;
use super::{BLOCKED, DROPPED, stream_ends};
use super::{
    ByteReader, ByteWriter, Completion, CompletionAbi, EndAbi, Ending, Global, Lift, Payload,
    Started, Subtask,
};
use crate::bindings::wasi::http0_3_0::types::{
    ErrorCode, Fields, Request, RequestOptions, Response,
};
use crate::bindings::wit_future::FuturePayload;
use crate::http::error;
use crate::reactor::{self, Waiter};
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

pub use crate::bindings::exports::wasi::http0_2_12::types::HeaderError;

/// What ends a body.
pub type Trailers = Result<Option<Fields>, ErrorCode>;

/// What a request is answered with.
pub type Answer = Result<Response, ErrorCode>;

// ---------------------------------------------------------------------------------------------
// Futures that this side fulfils
// ---------------------------------------------------------------------------------------------

/// Room for a lowered `result` of which the error is an `error-code`.
#[repr(C, align(8))]
pub(super) struct Area([u8; 40]);

impl Area {
    const fn new() -> Self {
        Area([0; 40])
    }
}

/// The built-ins for the writable end of one future.
struct PromiseAbi {
    write: unsafe extern "C" fn(u32, *const Area) -> u32,
    drop_writable: unsafe extern "C" fn(u32),
}

/// Declares the built-ins for the writable end of a future, with what creates one.
macro_rules! promise {
    ($promise:ident, $new:ident, $module:literal, $future_new:literal, $write:literal, $drop_writable:literal) => {
        fn $new() -> (u32, u32) {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                #[link_name = $future_new]
                safe fn future_new() -> u64;
            }
            stream_ends(future_new())
        }

        static $promise: PromiseAbi = {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                #[link_name = $write]
                fn write(end: u32, value: *const Area) -> u32;
                #[link_name = $drop_writable]
                fn drop_writable(end: u32);
            }
            PromiseAbi {
                write,
                drop_writable,
            }
        };
    };
}

/// The writable end of a future, which has to be written before it may go.
pub struct Promise<T: FuturePayload> {
    abi: &'static PromiseAbi,
    handle: u32,
    payload: core::marker::PhantomData<T>,
}

impl<T: FuturePayload> Promise<T> {
    fn new(abi: &'static PromiseAbi, handle: u32) -> Self {
        Promise {
            abi,
            handle,
            payload: core::marker::PhantomData,
        }
    }

    /// Writes the value. It stays here until the other side takes it, which
    /// [`drain`](reactor::drain) waits for if it `matters`.
    pub fn fulfil(self, value: T, matters: bool) {
        let mut area = Box::new(Area::new());
        // SAFETY: the area has the size and the alignment of all payloads that there are.
        unsafe { (T::VTABLE.lower)(value, (&raw mut *area).cast()) };
        // SAFETY: the area is kept until the write has ended.
        let code = unsafe { (self.abi.write)(self.handle, &*area) };
        let written = Written::<T> {
            promise: self,
            area: RefCell::new(area),
        };
        if code != BLOCKED {
            written.finish(code);
            return;
        }
        let handle = written.promise.handle;
        let written = Rc::new(written);
        let waiter: Rc<dyn Waiter> = written;
        reactor::watch(handle, Rc::downgrade(&waiter));
        if matters {
            reactor::keep(waiter);
        } else {
            UNHURRIED.borrow_mut().push((handle, waiter));
        }
    }
}

/// Values that are written, and that nobody waits to be taken.
static UNHURRIED: ByEnd<Rc<dyn Waiter>> = Global::new(RefCell::new(Vec::new()));

/// What belongs to futures, of which there are few, each with the end that is here.
type ByEnd<T> = Global<RefCell<Vec<(u32, T)>>>;

/// A value that is written and not yet taken.
struct Written<T: FuturePayload> {
    promise: Promise<T>,
    area: RefCell<Box<Area>>,
}

impl<T: FuturePayload> Written<T> {
    fn finish(&self, code: u32) {
        let area = &raw mut **self.area.borrow_mut();
        // SAFETY: the write has ended. What it has given away is not touched again, apart from the
        // memory of strings; what it hasn't is dropped.
        unsafe {
            if code & 0xf == DROPPED {
                drop((T::VTABLE.lift)(area.cast()));
            } else {
                (T::VTABLE.dealloc_lists)(area.cast());
            }
            reactor::forget(self.promise.handle);
            (self.promise.abi.drop_writable)(self.promise.handle);
        }
    }
}

impl<T: FuturePayload> Waiter for Written<T> {
    fn event(&self, waitable: u32, code: u32) {
        self.finish(code);
        let mut unhurried = UNHURRIED.borrow_mut();
        let found = unhurried.iter().position(|(handle, _)| *handle == waitable);
        let found = found.map(|index| unhurried.swap_remove(index));
        drop(unhurried);
        drop(found);
        reactor::let_go(self);
    }
}

// ---------------------------------------------------------------------------------------------
// Incoming bodies
// ---------------------------------------------------------------------------------------------

const TRAILERS: Lift = Lift {
    read: lift_trailers,
    allocates: true,
};

/// The trailers that somebody may ask for, by the future that brings them.
static EXPECTED: ByEnd<Option<Fields>> = Global::new(RefCell::new(Vec::new()));

fn lift_trailers(payload: &Payload) -> Ending {
    // SAFETY: the host has written a payload of this type, and it is taken once.
    let trailers = unsafe { (<Trailers as FuturePayload>::VTABLE.lift)(payload.address()) };
    match trailers {
        Ok(trailers) => {
            let mut expected = EXPECTED.borrow_mut();
            let slot = expected.iter_mut().find(|(end, _)| *end == payload.end());
            if let Some((_, slot)) = slot {
                *slot = trailers;
            }
            Ending::Closed
        }
        Err(code) => Ending::Failed(error::failure(code)),
    }
}

/// Trailers that are to come, or have come, with a body.
pub struct Expected(u32);

impl Expected {
    fn new(end: u32) -> Self {
        EXPECTED.borrow_mut().push((end, None));
        Expected(end)
    }

    /// Takes the trailers, if the body has ended and there were some.
    pub fn take(&self) -> Option<Fields> {
        let mut expected = EXPECTED.borrow_mut();
        let slot = expected.iter_mut().find(|(end, _)| *end == self.0);
        slot.and_then(|(_, trailers)| trailers.take())
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        let mut expected = EXPECTED.borrow_mut();
        let found = expected.iter().position(|(end, _)| *end == self.0);
        let found = found.map(|index| expected.swap_remove(index));
        drop(expected);
        drop(found);
    }
}

/// A message of which the body is consumed.
type Consumed = ((ByteReader, Completion), Expected);

/// Declares how the body of one kind of message is consumed.
macro_rules! consumer {
    (
        $consume:ident, $message:ident, $function:literal,
        $source:ident, $completion:ident, $promise:ident, $new:ident, $( $name:literal )*
    ) => {
        byte_stream!($source, $completion, TRAILERS, "wasi:http/types@0.3.0", $( $name ),*);

        /// Gives the message up for its body.
        pub fn $consume(message: $message) -> Consumed {
            #[link(wasm_import_module = "wasi:http/types@0.3.0")]
            unsafe extern "C" {
                #[link_name = $function]
                fn consume(message: u32, result: u32, ends: *mut [u32; 2]);
            }
            let (reader, writer) = $new();
            let mut ends = [0; 2];
            // SAFETY: the ends are written before the call returns.
            unsafe { consume(message.take_handle(), reader, &mut ends) };
            // WASI 0.2 has no way to tell how the body was received.
            Promise::<Result<(), ErrorCode>>::new(&$promise, writer).fulfil(Ok(()), false);
            let [contents, trailers] = ends;
            let reader = ByteReader::new(&$source, contents);
            let completion = Completion::new(&$completion, trailers);
            ((reader, completion), Expected::new(trailers))
        }
    };
}

promise!(
    REQUEST_RECEIVED,
    new_request_received,
    "wasi:http/types@0.3.0",
    "[future-new-0][static]request.consume-body",
    "[async-lower][future-write-0][static]request.consume-body",
    "[future-drop-writable-0][static]request.consume-body"
);

consumer!(
    consume_request,
    Request,
    "[static]request.consume-body",
    REQUEST_SOURCE,
    REQUEST_TRAILERS,
    REQUEST_RECEIVED,
    new_request_received,
    "[async-lower][stream-read-1][static]request.consume-body"
    "[stream-cancel-read-1][static]request.consume-body"
    "[stream-drop-readable-1][static]request.consume-body"
    "[async-lower][future-read-2][static]request.consume-body"
    "[future-cancel-read-2][static]request.consume-body"
    "[future-drop-readable-2][static]request.consume-body"
);

promise!(
    RESPONSE_RECEIVED,
    new_response_received,
    "wasi:http/types@0.3.0",
    "[future-new-0][static]response.consume-body",
    "[async-lower][future-write-0][static]response.consume-body",
    "[future-drop-writable-0][static]response.consume-body"
);

consumer!(
    consume_response,
    Response,
    "[static]response.consume-body",
    RESPONSE_SOURCE,
    RESPONSE_TRAILERS,
    RESPONSE_RECEIVED,
    new_response_received,
    "[async-lower][stream-read-1][static]response.consume-body"
    "[stream-cancel-read-1][static]response.consume-body"
    "[stream-drop-readable-1][static]response.consume-body"
    "[async-lower][future-read-2][static]response.consume-body"
    "[future-cancel-read-2][static]response.consume-body"
    "[future-drop-readable-2][static]response.consume-body"
);

// ---------------------------------------------------------------------------------------------
// Outgoing bodies
// ---------------------------------------------------------------------------------------------

/// The completion of a stream of which nothing more is told than that it has ended.
static UNTOLD: CompletionAbi = {
    unsafe extern "C" fn read(_: u32, _: *mut Payload) -> u32 {
        0
    }
    unsafe extern "C" fn cancel_read(_: u32) -> u32 {
        0
    }
    unsafe extern "C" fn drop_readable(_: u32) {}
    CompletionAbi {
        read,
        cancel_read,
        drop_readable,
        lift: Lift {
            read: |_| Ending::Closed,
            allocates: false,
        },
    }
};

/// The built-ins for the readable ends of one kind of message.
struct UnsentAbi {
    drop_contents: unsafe extern "C" fn(u32),
    drop_trailers: unsafe extern "C" fn(u32),
}

/// The readable ends of a body that is not part of a message yet.
pub struct Unsent {
    abi: &'static UnsentAbi,
    /// There are no contents where nothing can write them.
    contents: Option<u32>,
    trailers: u32,
}

impl Unsent {
    /// Gives the ends away: an `option<stream<u8>>` and a future.
    fn lower(self) -> (u32, u32, u32) {
        let unsent = core::mem::ManuallyDrop::new(self);
        let contents = unsent.contents;
        (
            u32::from(contents.is_some()),
            contents.unwrap_or(0),
            unsent.trailers,
        )
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        // SAFETY: nothing is going on at the readable ends, and nobody else knows them.
        unsafe {
            if let Some(contents) = self.contents {
                (self.abi.drop_contents)(contents);
            }
            (self.abi.drop_trailers)(self.trailers);
        }
    }
}

/// Both sides of a new body.
pub struct NewBody {
    pub unsent: Unsent,
    pub contents: (ByteWriter, Completion),
    pub trailers: Promise<Trailers>,
}

/// Declares how bodies of one kind of message are made.
macro_rules! producer {
    (
        $body:ident, $no_body:ident, $unsent:ident, $sink:ident, $promise:ident, $new:ident,
        $stream_new:literal, $write:literal, $cancel_write:literal, $drop_writable:literal,
        $drop_contents:literal, $drop_trailers:literal
    ) => {
        byte_end!(
            $sink,
            "wasi:http/types@0.3.0",
            $write,
            $cancel_write,
            $drop_writable
        );

        static $unsent: UnsentAbi = {
            #[link(wasm_import_module = "wasi:http/types@0.3.0")]
            unsafe extern "C" {
                #[link_name = $drop_contents]
                fn drop_contents(end: u32);
                #[link_name = $drop_trailers]
                fn drop_trailers(end: u32);
            }
            UnsentAbi {
                drop_contents,
                drop_trailers,
            }
        };

        /// A new body.
        pub fn $body() -> NewBody {
            #[link(wasm_import_module = "wasi:http/types@0.3.0")]
            unsafe extern "C" {
                #[link_name = $stream_new]
                safe fn stream_new() -> u64;
            }
            let (contents, writer) = stream_ends(stream_new());
            let (trailers, promise) = $new();
            NewBody {
                unsent: Unsent {
                    abi: &$unsent,
                    contents: Some(contents),
                    trailers,
                },
                contents: (ByteWriter::new(&$sink, writer), Completion::new(&UNTOLD, 0)),
                trailers: Promise::new(&$promise, promise),
            }
        }

        /// The body of a message that has none.
        pub fn $no_body() -> Unsent {
            let (trailers, promise) = $new();
            Promise::<Trailers>::new(&$promise, promise).fulfil(Ok(None), false);
            Unsent {
                abi: &$unsent,
                contents: None,
                trailers,
            }
        }
    };
}

promise!(
    REQUEST_PROMISE,
    new_request_trailers,
    "wasi:http/types@0.3.0",
    "[future-new-1][static]request.new",
    "[async-lower][future-write-1][static]request.new",
    "[future-drop-writable-1][static]request.new"
);

producer!(
    request_body,
    no_request_body,
    REQUEST_UNSENT,
    REQUEST_SINK,
    REQUEST_PROMISE,
    new_request_trailers,
    "[stream-new-0][static]request.new",
    "[async-lower][stream-write-0][static]request.new",
    "[stream-cancel-write-0][static]request.new",
    "[stream-drop-writable-0][static]request.new",
    "[stream-drop-readable-0][static]request.new",
    "[future-drop-readable-1][static]request.new"
);

promise!(
    RESPONSE_PROMISE,
    new_response_trailers,
    "wasi:http/types@0.3.0",
    "[future-new-1][static]response.new",
    "[async-lower][future-write-1][static]response.new",
    "[future-drop-writable-1][static]response.new"
);

producer!(
    response_body,
    no_response_body,
    RESPONSE_UNSENT,
    RESPONSE_SINK,
    RESPONSE_PROMISE,
    new_response_trailers,
    "[stream-new-0][static]response.new",
    "[async-lower][stream-write-0][static]response.new",
    "[stream-cancel-write-0][static]response.new",
    "[stream-drop-writable-0][static]response.new",
    "[stream-drop-readable-0][static]response.new",
    "[future-drop-readable-1][static]response.new"
);

/// `request.new`. How sending it went is told by the streams and the answer.
pub fn new_request(headers: Fields, body: Unsent, options: Option<RequestOptions>) -> Request {
    #[link(wasm_import_module = "wasi:http/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[static]request.new"]
        fn new(
            headers: u32,
            has_contents: u32,
            contents: u32,
            trailers: u32,
            has_options: u32,
            options: u32,
            results: *mut [u32; 2],
        );
        #[link_name = "[future-drop-readable-2][static]request.new"]
        safe fn drop_result(end: u32);
    }
    let (has_contents, contents, trailers) = body.lower();
    let mut results = [0; 2];
    // SAFETY: the results are written before the call returns.
    unsafe {
        new(
            headers.take_handle(),
            has_contents,
            contents,
            trailers,
            u32::from(options.is_some()),
            options.map_or(0, |options| options.take_handle()),
            &mut results,
        );
    }
    let [request, result] = results;
    drop_result(result);
    // SAFETY: the host has given it away.
    unsafe { Request::from_handle(request) }
}

/// `response.new`.
pub fn new_response(headers: Fields, body: Unsent) -> Response {
    #[link(wasm_import_module = "wasi:http/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[static]response.new"]
        fn new(
            headers: u32,
            has_contents: u32,
            contents: u32,
            trailers: u32,
            results: *mut [u32; 2],
        );
        #[link_name = "[future-drop-readable-2][static]response.new"]
        safe fn drop_result(end: u32);
    }
    let (has_contents, contents, trailers) = body.lower();
    let mut results = [0; 2];
    // SAFETY: the results are written before the call returns.
    unsafe {
        new(
            headers.take_handle(),
            has_contents,
            contents,
            trailers,
            &mut results,
        );
    }
    let [response, result] = results;
    drop_result(result);
    // SAFETY: the host has given it away.
    unsafe { Response::from_handle(response) }
}

// ---------------------------------------------------------------------------------------------
// Sending
// ---------------------------------------------------------------------------------------------

/// A call of `client.send`.
pub struct Send(Area);

/// What no `result` begins with: the call has brought nothing yet.
const NOTHING: u8 = 0xff;

/// `client.send`.
pub fn send(request: Request) -> Started<Box<Send>> {
    #[link(wasm_import_module = "wasi:http/client@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[async-lower]send"]
        fn send(request: u32, area: *mut Area) -> u32;
    }
    let mut call = Box::new(Send(Area::new()));
    call.0.0[0] = NOTHING;
    // SAFETY: the results are in the box, which the subtask keeps.
    let status = unsafe { send(request.take_handle(), &mut call.0) };
    Subtask::started(status, call)
}

impl Send {
    /// Takes what the call has brought, if it has.
    pub fn take(&mut self) -> Option<Answer> {
        if self.0.0[0] == NOTHING {
            return None;
        }
        // SAFETY: the host has written a payload of this type, and it is taken once.
        let answer = unsafe { (<Answer as FuturePayload>::VTABLE.lift)((&raw mut self.0).cast()) };
        self.0.0[0] = NOTHING;
        Some(answer)
    }
}

impl Drop for Send {
    fn drop(&mut self) {
        drop(self.take());
    }
}

// ---------------------------------------------------------------------------------------------
// Answers
// ---------------------------------------------------------------------------------------------

promise!(
    ANSWER,
    new_answer_ends,
    "[export]wasi-uplift:adapter/incoming",
    "[future-new-0]accept",
    "[async-lower][future-write-0]accept",
    "[future-drop-writable-0]accept"
);

promise!(
    CANDIDATE_ANSWER,
    new_candidate_answer_ends,
    "[export]wasi-uplift:adapter/incoming-candidate",
    "[future-new-0]accept",
    "[async-lower][future-write-0]accept",
    "[future-drop-writable-0]accept"
);

/// The readable end of an answer's future, and the promise to fulfil it.
pub type NewAnswer = (
    wit_bindgen::rt::async_support::FutureReader<Answer>,
    Promise<Answer>,
);

fn answer_ends(abi: &'static PromiseAbi, (reader, writer): (u32, u32)) -> NewAnswer {
    let vtable = <Answer as FuturePayload>::VTABLE;
    // SAFETY: the handle is a future's of this type.
    let reader =
        unsafe { wit_bindgen::rt::async_support::FutureReader::<Answer>::new(reader, vtable) };
    (reader, Promise::new(abi, writer))
}

/// An answer that `wasi-uplift:adapter/incoming` is to give.
pub fn new_answer() -> NewAnswer {
    answer_ends(&ANSWER, new_answer_ends())
}

/// An answer that `wasi-uplift:adapter/incoming-candidate` is to give.
pub fn new_candidate_answer() -> NewAnswer {
    answer_ends(&CANDIDATE_ANSWER, new_candidate_answer_ends())
}

// ---------------------------------------------------------------------------------------------
// What fails otherwise in the older snapshot
// ---------------------------------------------------------------------------------------------

/// The result of a function that changes fields or options: whether it failed, why, and what else
/// there is to say.
#[repr(C, align(4))]
pub(super) struct Change(pub(super) [u8; 20]);

/// The cases of `header-error`.
const FORBIDDEN: u8 = 1;
const IMMUTABLE: u8 = 2;
const SIZE_EXCEEDED: u8 = 3;
const OTHER: u8 = 4;

impl Change {
    const fn new() -> Self {
        Change([0; 20])
    }

    /// The case of the error.
    fn error(&self, at: usize) -> u8 {
        self.0[at]
    }

    fn header_error(&self, at: usize) -> HeaderError {
        match self.error(at) {
            FORBIDDEN => HeaderError::Forbidden,
            IMMUTABLE => HeaderError::Immutable,
            // WASI 0.2 says nothing of sizes.
            SIZE_EXCEEDED => super::trap(),
            OTHER => {
                drop(self.text(at + 4));
                HeaderError::InvalidSyntax
            }
            _ => HeaderError::InvalidSyntax,
        }
    }

    /// Takes an `option<string>`.
    fn text(&self, at: usize) -> Option<String> {
        let word = |at: usize| {
            let bytes = &self.0[at..at + 4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        };
        (self.0[at] == 1).then(|| super::string(word(at + 4), word(at + 8)))
    }

    fn header_result(&self) -> Result<(), HeaderError> {
        match self.0[0] {
            0 => Ok(()),
            _ => Err(self.header_error(Layout::of_host().payload(1))),
        }
    }
}

/// `fields.from-list`.
pub fn fields_from_list(entries: &[(String, Vec<u8>)]) -> Result<Fields, HeaderError> {
    #[link(wasm_import_module = "wasi:http/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[static]fields.from-list"]
        fn from_list(entries: *const [usize; 4], len: usize, result: *mut Change);
    }
    let lowered: Vec<[usize; 4]> = entries
        .iter()
        .map(|(name, value)| {
            let (name_at, value_at) = (name.as_ptr().expose_provenance(), value.as_ptr());
            [
                name_at,
                name.len(),
                value_at.expose_provenance(),
                value.len(),
            ]
        })
        .collect();
    let mut change = Change::new();
    // SAFETY: the list is read, and the result written, before the call returns.
    unsafe { from_list(lowered.as_ptr(), lowered.len(), &mut change) };
    let at = Layout::of_host().payload(4);
    if change.0[0] != 0 {
        return Err(change.header_error(at));
    }
    let bytes = [0, 1, 2, 3].map(|n| change.0[at + n]);
    // SAFETY: the host has given it away.
    Ok(unsafe { Fields::from_handle(u32::from_le_bytes(bytes)) })
}

/// `fields.set`.
pub fn fields_set(fields: &Fields, name: &str, values: &[Vec<u8>]) -> Result<(), HeaderError> {
    #[link(wasm_import_module = "wasi:http/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[method]fields.set"]
        fn set(
            fields: u32,
            name: *const u8,
            name_len: usize,
            values: *const [usize; 2],
            len: usize,
            result: *mut Change,
        );
    }
    let lowered: Vec<[usize; 2]> = values
        .iter()
        .map(|value| [value.as_ptr().expose_provenance(), value.len()])
        .collect();
    let mut change = Change::new();
    // SAFETY: the name and the values are read, and the result written, before the call returns.
    unsafe {
        set(
            fields.handle(),
            name.as_ptr(),
            name.len(),
            lowered.as_ptr(),
            lowered.len(),
            &mut change,
        );
    }
    change.header_result()
}

/// `fields.delete`.
pub fn fields_delete(fields: &Fields, name: &str) -> Result<(), HeaderError> {
    #[link(wasm_import_module = "wasi:http/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[method]fields.delete"]
        fn delete(fields: u32, name: *const u8, len: usize, result: *mut Change);
    }
    let mut change = Change::new();
    // SAFETY: the name is read, and the result written, before the call returns.
    unsafe { delete(fields.handle(), name.as_ptr(), name.len(), &mut change) };
    change.header_result()
}

/// `fields.append`.
pub fn fields_append(fields: &Fields, name: &str, value: &[u8]) -> Result<(), HeaderError> {
    #[link(wasm_import_module = "wasi:http/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[method]fields.append"]
        fn append(
            fields: u32,
            name: *const u8,
            name_len: usize,
            value: *const u8,
            len: usize,
            result: *mut Change,
        );
    }
    let mut change = Change::new();
    // SAFETY: name and value are read, and the result written, before the call returns.
    unsafe {
        append(
            fields.handle(),
            name.as_ptr(),
            name.len(),
            value.as_ptr(),
            value.len(),
            &mut change,
        );
    }
    change.header_result()
}

/// Declares a function that sets one of the timeouts.
macro_rules! timeout {
    ($function:ident, $name:literal) => {
        pub fn $function(options: &RequestOptions, duration: Option<u64>) -> Result<(), ()> {
            #[link(wasm_import_module = "wasi:http/types@0.3.0")]
            unsafe extern "C" {
                #[link_name = $name]
                fn set(options: u32, is_some: u32, duration: u64, result: *mut Change);
            }
            let (is_some, duration) = (u32::from(duration.is_some()), duration.unwrap_or(0));
            let mut change = Change::new();
            // SAFETY: the result is written before the call returns.
            unsafe { set(options.handle(), is_some, duration, &mut change) };
            change.option_result()
        }
    };
}

/// The case of `request-options-error` that has a text.
const OTHER_OPTION: u8 = 2;

impl Change {
    fn option_result(&self) -> Result<(), ()> {
        if self.0[0] == 0 {
            return Ok(());
        }
        if self.error(Layout::of_host().payload(1)) == OTHER_OPTION {
            drop(self.text(8));
        }
        Err(())
    }
}

timeout!(
    set_connect_timeout,
    "[method]request-options.set-connect-timeout"
);
timeout!(
    set_first_byte_timeout,
    "[method]request-options.set-first-byte-timeout"
);
timeout!(
    set_between_bytes_timeout,
    "[method]request-options.set-between-bytes-timeout"
);
