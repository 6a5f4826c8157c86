//! What a host calls in place of the guest's `wasi:http/incoming-handler`, where guest and adapter
//! are one component.
//!
//! As between components ([`front`](crate::front)), the answer goes out as soon as the guest has
//! it, and there is backpressure until the guest has returned and all that it wrote is gone. But
//! the guest runs within the call of the host, and the adapter itself returns the answer: it
//! writes what it takes for a future, and [`promise`] is what it writes to. Where there is to be a
//! front nevertheless, it is a future.

use super::glue::{ADAPTER, ADAPTER_MEMORY, GUEST, HANDLES};
use super::handles::{self, Tag};
use super::leaving::{Closed, FLAG};
use crate::adapter::answer;
use crate::core_module::{self, Header, MEMORY};
use crate::front::flat::{Locals, at, flatten};
use crate::front::{ACCEPT, Description, SERVE};
use std::iter;
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, InstructionSink, Module, RefType,
    TableSection, TableType, TypeSection, ValType,
};

/// The names that [`front`] imports from: the instance of [`promise`], and the host's built-ins.
pub(super) const ANSWER: &str = "answer";
pub(super) const HOST: &str = "host";

/// The host's built-ins.
pub(super) const TASK_RETURN: &str = "task-return";
pub(super) const BACKPRESSURE_INC: &str = "backpressure-inc";
pub(super) const BACKPRESSURE_DEC: &str = "backpressure-dec";

/// `future.write` of the answer.
pub(super) const FUTURE_WRITE: &str = "future-write";

/// The guest's function, and what the host calls.
pub(super) const HANDLE: &str = "handle";
pub(super) const CALLBACK: &str = "callback";

/// The guest's function that is to be called when [`HANDLE`] has returned.
pub(super) const POST_RETURN: &str = "post-return";

/// What [`promise`] exports its table as.
const ANSWERED: &str = "answered";

/// The table's one slot is for what takes an end and the address of the answer, and returns how
/// writing it went.
const ONE_SLOT: TableType = TableType {
    element_type: RefType::FUNCREF,
    table64: false,
    minimum: 1,
    maximum: Some(1),
    shared: false,
};

/// What the adapter's writing of the answer returns: the other side has it.
const COMPLETED: i32 = 0;

/// The index of the flag that says that the guest may not leave, which is the only global.
const MAY_NOT_LEAVE: u32 = 0;

/// The code with which the host's call ends.
const EXIT: i32 = 0;

/// The core module with what the adapter imports in place of a future's built-ins. It has to be
/// there before the adapter, and what it calls after it.
pub(super) fn promise() -> Vec<u8> {
    use ValType::{I32, I64};
    let mut types = TypeSection::new();
    types.ty().function([I32, I32], [I32]);
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    exports.export(ANSWERED, ExportKind::Table, 0);
    let mut define = |name: &str, params: &[ValType], results: &[ValType], body: Function| {
        types
            .ty()
            .function(params.iter().copied(), results.iter().copied());
        exports.export(name, ExportKind::Func, functions.len());
        functions.function(functions.len() + 1);
        code.function(&body);
    };
    let mut new = Function::new([]);
    // Nobody looks at the ends.
    new.instructions().i64_const(0).end();
    define(answer::NEW.function, &[], &[I64], new);
    let mut write = Function::new([]);
    let (end, address) = (0, 1);
    write
        .instructions()
        .local_get(end)
        .local_get(address)
        .i32_const(0)
        .call_indirect(0, 0)
        .end();
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

    let mut tables = TableSection::new();
    tables.table(ONE_SLOT);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&tables)
        .section(&exports)
        .section(&code)
        .section(&core_module::names("promise", iter::empty()));
    module.finish()
}

/// How a request comes to the guest.
pub(super) struct Request<'a> {
    /// What the adapter exports the functions of [`Incoming`](crate::catalogue::Incoming) as.
    pub accept: &'a str,
    pub finish: &'a str,
    /// The tags of what the guest is called with.
    pub given: [Tag; 2],
    /// Whether the guest has a function that is to be called afterwards.
    pub has_post_return: bool,
}

/// The functions that it takes, by their index.
struct Imports {
    accept: u32,
    finish: u32,
    give: u32,
    guest: u32,
    post_return: Option<u32>,
    given: [Tag; 2],
}

impl Imports {
    fn of(request: &Request<'_>, header: &mut Header) -> Self {
        use ValType::I32;
        let after = request.has_post_return;
        Imports {
            accept: header.import(ADAPTER, request.accept, &[I32], &[I32]),
            finish: header.import(ADAPTER, request.finish, &[], &[]),
            give: header.import(HANDLES, handles::GIVE, &[I32, I32], &[I32]),
            guest: header.import(GUEST, HANDLE, &[I32, I32], &[]),
            post_return: after.then(|| header.import(GUEST, POST_RETURN, &[], &[])),
            given: request.given,
        }
    }

    /// Accepts a request. Leaves the guest's two handles on the stack, and in a local the address of
    /// what the adapter has made: behind what the handles are for, the end of a future.
    fn accept(&self, body: &mut InstructionSink<'_>, request: u32, accepted: u32) {
        body.local_get(request)
            .call(self.accept)
            .local_set(accepted);
        for (offset, tag) in [0, 4].into_iter().zip(self.given) {
            body.local_get(accepted).i32_load(at(offset));
            body.i32_const(tag.value()).call(self.give);
        }
    }

