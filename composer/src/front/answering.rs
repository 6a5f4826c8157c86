//! Types, imports and functions that all components in front of HTTP servers have: each gets an answer
//! into its memory, and returns it to the host.
//!
//! One call at a time is answered, so that there is one place for answers.

use super::flat::{Locals, flatten};
use crate::catalogue::wit::{self, Kind};
use crate::catalogue::{Catalogue, Excerpt, Target};
use crate::core_module::{self, Header, MEMORY, MUTABLE_I32, val_types};
use crate::error::InternalError;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, InstructionSink, MemorySection, MemoryType, Module, ValType,
};
use wit_parser::{InterfaceId, Mangling, Resolve, Result_, Type, TypeDefKind, WorldId, WorldKey};

/// The name of the function of `wasi:http/handler`, and of `wasi:http/incoming-handler`.
pub(super) const HANDLE: &str = "handle";

/// The codes of the canonical ABI.
const EXIT: i32 = 0;
const WAIT: i32 = 2;
pub(super) const EVENT_SUBTASK: i32 = 1;
pub(super) const EVENT_FUTURE_READ: i32 = 4;
pub(super) const RETURNED: i32 = 2;
pub(super) const BLOCKED: i32 = -1;

/// The address of the answer, which is aligned like its largest part.
pub(super) const ANSWER: i32 = 16;
/// The address of an answer's first string. A whole answer fits before.
const HEAP: i32 = 128;

/// Globals: where the strings of an answer end, and the set of what is waited for.
const TOP: u32 = 0;
pub(super) const SET: u32 = 1;

/// A world that exports `wasi:http/handler` of WASI 0.3, and the type of its answers.
pub(crate) struct Description {
    pub resolve: Resolve,
    pub(super) world: WorldId,
    /// The module and the name by which `task.return` of an answer is imported.
    pub(super) task_return: (String, String),
    /// The function's result, a response or an error, and its flat values.
    pub answer: Option<Type>,
    pub flat: Vec<ValType>,
}

impl Description {
    /// The world that imports these interfaces, and what they take types from.
    pub(super) fn new(
        mut resolve: Resolve,
        target: Target,
        imported: &[InterfaceId],
    ) -> Result<Self, InternalError> {
        let handler = target.interface("wasi:http/handler");
        let front = interface(&mut resolve, target, &handler)?;
        let world = wit::world(&mut resolve, imported, front);
        let function = &resolve.interfaces[front].functions[HANDLE];
        let key = &WorldKey::Interface(front);
        let (module, name, signature) =
            function.task_return_import(&resolve, Some(key), Mangling::Legacy);
        Ok(Description {
            task_return: (module, name),
            answer: function.result,
            flat: val_types(&signature.params),
            resolve,
            world,
        })
    }

    /// A world that imports nothing of its own: for the type of the answers alone.
    pub(crate) fn of_answer(catalogue: &Catalogue) -> Result<Self, InternalError> {
        Description::new(types(catalogue)?.wit(), catalogue.target(), &[])
    }

    /// Begins a function without parameters. The first of its locals are the answer, of what is at
    /// [`ANSWER`].
    pub(super) fn with_answer(&self) -> Function {
        let mut function = Function::new(self.flat.iter().map(|ty| (1, *ty)));
        let locals = Locals {
            types: &self.flat,
            first: 0,
            base: None,
        };
        flatten(&self.resolve, &self.answer, ANSWER, locals, &mut function);
        function
    }

    /// Returns the answer in the first locals to the host.
    pub(super) fn give(&self, body: &mut InstructionSink<'_>, host: BuiltIns) {
        for local in 0..self.flat.len() as u32 {
            body.local_get(local);
        }
        body.call(host.task_return);
    }
}

/// The types of `wasi:http/types` that the function of `wasi:http/handler` takes and returns.
pub(crate) const TYPES: [&str; 3] = ["request", "response", "error-code"];

/// The WIT of these types.
pub(super) fn types(catalogue: &Catalogue) -> Result<Excerpt<'_>, InternalError> {
    let interface = catalogue.target().interface("wasi:http/types");
    let interface = wit::find(catalogue.resolve(), &interface)?;
    let mut excerpt = Excerpt::of(catalogue);
    for ty in TYPES {
        excerpt.add_type(interface, ty);
    }
    Ok(excerpt)
}

