//! What a host calls in place of an HTTP server that answers while it goes on running.
//!
//! There are hosts that hand on what is returned by `task.return` only when the task comes to a stop:
//! when it has returned, or waits for a callback. A server that is one component with the adapter does
//! neither before the guest has returned, and the guest may be waiting for somebody to read the body.
//! So this component calls the server, waits for the answer by a callback, and returns it.

use super::answering::{
    Description, EVENT_SUBTASK, EXIT, Functions, HANDLE, RETURNED, SET, WAIT, begin, interface,
    module_of, realloc,
};
use crate::catalogue::Catalogue;
use crate::core_module::Header;
use crate::error::InternalError;
use wasm_encoder::{BlockType, Function, ValType};

/// The name by which the front component imports the server's `wasi:http/handler`.
pub(crate) const SERVER: &str = "wasi-uplift:front/server";

/// The number of globals.
const GLOBALS: u32 = 2;

/// A component that exports `wasi:http/handler` of WASI 0.3, and imports [`SERVER`].
///
/// # Errors
///
/// None that the caller could do something about.
pub(crate) fn forward(catalogue: &Catalogue) -> Result<Vec<u8>, InternalError> {
    use ValType::I32;
    let target = catalogue.target();
    let mut resolve = catalogue.resolve().clone();
    let server = interface(&mut resolve, target, SERVER)?;
    let description = Description::new(resolve, target, &[server])?;
    let (return_module, return_name) = &description.task_return;
    let mut header = Header::default();
    let imports = Imports {
        handle: header.import(
            SERVER,
            &format!("[async-lower]{HANDLE}"),
            &[I32, I32],
            &[I32],
        ),
        task_return: header.import(return_module, return_name, &description.flat, &[]),
        backpressure_inc: header.import("$root", "[backpressure-inc]", &[], &[]),
        backpressure_dec: header.import("$root", "[backpressure-dec]", &[], &[]),
        set_new: header.import("$root", "[waitable-set-new]", &[], &[I32]),
        join: header.import("$root", "[waitable-join]", &[I32, I32], &[]),
        drop_subtask: header.import("$root", "[subtask-drop]", &[I32], &[]),
    };
    let first = header.functions;
    let own = Functions {
        handle: first,
        callback: first + 1,
        realloc: first + 2,
    };
    let answered = first + 3;
    let bodies = [
        (header.ty(&[I32], &[I32]), handle(imports, answered)),
        (header.ty(&[I32; 3], &[I32]), callback(imports, answered)),
        (header.ty(&[I32; 4], &[I32]), realloc()),
        (header.ty(&[], &[I32]), answer(&description, imports)),
    ];
    let module = module_of(header, &bodies, GLOBALS, own, target);
    super::encode(module, &description.resolve, description.world)
}

/// The functions that the module imports, by their index.
#[derive(Clone, Copy)]
struct Imports {
    handle: u32,
    task_return: u32,
    backpressure_inc: u32,
    backpressure_dec: u32,
    set_new: u32,
    join: u32,
    drop_subtask: u32,
}

/// `handle(request)`: calls the server.
fn handle(imports: Imports, answered: u32) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let (request, status) = (0, 1);
    let mut body = function.instructions();
    body.call(imports.backpressure_inc);
    begin(&mut body, imports.set_new);
    body.local_get(request)
        .i32_const(super::answering::ANSWER)
        .call(imports.handle)
        .local_tee(status);
    body.i32_const(0xf).i32_and().i32_const(RETURNED).i32_eq();
    body.if_(BlockType::Result(ValType::I32));
    body.call(answered);
    body.else_();
    body.local_get(status).i32_const(4).i32_shr_u();
    body.global_get(SET).call(imports.join);
    body.global_get(SET).i32_const(4).i32_shl();
    body.i32_const(WAIT).i32_or().end();
    body.end();
    function
}

/// `callback(event, waitable, code)`.
fn callback(imports: Imports, answered: u32) -> Function {
    let mut function = Function::new([]);
    let (event, waitable, code) = (0, 1, 2);
    let mut body = function.instructions();
    body.local_get(event).i32_const(EVENT_SUBTASK).i32_eq();
    body.local_get(code).i32_const(RETURNED).i32_eq().i32_and();
    body.if_(BlockType::Result(ValType::I32));
    body.local_get(waitable).call(imports.drop_subtask);
    body.call(answered);
    body.else_();
    body.global_get(SET).i32_const(4).i32_shl();
    body.i32_const(WAIT).i32_or().end();
    body.end();
    function
}

/// Returns the answer to the host. There is room for the next.
fn answer(description: &Description, imports: Imports) -> Function {
    let mut function = description.with_answer();
    let mut body = function.instructions();
    body.call(imports.backpressure_dec);
    description.give(&mut body, imports.task_return);
    body.i32_const(EXIT).end();
    function
}