    /// Has the guest handle the request whose handles are on the stack, and waits until all is gone
    /// that it wrote.
    fn serve(&self, body: &mut InstructionSink<'_>) {
        body.call(self.guest);
        if let Some(function) = self.post_return {
            let closed = Closed {
                function,
                result: None,
                flag: MAY_NOT_LEAVE,
                throws: false,
                args: &|_| {},
            };
            closed.write(body);
        }
        body.call(self.finish);
    }
}

/// The core module that the host calls.
pub(super) fn front(description: &Description, request: &Request<'_>) -> Vec<u8> {
    use ValType::I32;
    let mut header = Header::default();
    let imports = Imports::of(request, &mut header);
    let task_return = header.import(HOST, TASK_RETURN, &description.flat, &[]);
    let inc = header.import(HOST, BACKPRESSURE_INC, &[], &[]);
    let dec = header.import(HOST, BACKPRESSURE_DEC, &[], &[]);

    let (request, accepted) = (0, 1);
    let mut handle = Function::new([(1, I32)]);
    let mut body = handle.instructions();
    body.call(inc);
    imports.accept(&mut body, request, accepted);
    imports.serve(&mut body);
    body.call(dec);
    body.i32_const(EXIT).end();

    let mut callback = Function::new([]);
    // Nothing is waited for but within the call.
    callback.instructions().unreachable().end();

    let Description {
        resolve,
        answer,
        flat,
        ..
    } = description;
    let mut answered = Function::new(flat.iter().map(|ty| (1, *ty)));
    let address = 1;
    let locals = Locals {
        types: flat,
        first: address + 1,
        base: Some(address),
    };
    flatten(resolve, answer, 0, locals, &mut answered);
    let mut body = answered.instructions();
    for local in 0..flat.len() as u32 {
        body.local_get(address + 1 + local);
    }
    body.call(task_return).i32_const(COMPLETED).end();

    let first = header.functions;
    let functions = [
        (header.ty(&[I32], &[I32]), handle),
        (header.ty(&[I32; 3], &[I32]), callback),
        (header.ty(&[I32, I32], &[I32]), answered),
    ];
    let mut exports = ExportSection::new();
    exports.export(HANDLE, ExportKind::Func, first);
    exports.export(CALLBACK, ExportKind::Func, first + 1);
    module(
        header,
        &functions,
        &GlobalSection::new(),
        &exports,
        first + 2,
    )
}

/// The core module that a component in front calls.
pub(super) fn behind(request: &Request<'_>) -> Vec<u8> {
    use ValType::I32;
    let mut header = Header::default();
    let imports = Imports::of(request, &mut header);
    let write = header.import(HOST, FUTURE_WRITE, &[I32, I32], &[I32]);

    let mut globals = GlobalSection::new();
    let handles = [MAY_NOT_LEAVE + 1, MAY_NOT_LEAVE + 2];
    for _ in handles {
        let ty = GlobalType {
            val_type: I32,
            mutable: true,
            shared: false,
        };
        globals.global(ty, &ConstExpr::i32_const(0));
    }
    let (request, accepted) = (0, 1);
    let mut accept = Function::new([(1, I32)]);
    let mut body = accept.instructions();
    imports.accept(&mut body, request, accepted);
    body.global_set(handles[1]).global_set(handles[0]);
    body.local_get(accepted).i32_load(at(8)).end();

    let mut serve = Function::new([]);
    let mut body = serve.instructions();
    body.global_get(handles[0]).global_get(handles[1]);
    imports.serve(&mut body);
    body.end();

    let first = header.functions;
    let functions = [
        (header.ty(&[I32], &[I32]), accept),
        (header.ty(&[], &[]), serve),
    ];
    let mut exports = ExportSection::new();
    exports.export(ACCEPT, ExportKind::Func, first);
    exports.export(SERVE, ExportKind::Func, first + 1);
    module(header, &functions, &globals, &exports, write)
}

/// A module of functions, one of which is what the adapter's answer is written with.
fn module(
    mut header: Header,
    all: &[(u32, Function)],
    globals: &GlobalSection,
    exports: &ExportSection,
    write: u32,
) -> Vec<u8> {
    let imports = &mut header.imports;
    imports.import(HANDLES, handles::MAY_NOT_LEAVE, EntityType::Global(FLAG));
    imports.import(ANSWER, ANSWERED, EntityType::Table(ONE_SLOT));
    imports.import(ADAPTER, ADAPTER_MEMORY, EntityType::Memory(MEMORY));
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (ty, function) in all {
        functions.function(*ty);
        code.function(function);
    }
    let mut elements = ElementSection::new();
    let slot = ConstExpr::i32_const(0);
    let write = [write];
    elements.active(Some(0), &slot, Elements::Functions((&write).into()));
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions);
    if !globals.is_empty() {
        module.section(globals);
    }
    module
        .section(exports)
        .section(&elements)
        .section(&code)
        .section(&core_module::names("server", iter::empty()));
    module.finish()
}
