//! Reads of files that go straight to the guest's memory.
//!
//! The host writes what it reads to a memory. If that is the adapter's, the bytes have to be copied from
//! there to the guest's. So where a read is large, and the adapter knows that the file has all of it,
//! its function returns an offer in place of a result: `wasi-uplift:adapter/offers` in the adapter's
//! WIT. The glue then has the guest allocate, and starts the read itself. Of what the host answers the
//! adapter keeps track.

use super::copy::{At, Body};
use wasm_encoder::{BlockType, ValType};
use wit_parser::Type;

/// The name that glue imports the built-in by which reads the bytes of a file into the guest's memory.
pub(super) const READ: &str = "read";

/// The case of the adapter's result that is an offer. The others are laid out as in that of WASI 0.2.
const OFFERED: i32 = 2;
/// Where the parts of an offer and of a list are.
const FIRST: u32 = 4;
const SECOND: u32 = 8;
/// The alignment of a result.
const ALIGN: u32 = 4;

/// What glue calls for an offer, by the indices of the functions.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub read: u32,
    pub go_on: u32,
    /// Whether the guest takes back what it has allocated and isn't needed.
    pub shrinks: bool,
}

impl Offer {
    /// Begins what is done until there is a result.
    pub fn begin(body: &mut Body<'_>) {
        body.code().loop_(BlockType::Empty);
    }

    /// Ends it, where the adapter has put a result, or an offer, at `value`, and the caller wants the
    /// result at `to`. The first parameter of the function is the stream.
    pub fn end(self, body: &mut Body<'_>, ty: &Type, value: u32, to: u32) {
        const STREAM: u32 = 0;
        let value_at = At::start(value);
        let case = body.load(value_at, 1);
        let mut code = body.code();
        code.local_get(case).i32_const(OFFERED).i32_eq();
        code.if_(BlockType::Empty);
        let end = body.load(value_at.plus(FIRST), 4);
        let len = body.load(value_at.plus(SECOND), 4);
        let start = body.allocate(len, 1);
        let missing = body.local(ValType::I32);
        let read = body.local(ValType::I32);
        let both = body.local(ValType::I64);
        let mut code = body.code();
        code.i32_const(0).local_set(read);
        code.local_get(len).local_set(missing);
        code.loop_(BlockType::Empty);
        code.local_get(STREAM)
            .local_get(end)
            .local_get(start)
            .local_get(read)
            .i32_add()
            .local_get(missing)
            .call(self.read)
            .call(self.go_on)
            .local_tee(both)
            .i32_wrap_i64()
            .local_set(read)
            .local_get(both)
            .i64_const(32)
            .i64_shr_u()
            .i32_wrap_i64()
            .local_tee(missing)
            .br_if(0)
            .end();
        // The file has become shorter. If there is nothing of it, the adapter says what that means.
        const AGAIN: u32 = 1;
        code.local_get(read).i32_eqz().br_if(AGAIN);
        if self.shrinks {
            let mut code = body.code();
            code.local_get(read).local_get(len).i32_ne();
            code.if_(BlockType::Empty);
            let rest = body.reallocate(Some([start, len]), read, 1);
            body.code().local_get(rest).local_set(start).end();
        }
        body.check_alignment(to, ALIGN);
        // A local that is never set is 0.
        let bytes = body.local(ValType::I32);
        let to_at = At::start(to);
        body.store(to_at, 1, bytes);
        body.store(to_at.plus(FIRST), 4, start);
        body.store(to_at.plus(SECOND), 4, read);
        body.code().else_();
        body.result_in_memory(ty, value, to);
        body.code().end().end();
    }
}
