//! What a host calls in place of the guest's `wasi:http/incoming-handler`.
//!
//! A host of WASI 0.3 gets the response as a result, and may call again while the body is still
//! being written. So the export is lifted with a callback: it returns what the guest answers as
//! soon as it does, and goes on until the guest has returned and all that it wrote is gone. A guest
//! of WASI 0.2 expects one call at a time, so that there is backpressure until then.

use super::answering::{
    ANSWER, BLOCKED, BuiltIns, Description, EVENT_FUTURE_READ, EVENT_SUBTASK, Functions, HANDLE,
    RETURNED, SET, begin, exit_or_wait, module_of, realloc, types,
};
use super::flat::at;
use crate::catalogue::wit::{self, Kind};
use crate::catalogue::{Catalogue, Incoming, Target};
use crate::core_module::Header;
use crate::error::InternalError;
use wasm_encoder::{BlockType, Function, ValType};

/// The name by which the front component imports the guest's `wasi:http/incoming-handler`.
pub const GUEST_HANDLER: &str = "wasi-uplift:front/guest-handler";

/// Where in memory `accept` puts its results: three handles.
const ACCEPTED: i32 = 0;

/// The steps of a call: the guest is busy, what it wrote is on its way, all is done.
const GUEST: i32 = 0;
const FINISHING: i32 = 1;
const DONE: i32 = 2;

/// Globals, besides those that all fronts have.
const STEP: u32 = 2;
const ANSWERED: u32 = 3;
const GLOBALS: u32 = 4;

/// A component that exports `wasi:http/handler` of WASI 0.3.
///
/// # Errors
///
/// None that the caller could do something about.
pub(crate) fn handler(catalogue: &Catalogue, incoming: Incoming) -> Result<Vec<u8>, InternalError> {
    let whole = catalogue.resolve();
    let p2 = wit::find(whole, incoming.types)?;
    let adapter = wit::find(whole, incoming.interface)?;
    let mut excerpt = types(catalogue)?;
    for name in ["incoming-request", "response-outparam"] {
        excerpt.add_type(p2, name);
    }
    excerpt.add_functions(adapter);
    let mut resolve = excerpt.wit();
    let guest = wit::add(&mut resolve, GUEST_HANDLER)?;
    let request = wit::take(&mut resolve, guest, p2, "incoming-request")?;
    let outparam = wit::take(&mut resolve, guest, p2, "response-outparam")?;
    let params = [
        ("request", wit::own(&mut resolve, request)),
        ("response-out", wit::own(&mut resolve, outparam)),
    ];
    wit::function(&mut resolve, guest, Kind::Async, HANDLE, &params, None);
    let description = Description::new(resolve, catalogue.target(), &[guest, adapter])?;
    let module = module(&description, catalogue.target(), incoming);
    super::encode(module, &description.resolve, description.world)
}

/// The functions that the module imports, by their index.
#[derive(Clone, Copy)]
struct Imports {
    accept: u32,
    read: u32,
    drop_future: u32,
    handle: u32,
    finish: u32,
    host: BuiltIns,
}

fn module(description: &Description, target: Target, incoming: Incoming) -> Vec<u8> {
    use ValType::I32;
    let mut header = Header::default();
    let adapter = incoming.interface;
    let imports = Imports {
        accept: header.import(adapter, "accept", &[I32, I32], &[]),
        read: header.import(
            adapter,
            "[async-lower][future-read-0]accept",
            &[I32, I32],
            &[I32],
        ),
        drop_future: header.import(adapter, "[future-drop-readable-0]accept", &[I32], &[]),
        handle: header.import(GUEST_HANDLER, "[async-lower]handle", &[I32, I32], &[I32]),
        finish: header.import(adapter, "[async-lower]finish", &[], &[I32]),
        host: BuiltIns::import(&mut header, description),
    };
    let bodies = [
        (header.ty(&[I32], &[I32]), handle(imports)),
        (header.ty(&[I32, I32, I32], &[I32]), callback(imports)),
        (header.ty(&[], &[I32]), advance(imports)),
        (header.ty(&[I32], &[]), watch(imports)),
        (header.ty(&[], &[]), finish(imports)),
        (header.ty(&[], &[]), answered(description, imports)),
        (header.ty(&[I32, I32, I32, I32], &[I32]), realloc()),
    ];
    let own = imports.own();
    let functions = Functions {
        handle: own.0,
        callback: own.callback(),
        realloc: own.realloc(),
    };
    module_of(header, &bodies, GLOBALS, functions, target)
}

