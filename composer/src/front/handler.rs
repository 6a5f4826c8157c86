//! What a host calls in place of the guest's `wasi:http/incoming-handler`.
//!
//! A host of WASI 0.3 gets the response as a result, and may call again while the body is still
//! being written. So the export is lifted with a callback: it returns what the guest answers as
//! soon as it does, and goes on until the guest has returned and all that it wrote is gone. A guest
//! of WASI 0.2 expects one call at a time, so that there is backpressure until then.

use super::flat::{Locals, at, flatten};
use crate::catalogue::wit::{self, Kind};
use crate::catalogue::{Catalogue, Incoming, Target};
use crate::core_module::{self, Header, MEMORY, val_types};
use crate::error::InternalError;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, MemorySection, MemoryType, Module, ValType,
};
use wit_parser::{InterfaceId, Mangling, Resolve, Result_, Type, TypeDefKind, WorldId, WorldKey};

/// The name by which the front component imports the guest's `wasi:http/incoming-handler`.
pub const GUEST_HANDLER: &str = "wasi-uplift:front/guest-handler";

/// The name by which the front component imports guest and adapter where these are one component.
pub(crate) const SERVER: &str = "wasi-uplift:front/server";

/// The functions of [`SERVER`]: `accept` takes a request and returns the future of the answer, and
/// `serve` has the guest handle the request, and returns when all that it wrote is gone.
pub(crate) const ACCEPT: &str = "accept";
pub(crate) const SERVE: &str = "serve";

/// What the function is called, on both sides.
const HANDLE: &str = "handle";

/// The codes of the canonical ABI.
const EXIT: i32 = 0;
const WAIT: i32 = 2;
const EVENT_SUBTASK: i32 = 1;
const EVENT_FUTURE_READ: i32 = 4;
const RETURNED: i32 = 2;
const BLOCKED: i32 = -1;

/// Where in memory the adapter's `accept` puts its results: three handles.
const ACCEPTED: i32 = 0;
/// Where the answer comes to be, which is aligned like its largest part.
const ANSWER: i32 = 16;
/// Where the strings of an answer begin. A whole answer fits before.
const HEAP: i32 = 128;

/// The steps of a call: the guest is busy, what it wrote is on its way, all is done.
const GUEST: i32 = 0;
const FINISHING: i32 = 1;
const DONE: i32 = 2;

/// Globals.
const SET: u32 = 0;
const STEP: u32 = 1;
const ANSWERED: u32 = 2;
const TOP: u32 = 3;
const FUTURE: u32 = 4;

/// What is behind a front.
#[derive(Clone, Copy)]
pub(crate) enum Behind {
    /// The guest, which exports [`GUEST_HANDLER`], and the adapter, which accepts for it.
    Two(Incoming),
    /// One component of both, which exports [`SERVER`].
    One,
}

/// A component that exports `wasi:http/handler` of WASI 0.3.
///
/// # Errors
///
/// None that the caller could do something about.
pub(crate) fn handler(catalogue: &Catalogue, behind: Behind) -> Result<Vec<u8>, InternalError> {
    let description = Description::new(catalogue, behind)?;
    let module = module(&description, catalogue.target(), behind);
    super::encode(module, &description.resolve, description.world)
}

/// The interfaces that are joined, and what is answered.
pub(crate) struct Description {
    pub resolve: Resolve,
    world: WorldId,
    /// What the built-in that returns the answer is imported as.
    task_return: (String, String),
    /// What is answered, and the same flat.
    pub answer: Option<Type>,
    pub flat: Vec<ValType>,
}

impl Description {
    pub(crate) fn new(catalogue: &Catalogue, behind: Behind) -> Result<Self, InternalError> {
        let target = catalogue.target();
        let mut resolve = catalogue.resolve().clone();
        let p3 = wit::find(&resolve, &target.interface("wasi:http/types"))?;
        let front = wit::add(&mut resolve, &target.interface("wasi:http/handler"))?;
        let (request, answer) = request_and_answer(&mut resolve, front, p3)?;
        let params = [("request", request)];
        wit::function(
            &mut resolve,
            front,
            Kind::Async,
            HANDLE,
            &params,
            Some(answer),
        );
        let imported = match behind {
            Behind::Two(incoming) => guest_handler(&mut resolve, incoming)?.to_vec(),
            Behind::One => vec![server(&mut resolve, p3)?],
        };
        let world = wit::world(&mut resolve, &imported, front);
        let function = &resolve.interfaces[front].functions[HANDLE];
        let key = &WorldKey::Interface(front);
        let (module, name, signature) =
            function.task_return_import(&resolve, Some(key), Mangling::Legacy);
        Ok(Description {
            task_return: (module, name),
            answer: Some(answer),
            flat: val_types(&signature.params),
            resolve,
            world,
        })
    }
}

