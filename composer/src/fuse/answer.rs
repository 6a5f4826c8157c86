//! What a host calls in place of the guest's `wasi:http/incoming-handler`, where guest and adapter
//! are one component.
//!
//! As between components ([`front`](crate::front)), the answer goes out as soon as the guest has
//! it, and there is backpressure until the guest has returned and all that it wrote is gone. But
//! the guest runs within the call of the host, and the adapter itself returns the answer: it
//! writes what it takes for a future, and [`promise`] is what it writes to.

use super::glue::{ADAPTER, ADAPTER_MEMORY, GUEST, HANDLES, LET_WAIT};
use super::handles::{self, Tag};
use super::leaving::Closed;
use crate::adapter::answer;
use crate::core_module::{self, APART_MEMORY, Header, MEMORY, MUTABLE_I32};
use crate::front::flat::{Locals, at, flatten};
use crate::front::{Description, WHEN_DONE};
use std::iter;
use wasm_encoder::{
    CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, InstructionSink, Module, ValType,
};

/// The name that the host's built-ins are imported from.
pub(super) const HOST: &str = "host";

/// The host's built-ins.
pub(super) const TASK_RETURN: &str = "task-return";
pub(super) const BACKPRESSURE_INC: &str = "backpressure-inc";
pub(super) const BACKPRESSURE_DEC: &str = "backpressure-dec";

/// The host's built-ins for the future that [`WHEN_DONE`] returns.
pub(super) const FUTURE_NEW: &str = "future-new";
pub(super) const FUTURE_WRITE: &str = "future-write";
pub(super) const FUTURE_DROP_WRITABLE: &str = "future-drop-writable";

/// The guest's function, and what the host calls.
pub(super) const HANDLE: &str = "handle";
pub(super) const CALLBACK: &str = "callback";

/// The guest's function that is to be called when [`HANDLE`] has returned.
pub(super) const POST_RETURN: &str = "post-return";

/// What the adapter's writing of the answer returns: the other side has it.
const COMPLETED: i32 = 0;

/// The index of the flag that says that the guest may not leave.
const MAY_NOT_LEAVE: u32 = 0;

/// The index of the global that has the end of [`WHEN_DONE`]'s future which is to be written.
const WRITABLE: u32 = 1;

/// The code with which the host's call ends.
const EXIT: i32 = 0;

/// The core module with what the adapter imports in place of a future's built-ins.
pub(super) fn promise(description: &Description) -> Vec<u8> {
    use ValType::{I32, I64};
    let Description {
        resolve,
        answer: ty,
        flat,
        ..
    } = description;
    let mut header = Header::default();
    let task_return = header.import(HOST, TASK_RETURN, flat, &[]);
    let memory = EntityType::Memory(MEMORY);
    header.imports.import(APART_MEMORY, APART_MEMORY, memory);
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let mut define = |name: &str, params: &[ValType], results: &[ValType], body: Function| {
        exports.export(name, ExportKind::Func, header.functions + functions.len());
        functions.function(header.ty(params, results));
        code.function(&body);
    };
    let mut new = Function::new([]);
    // Nobody looks at the ends.
    new.instructions().i64_const(0).end();
    define(answer::NEW.function, &[], &[I64], new);
    let mut write = Function::new(flat.iter().map(|ty| (1, *ty)));
    let value = 1;
    let locals = Locals {
        types: flat,
        first: value + 1,
        base: Some(value),
    };
    flatten(resolve, ty, 0, locals, &mut write);
    let mut body = write.instructions();
    for local in 0..flat.len() as u32 {
        body.local_get(value + 1 + local);
    }
    body.call(task_return).i32_const(COMPLETED).end();
    define(answer::WRITE.function, &[I32, I32], &[I32], write);
    let mut nothing = Function::new([]);
    nothing.instructions().end();
    define(answer::DROP_WRITABLE.function, &[I32], &[], nothing);
    // The end that these are for is never used.
    let never = || {
        let mut never = Function::new([]);
        never.instructions().unreachable().end();
        never
    };
    define(answer::READ.function, &[I32, I32], &[I32], never());
    define(answer::CANCEL_READ.function, &[I32], &[I32], never());
    define(answer::CANCEL_WRITE.function, &[I32], &[I32], never());
    define(answer::DROP_READABLE.function, &[I32], &[], never());

    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&exports)
        .section(&code);
    module.finish()
}

/// How a front learns that a call is over: the built-ins by their index.
struct Done {
    new: u32,
    write: u32,
    drop_writable: u32,
}