/// Adds an interface with the function of `wasi:http/handler`.
pub(super) fn interface(
    resolve: &mut Resolve,
    target: Target,
    name: &str,
) -> Result<InterfaceId, InternalError> {
    let types = wit::find(resolve, &target.interface("wasi:http/types"))?;
    let interface = wit::add(resolve, name)?;
    let [request, response, error] = TYPES.map(|name| wit::take(resolve, interface, types, name));
    let (request, response, error) = (request?, response?, error?);
    let params = [("request", wit::own(resolve, request))];
    let answer = TypeDefKind::Result(Result_ {
        ok: Some(wit::own(resolve, response)),
        err: Some(Type::Id(error)),
    });
    let answer = Some(wit::anonymous(resolve, answer));
    wit::function(resolve, interface, Kind::Async, HANDLE, &params, answer);
    Ok(interface)
}

/// The host's built-ins that every front imports, by their index.
#[derive(Clone, Copy)]
pub(super) struct BuiltIns {
    task_return: u32,
    backpressure_inc: u32,
    backpressure_dec: u32,
    set_new: u32,
    pub join: u32,
    pub drop_subtask: u32,
}

impl BuiltIns {
    pub(super) fn import(header: &mut Header, description: &Description) -> Self {
        use ValType::I32;
        let (module, name) = &description.task_return;
        let task_return = header.import(module, name, &description.flat, &[]);
        let mut import = |name, params: &[ValType], results: &[ValType]| {
            header.import("$root", name, params, results)
        };
        BuiltIns {
            task_return,
            backpressure_inc: import("[backpressure-inc]", &[], &[]),
            backpressure_dec: import("[backpressure-dec]", &[], &[]),
            set_new: import("[waitable-set-new]", &[], &[I32]),
            join: import("[waitable-join]", &[I32, I32], &[]),
            drop_subtask: import("[subtask-drop]", &[I32], &[]),
        }
    }
}

/// The functions of a front that others call, by their index.
pub(super) struct Functions {
    pub handle: u32,
    pub callback: u32,
    pub realloc: u32,
}

/// The module of a front. It has as many globals, which begin as 0.
pub(super) fn module_of(
    header: Header,
    all: &[(u32, Function)],
    globals: u32,
    own: Functions,
    target: Target,
) -> Vec<u8> {
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (ty, function) in all {
        functions.function(*ty);
        code.function(function);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        ..MEMORY
    });
    let mut global_section = GlobalSection::new();
    for _ in 0..globals {
        global_section.global(MUTABLE_I32, &ConstExpr::i32_const(0));
    }
    let export = format!("{}#{HANDLE}", target.interface("wasi:http/handler"));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("cabi_realloc", ExportKind::Func, own.realloc);
    let lifted = format!("[async-lift]{export}");
    exports.export(&lifted, ExportKind::Func, own.handle);
    exports.export(
        &format!("[callback]{lifted}"),
        ExportKind::Func,
        own.callback,
    );
    let names = [
        (own.handle, "handle"),
        (own.callback, "callback"),
        (own.realloc, "realloc"),
    ];
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&functions)
        .section(&memories)
        .section(&global_section)
        .section(&exports)
        .section(&code)
        .section(&core_module::names("front", names.into_iter()));
    module.finish()
}

/// Writes the code by which the host is told that a call is over, so that the next may begin, if that
/// is on the stack, and to wait otherwise.
pub(super) fn exit_or_wait(body: &mut InstructionSink<'_>, host: BuiltIns) {
    body.if_(BlockType::Result(ValType::I32));
    body.call(host.backpressure_dec).i32_const(EXIT).else_();
    body.global_get(SET).i32_const(4).i32_shl();
    body.i32_const(WAIT).i32_or().end();
}

/// Begins a call: no other begins, there is room for the answer, and a set to wait for it.
pub(super) fn begin(body: &mut InstructionSink<'_>, host: BuiltIns) {
    body.call(host.backpressure_inc);
    body.i32_const(HEAP).global_set(TOP);
    // One set serves all calls, of which one at a time is waited for. No handle is 0.
    body.global_get(SET).i32_eqz();
    body.if_(BlockType::Empty);
    body.call(host.set_new).global_set(SET).end();
}

/// `cabi_realloc`, which serves the strings of one answer. The next call begins anew.
pub(super) fn realloc() -> Function {
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