/// The module's own functions, by the index of the first.
struct Own(u32);

impl Imports {
    /// They come after the imports, of which this is the last.
    fn own(self) -> Own {
        Own(self.host.drop_subtask + 1)
    }
}

impl Own {
    fn callback(&self) -> u32 {
        self.0 + 1
    }

    fn advance(&self) -> u32 {
        self.0 + 2
    }

    fn watch(&self) -> u32 {
        self.0 + 3
    }

    fn finish(&self) -> u32 {
        self.0 + 4
    }

    fn answered(&self) -> u32 {
        self.0 + 5
    }

    fn realloc(&self) -> u32 {
        self.0 + 6
    }
}

/// `handle(request)`: has the answer's future read, and calls the guest.
fn handle(imports: Imports) -> Function {
    let own = imports.own();
    let mut function = Function::new([(1, ValType::I32)]);
    let (request, status) = (0, 1);
    let mut body = function.instructions();
    body.i32_const(GUEST).global_set(STEP);
    body.i32_const(0).global_set(ANSWERED);
    begin(&mut body, imports.host);
    body.local_get(request)
        .i32_const(ACCEPTED)
        .call(imports.accept);
    let future = ACCEPTED + 8;
    body.i32_const(0).i32_load(at(future));
    body.i32_const(ANSWER).call(imports.read);
    body.i32_const(BLOCKED).i32_eq();
    body.if_(BlockType::Empty);
    body.i32_const(0).i32_load(at(future)).call(own.watch());
    body.else_().call(own.answered()).end();
    body.i32_const(0).i32_load(at(ACCEPTED));
    body.i32_const(0).i32_load(at(ACCEPTED + 4));
    body.call(imports.handle).local_tee(status);
    body.i32_const(0xf).i32_and().i32_const(RETURNED).i32_eq();
    body.if_(BlockType::Empty).call(own.finish()).else_();
    body.local_get(status).i32_const(4).i32_shr_u();
    body.call(own.watch()).end();
    body.call(own.advance()).end();
    function
}

/// `callback(event, waitable, code)`.
fn callback(imports: Imports) -> Function {
    let own = imports.own();
    let mut function = Function::new([]);
    let (event, waitable, code) = (0, 1, 2);
    let mut body = function.instructions();
    body.local_get(event).i32_const(EVENT_FUTURE_READ).i32_eq();
    body.if_(BlockType::Empty).call(own.answered()).end();
    body.local_get(event).i32_const(EVENT_SUBTASK).i32_eq();
    body.local_get(code)
        .i32_const(RETURNED)
        .i32_ge_u()
        .i32_and();
    body.if_(BlockType::Empty);
    body.local_get(waitable).call(imports.host.drop_subtask);
    body.global_get(STEP).i32_const(GUEST).i32_eq();
    body.if_(BlockType::Empty).call(own.finish()).else_();
    body.i32_const(DONE).global_set(STEP).end();
    body.end();
    body.call(own.advance()).end();
    function
}

/// Returns the code for the host: whether there is something to wait for. When there isn't, the
/// next call may come.
fn advance(imports: Imports) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    body.global_get(STEP).i32_const(DONE).i32_eq();
    body.global_get(ANSWERED).i32_and();
    exit_or_wait(&mut body, imports.host);
    body.end();
    function
}

/// Has the host tell of the waitable.
fn watch(imports: Imports) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    body.local_get(0)
        .global_get(SET)
        .call(imports.host.join)
        .end();
    function
}

/// The guest has returned: what it wrote is left.
fn finish(imports: Imports) -> Function {
    let own = imports.own();
    let mut function = Function::new([(1, ValType::I32)]);
    let mut body = function.instructions();
    body.call(imports.finish).local_tee(0);
    body.i32_const(0xf).i32_and().i32_const(RETURNED).i32_eq();
    body.if_(BlockType::Empty);
    body.i32_const(DONE).global_set(STEP).else_();
    body.i32_const(FINISHING).global_set(STEP);
    body.local_get(0).i32_const(4).i32_shr_u();
    body.call(own.watch()).end();
    body.end();
    function
}

/// The answer has come: returns it to the host.
fn answered(description: &Description, imports: Imports) -> Function {
    let mut code = description.with_answer();
    let mut body = code.instructions();
    body.i32_const(0).i32_load(at(ACCEPTED + 8));
    body.call(imports.drop_future);
    body.i32_const(1).global_set(ANSWERED);
    description.give(&mut body, imports.host);
    body.end();
    code
}