impl Done {
    fn of(header: &mut Header) -> Self {
        use ValType::{I32, I64};
        Done {
            new: header.import(HOST, FUTURE_NEW, &[], &[I64]),
            write: header.import(HOST, FUTURE_WRITE, &[I32, I32], &[I32]),
            drop_writable: header.import(HOST, FUTURE_DROP_WRITABLE, &[I32], &[]),
        }
    }

    /// [`WHEN_DONE`].
    fn when(&self) -> Function {
        let mut function = Function::new([(1, ValType::I64)]);
        let ends = 0;
        let mut body = function.instructions();
        body.call(self.new).local_tee(ends);
        body.i64_const(32).i64_shr_u().i32_wrap_i64();
        body.global_set(WRITABLE);
        body.local_get(ends).i32_wrap_i64().end();
        function
    }

    /// Tells it. The front is reading already, so that writing is over at once.
    fn tell(&self, body: &mut InstructionSink<'_>) {
        body.global_get(WRITABLE).i32_const(0).call(self.write);
        body.drop();
        body.global_get(WRITABLE).call(self.drop_writable);
    }
}

/// The core module that the host calls. `accept` and `finish` are what the adapter exports the
/// functions of [`Incoming`](crate::catalogue::Incoming) as, and `given` are the tags of what the
/// guest is called with. The guest may have a function that is to be called afterwards, and may be
/// one that `waits`. With a front, there is [`WHEN_DONE`], whose future has no value.
pub(super) fn front(
    [accept, finish]: [&str; 2],
    given: [Tag; 2],
    has_post_return: bool,
    waits: bool,
    has_front: bool,
) -> Vec<u8> {
    use ValType::I32;
    let mut header = Header::default();
    let accept = header.import(ADAPTER, accept, &[I32], &[I32]);
    let finish = header.import(ADAPTER, finish, &[], &[]);
    let give = header.import(HANDLES, handles::GIVE, &[I32, I32], &[I32]);
    let guest = header.import(GUEST, HANDLE, &[I32, I32], &[]);
    let post_return = has_post_return.then(|| header.import(GUEST, POST_RETURN, &[], &[]));
    let inc = header.import(HOST, BACKPRESSURE_INC, &[], &[]);
    let dec = header.import(HOST, BACKPRESSURE_DEC, &[], &[]);
    let let_wait = waits.then(|| header.import(ADAPTER, LET_WAIT, &[I32], &[I32]));
    let done = has_front.then(|| Done::of(&mut header));
    let imports = &mut header.imports;
    imports.import(
        HANDLES,
        handles::MAY_NOT_LEAVE,
        EntityType::Global(MUTABLE_I32),
    );
    imports.import(ADAPTER, ADAPTER_MEMORY, EntityType::Memory(MEMORY));

    let (request, accepted) = (0, 1);
    let mut handle = Function::new([(1, I32)]);
    let mut body = handle.instructions();
    body.call(inc);
    if let Some(let_wait) = let_wait {
        body.i32_const(1).call(let_wait).drop();
    }
    body.local_get(request).call(accept).local_set(accepted);
    // The guest's two handles. The third is the end that would be read.
    for (offset, tag) in [0, 4].into_iter().zip(given) {
        body.local_get(accepted).i32_load(at(offset));
        body.i32_const(tag.value()).call(give);
    }
    body.call(guest);
    if let Some(function) = post_return {
        let closed = Closed {
            function,
            result: None,
            flag: MAY_NOT_LEAVE,
            throws: false,
            args: &|_| {},
        };
        closed.write(&mut body);
    }
    body.call(finish).call(dec);
    if let Some(done) = &done {
        done.tell(&mut body);
    }
    body.i32_const(EXIT).end();

    let mut callback = Function::new([]);
    // Nothing is waited for but within the call.
    callback.instructions().unreachable().end();

    let mut functions = FunctionSection::new();
    functions
        .function(header.ty(&[I32], &[I32]))
        .function(header.ty(&[I32; 3], &[I32]));
    let mut exports = ExportSection::new();
    exports.export(HANDLE, ExportKind::Func, header.functions);
    exports.export(CALLBACK, ExportKind::Func, header.functions + 1);
    let mut globals = GlobalSection::new();
    if done.is_some() {
        functions.function(header.ty(&[], &[I32]));
        exports.export(WHEN_DONE, ExportKind::Func, header.functions + 2);
        globals.global(MUTABLE_I32, &ConstExpr::i32_const(0));
    }
    let mut code = CodeSection::new();
    code.function(&handle).function(&callback);
    if let Some(done) = &done {
        code.function(&done.when());
    }
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions);
    if !globals.is_empty() {
        module.section(&globals);
    }
    module
        .section(&exports)
        .section(&code)
        .section(&core_module::names("server", iter::empty()));
    module.finish()
}