/// Has an interface take what a request and an answer are of.
fn request_and_answer(
    resolve: &mut Resolve,
    interface: InterfaceId,
    types: InterfaceId,
) -> Result<(Type, Type), InternalError> {
    let request = wit::take(resolve, interface, types, "request")?;
    let response = wit::take(resolve, interface, types, "response")?;
    let error = wit::take(resolve, interface, types, "error-code")?;
    let answer = TypeDefKind::Result(Result_ {
        ok: Some(wit::own(resolve, response)),
        err: Some(Type::Id(error)),
    });
    let answer = wit::anonymous(resolve, answer);
    Ok((wit::own(resolve, request), answer))
}

/// The interfaces of guest and adapter where these are two components.
fn guest_handler(
    resolve: &mut Resolve,
    incoming: Incoming,
) -> Result<[InterfaceId; 2], InternalError> {
    let p2 = wit::find(resolve, incoming.types)?;
    let guest = wit::add(resolve, GUEST_HANDLER)?;
    let request = wit::take(resolve, guest, p2, "incoming-request")?;
    let outparam = wit::take(resolve, guest, p2, "response-outparam")?;
    let params = [
        ("request", wit::own(resolve, request)),
        ("response-out", wit::own(resolve, outparam)),
    ];
    wit::function(resolve, guest, Kind::Async, HANDLE, &params, None);
    Ok([guest, wit::find(resolve, incoming.interface)?])
}

/// The interface of the one component.
fn server(resolve: &mut Resolve, types: InterfaceId) -> Result<InterfaceId, InternalError> {
    let server = wit::add(resolve, SERVER)?;
    let (request, answer) = request_and_answer(resolve, server, types)?;
    let future = TypeDefKind::Future(Some(answer));
    let future = Some(wit::anonymous(resolve, future));
    let params = [("request", request)];
    wit::function(resolve, server, Kind::Sync, ACCEPT, &params, future);
    wit::function(resolve, server, Kind::Async, SERVE, &[], None);
    Ok(server)
}

/// The functions that the module imports, by their index.
#[derive(Clone, Copy)]
struct Imports {
    accept: u32,
    read: u32,
    drop_future: u32,
    /// Has the guest handle the request.
    guest: u32,
    /// Waits for what is left when the guest has returned, if that doesn't.
    finish: Option<u32>,
    task_return: u32,
    backpressure_inc: u32,
    backpressure_dec: u32,
    set_new: u32,
    join: u32,
    drop_subtask: u32,
}

fn module(description: &Description, target: Target, behind: Behind) -> Vec<u8> {
    use ValType::I32;
    let (return_module, return_name) = &description.task_return;
    let mut header = Header::default();
    let (interface, accept, results): (_, &[ValType], &[ValType]) = match behind {
        Behind::Two(incoming) => (incoming.interface, &[I32, I32], &[]),
        Behind::One => (SERVER, &[I32], &[I32]),
    };
    let imports = Imports {
        accept: header.import(interface, ACCEPT, accept, results),
        read: header.import(
            interface,
            "[async-lower][future-read-0]accept",
            &[I32, I32],
            &[I32],
        ),
        drop_future: header.import(interface, "[future-drop-readable-0]accept", &[I32], &[]),
        guest: match behind {
            Behind::Two(_) => {
                header.import(GUEST_HANDLER, "[async-lower]handle", &[I32, I32], &[I32])
            }
            Behind::One => header.import(SERVER, "[async-lower]serve", &[], &[I32]),
        },
        finish: match behind {
            Behind::Two(_) => Some(header.import(interface, "[async-lower]finish", &[], &[I32])),
            Behind::One => None,
        },
        task_return: header.import(return_module, return_name, &description.flat, &[]),
        backpressure_inc: header.import("$root", "[backpressure-inc]", &[], &[]),
        backpressure_dec: header.import("$root", "[backpressure-dec]", &[], &[]),
        set_new: header.import("$root", "[waitable-set-new]", &[], &[I32]),
        join: header.import("$root", "[waitable-join]", &[I32, I32], &[]),
        drop_subtask: header.import("$root", "[subtask-drop]", &[I32], &[]),
    };
    let bodies = [
        (header.ty(&[I32], &[I32]), handle(imports, behind)),
        (header.ty(&[I32, I32, I32], &[I32]), callback(imports)),
        (header.ty(&[], &[I32]), advance(imports)),
        (header.ty(&[I32], &[]), watch(imports)),
        (header.ty(&[], &[]), finish(imports)),
        (header.ty(&[], &[]), answered(description, imports)),
        (header.ty(&[I32, I32, I32, I32], &[I32]), realloc()),
    ];
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (ty, body) in &bodies {
        functions.function(*ty);
        code.function(body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        ..MEMORY
    });
    let mut globals = GlobalSection::new();
    for _ in [SET, STEP, ANSWERED, TOP, FUTURE] {
        let ty = GlobalType {
            val_type: I32,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &ConstExpr::i32_const(0));
    }
    let export = format!("{}#handle", target.interface("wasi:http/handler"));
    let own = Own(header.functions);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("cabi_realloc", ExportKind::Func, own.realloc());
    exports.export(&format!("[async-lift]{export}"), ExportKind::Func, own.0);
    exports.export(
        &format!("[callback][async-lift]{export}"),
        ExportKind::Func,
        own.callback(),
    );
    let names = [
        (own.0, "handle"),
        (own.callback(), "callback"),
        (own.realloc(), "realloc"),
    ];
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&memories)
        .section(&globals)
        .section(&exports)
        .section(&code)
        .section(&core_module::names("front", names.into_iter()));
    module.finish()
}

