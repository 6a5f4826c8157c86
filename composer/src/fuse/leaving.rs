//! The rule that a guest calls nothing while it allocates for somebody else, nor in what is called
//! after one of its functions.
//!
//! Between components the host keeps it. Where guest and adapter are one component, the host doesn't
//! know when they call each other, nor do they know when the host calls the guest. So a flag, which
//! [`handles`] has, says that the guest may not leave. It is set around whatever must not, whoever
//! calls it, and all ways out look at it.

use super::glue::{GUEST, HANDLES};
use super::handles::MAY_NOT_LEAVE;
use super::wrap::Signature;
use crate::core_module::{Header, MUTABLE_I32, positional};
use wasm_encoder::{BlockType, Catch, EntityType, Function, InstructionSink, RefType, ValType};

/// Traps if the guest may not leave.
pub(super) fn check(code: &mut InstructionSink<'_>, flag: u32) {
    code.global_get(flag)
        .if_(BlockType::Empty)
        .unreachable()
        .end();
}

/// A call of a function that must not leave.
pub(super) struct Closed<'a> {
    pub function: u32,
    /// What it returns, if anything.
    pub result: Option<ValType>,
    /// The index of the flag.
    pub flag: u32,
    /// Whether the guest has exceptions. One that passes ends the call.
    pub throws: bool,
    /// Puts the arguments on the stack.
    pub args: &'a dyn Fn(&mut InstructionSink<'_>),
}

impl Closed<'_> {
    /// Writes the call, which leaves the result on the stack.
    pub fn write(&self, code: &mut InstructionSink<'_>) {
        let block = self.result.map_or(BlockType::Empty, BlockType::Result);
        code.i32_const(1).global_set(self.flag);
        if self.throws {
            let caught = BlockType::Result(ValType::Ref(RefType::EXNREF));
            code.block(block)
                .block(caught)
                .try_table(block, [Catch::AllRef { label: 0 }]);
            (self.args)(code);
            code.call(self.function).end().br(1).end();
            code.i32_const(0).global_set(self.flag).throw_ref().end();
        } else {
            (self.args)(code);
            code.call(self.function);
        }
        code.i32_const(0).global_set(self.flag);
    }
}

/// Begins code out of which no exception comes: one that would ends in a trap. The code leaves
/// `result` on the stack, which the function returns.
pub(super) fn begin_catching(code: &mut InstructionSink<'_>, result: Option<ValType>) {
    let block = result.map_or(BlockType::Empty, BlockType::Result);
    code.block(BlockType::Empty)
        .try_table(block, [Catch::All { label: 0 }]);
}

/// Ends it, and so the function.
pub(super) fn end_catching(code: &mut InstructionSink<'_>) {
    code.end().return_().end().unreachable();
}

/// The core module of functions that do what the guest's own ways out do, if it may leave. They
/// have positions for names, as what they call has in [`GUEST`].
pub(super) fn guards(ways_out: &[Signature]) -> Vec<u8> {
    around("imports", ways_out, |signature, function, body| {
        check(body, FLAG_INDEX);
        signature.pass(body);
        body.call(function);
    })
}

/// The core module of functions that call what the host calls of the guest and must not leave, with
/// names as in [`guards`].
pub(super) fn closed(functions: &[Signature], throws: bool) -> Vec<u8> {
    around("allocations", functions, |signature, function, body| {
        let call = Closed {
            function,
            result: signature.results.first().copied(),
            flag: FLAG_INDEX,
            throws,
            args: &|body| signature.pass(body),
        };
        call.write(body);
    })
}

const FLAG_INDEX: u32 = 0;

/// The core module of functions around others of the same types.
fn around(
    name: &str,
    functions: &[Signature],
    body: impl Fn(&Signature, u32, &mut InstructionSink<'_>),
) -> Vec<u8> {
    let mut header = Header::default();
    header
        .imports
        .import(HANDLES, MAY_NOT_LEAVE, EntityType::Global(MUTABLE_I32));
    let mut import = |(position, it): (usize, &Signature)| {
        header.import(GUEST, &position.to_string(), &it.params, &it.results)
    };
    let imported: Vec<u32> = functions.iter().enumerate().map(&mut import).collect();
    let bodies = functions.iter().zip(imported).map(|(it, imported)| {
        let mut function = Function::new([]);
        body(it, imported, &mut function.instructions());
        function.instructions().end();
        (it.params.as_slice(), it.results.as_slice(), function)
    });
    positional(name, header, bodies)
}
