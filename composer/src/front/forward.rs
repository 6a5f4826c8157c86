//! The component in front of an HTTP server that is one component with the adapter.
//!
//! There are hosts that hand on what is returned by `task.return` only when the task comes to a stop:
//! when it has returned, or waits for a callback. A server that is one component with the adapter does
//! neither before the guest has returned, and the guest may be waiting for somebody to read the body.
//! So this component calls the server, waits for the answer by a callback, and returns it. Its task
//! and its backpressure last as long as the server's: a host lets an instance be that is busy, and
//! gives it no other request.

use super::answering::{
    ANSWER, BuiltIns, Description, EVENT_FUTURE_READ, EVENT_SUBTASK, Functions, HANDLE, RETURNED,
    SET, begin, exit_or_wait, interface, module_of, realloc, types,
};
use crate::catalogue::Catalogue;
use crate::catalogue::wit::{self, Kind};
use crate::core_module::Header;
use crate::error::InternalError;
use wasm_encoder::{BlockType, Function, ValType};
use wit_parser::TypeDefKind;

/// The name by which the front component imports the server's `wasi:http/handler`.
pub(crate) const SERVER: &str = "wasi-uplift:front/server";

/// The name of an interface of the server. Its function [`WHEN_DONE`] returns a future that is written
/// when the call of the server that comes next is over.
pub(crate) const DONE: &str = "wasi-uplift:front/done";
pub(crate) const WHEN_DONE: &str = "when-done";

/// Globals, besides those that all fronts have: the future, and whether the answer has been returned
/// and the server is done.
const FUTURE: u32 = 2;
const ANSWERED: u32 = 3;
const IS_DONE: u32 = 4;
const GLOBALS: u32 = 5;

/// A component that exports `wasi:http/handler` of WASI 0.3, and imports [`SERVER`] and [`DONE`].
///
/// # Errors
///
/// None that the caller could do something about.
pub(crate) fn forward(catalogue: &Catalogue) -> Result<Vec<u8>, InternalError> {
    use ValType::I32;
    let target = catalogue.target();
    let mut resolve = types(catalogue)?.wit();
    let server = interface(&mut resolve, target, SERVER)?;
    let done = wit::add(&mut resolve, DONE)?;
    let future = Some(wit::anonymous(&mut resolve, TypeDefKind::Future(None)));
    wit::function(&mut resolve, done, Kind::Sync, WHEN_DONE, &[], future);
    let description = Description::new(resolve, target, &[server, done])?;
    let mut header = Header::default();
    let read = format!("[async-lower][future-read-0]{WHEN_DONE}");
    let drop_future = format!("[future-drop-readable-0]{WHEN_DONE}");
    let handle_async = format!("[async-lower]{HANDLE}");
    let imports = Imports {
        when_done: header.import(DONE, WHEN_DONE, &[], &[I32]),
        read: header.import(DONE, &read, &[I32, I32], &[I32]),
        drop_future: header.import(DONE, &drop_future, &[I32], &[]),
        handle: header.import(SERVER, &handle_async, &[I32, I32], &[I32]),
        host: BuiltIns::import(&mut header, &description),
    };
    let first = header.functions;
    let own = Functions {
        handle: first,
        callback: first + 1,
        realloc: first + 2,
    };
    let (answered, advance) = (first + 3, first + 4);
    let bodies = [
        (
            header.ty(&[I32], &[I32]),
            handle(imports, answered, advance),
        ),
        (
            header.ty(&[I32; 3], &[I32]),
            callback(imports, answered, advance),
        ),
        (header.ty(&[I32; 4], &[I32]), realloc()),
        (header.ty(&[], &[]), self::answered(&description, imports)),
        (header.ty(&[], &[I32]), self::advance(imports)),
    ];
    let module = module_of(header, &bodies, GLOBALS, own, target);
    super::encode(module, &description.resolve, description.world)
}

/// The functions that the module imports, by their index.
#[derive(Clone, Copy)]
struct Imports {
    when_done: u32,
    read: u32,
    drop_future: u32,
    handle: u32,
    host: BuiltIns,
}

/// `handle(request)`: has the future read, and calls the server.
fn handle(imports: Imports, answered: u32, advance: u32) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let (request, status) = (0, 1);
    let mut body = function.instructions();
    begin(&mut body, imports.host);
    body.i32_const(0).global_set(ANSWERED);
    body.i32_const(0).global_set(IS_DONE);
    body.call(imports.when_done).global_set(FUTURE);
    // It has to wait: nobody writes before the server is called.
    body.global_get(FUTURE).i32_const(0).call(imports.read);
    body.drop();
    body.global_get(FUTURE)
        .global_get(SET)
        .call(imports.host.join);
    body.local_get(request)
        .i32_const(ANSWER)
        .call(imports.handle)
        .local_tee(status);
    body.i32_const(0xf).i32_and().i32_const(RETURNED).i32_eq();
    body.if_(BlockType::Empty).call(answered).else_();
    body.local_get(status).i32_const(4).i32_shr_u();
    body.global_get(SET).call(imports.host.join).end();
    body.call(advance).end();
    function
}

/// `callback(event, waitable, code)`.
fn callback(imports: Imports, answered: u32, advance: u32) -> Function {
    let mut function = Function::new([]);
    let (event, waitable, code) = (0, 1, 2);
    let mut body = function.instructions();
    body.local_get(event).i32_const(EVENT_FUTURE_READ).i32_eq();
    body.if_(BlockType::Empty);
    body.global_get(FUTURE).call(imports.drop_future);
    body.i32_const(1).global_set(IS_DONE).end();
    body.local_get(event).i32_const(EVENT_SUBTASK).i32_eq();
    body.local_get(code).i32_const(RETURNED).i32_eq().i32_and();
    body.if_(BlockType::Empty);
    body.local_get(waitable).call(imports.host.drop_subtask);
    body.call(answered).end();
    body.call(advance).end();
    function
}

/// Returns the answer to the host.
fn answered(description: &Description, imports: Imports) -> Function {
    let mut function = description.with_answer();
    let mut body = function.instructions();
    description.give(&mut body, imports.host);
    body.i32_const(1).global_set(ANSWERED).end();
    function
}

/// Returns the code for the host: whether there is something to wait for. When there isn't, the next
/// call may come.
fn advance(imports: Imports) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    body.global_get(ANSWERED).global_get(IS_DONE).i32_and();
    exit_or_wait(&mut body, imports.host);
    body.end();
    function
}