/// The module's own functions, by the index of the first.
struct Own(u32);

impl Imports {
    /// They come after the imports, of which this is the last.
    fn own(self) -> Own {
        Own(self.drop_subtask + 1)
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
fn handle(imports: Imports, behind: Behind) -> Function {
    let own = imports.own();
    let mut function = Function::new([(1, ValType::I32)]);
    let (request, status) = (0, 1);
    let mut body = function.instructions();
    body.call(imports.backpressure_inc);
    body.i32_const(GUEST).global_set(STEP);
    body.i32_const(0).global_set(ANSWERED);
    body.i32_const(HEAP).global_set(TOP);
    // One set serves all calls, of which there is one at a time. No handle is 0.
    body.global_get(SET).i32_eqz();
    body.if_(BlockType::Empty);
    body.call(imports.set_new).global_set(SET).end();
    body.local_get(request);
    match behind {
        Behind::Two(_) => {
            body.i32_const(ACCEPTED).call(imports.accept);
            body.i32_const(0).i32_load(at(ACCEPTED + 8));
        }
        Behind::One => _ = body.call(imports.accept),
    }
    body.global_set(FUTURE);
    body.global_get(FUTURE).i32_const(ANSWER).call(imports.read);
    body.i32_const(BLOCKED).i32_eq();
    body.if_(BlockType::Empty);
    body.global_get(FUTURE).call(own.watch());
    body.else_().call(own.answered()).end();
    if let Behind::Two(_) = behind {
        body.i32_const(0).i32_load(at(ACCEPTED));
        body.i32_const(0).i32_load(at(ACCEPTED + 4));
    }
    body.call(imports.guest).local_tee(status);
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
    body.local_get(waitable).call(imports.drop_subtask);
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
    body.if_(BlockType::Result(ValType::I32));
    body.call(imports.backpressure_dec).i32_const(EXIT).else_();
    body.global_get(SET).i32_const(4).i32_shl();
    body.i32_const(WAIT).i32_or().end();
    body.end();
    function
}

/// Has the host tell of the waitable.
fn watch(imports: Imports) -> Function {
    let mut function = Function::new([]);
    let mut body = function.instructions();
    body.local_get(0).global_get(SET).call(imports.join).end();
    function
}

/// The guest has returned: what it wrote is left.
fn finish(imports: Imports) -> Function {
    let own = imports.own();
    let mut function = Function::new([(1, ValType::I32)]);
    let mut body = function.instructions();
    let Some(finish) = imports.finish else {
        body.i32_const(DONE).global_set(STEP).end();
        return function;
    };
    body.call(finish).local_tee(0);
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
    let flat = &description.flat;
    let mut code = Function::new(flat.iter().map(|ty| (1, *ty)));
    let locals = Locals {
        types: flat,
        first: 0,
        base: None,
    };
    let Description {
        resolve, answer, ..
    } = description;
    flatten(resolve, answer, ANSWER, locals, &mut code);
    let mut body = code.instructions();
    body.global_get(FUTURE).call(imports.drop_future);
    body.i32_const(1).global_set(ANSWERED);
    for index in 0..flat.len() {
        body.local_get(index as u32);
    }
    body.call(imports.task_return).end();
    code
}

/// `cabi_realloc`, which serves the strings of one answer. The next call begins anew.
fn realloc() -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let (align, size, start) = (2, 3, 4);
    let mut body = function.instructions();
    body.global_get(TOP).local_get(align).i32_add();
    body.i32_const(1).i32_sub();
    body.i32_const(0).local_get(align).i32_sub().i32_and();
    body.local_tee(start).local_get(size).i32_add();
    body.global_set(TOP);
    body.global_get(TOP).local_get(start).i32_lt_u();
    body.if_(BlockType::Empty).unreachable().end();
    // As many pages as it takes beyond those that there are.
    body.global_get(TOP).i32_const(16).i32_shr_u();
    body.memory_size(0).i32_ge_u();
    body.if_(BlockType::Empty);
    body.global_get(TOP).i32_const(16).i32_shr_u();
    body.memory_size(0).i32_sub().i32_const(1).i32_add();
    body.memory_grow(0).i32_const(-1).i32_eq();
    body.if_(BlockType::Empty).unreachable().end();
    body.end();
    body.local_get(start).end();
    function
}
