//! Reads of files that go straight to the guest's memory.
//!
//! The host writes what it reads to a memory. If that is the adapter's, the bytes have to be copied from
//! there to the guest's. So where a read is large, and the file has all of it as far as the adapter
//! knows, its function returns an offer in place of a result: `wasi-uplift:adapter/offers` in its WIT.
//! The glue then has the guest allocate, and starts the read itself. Of what the host answers the adapter
//! keeps track.

use super::copy::{At, Body};
use wasm_encoder::{BlockType, ValType};
use wit_parser::Type;

/// The name that glue imports the built-in by which reads the bytes of a file into the guest's memory.
pub(super) const READ: &str = "read";

/// The case of the adapter's result that is an offer. The others are laid out as in that of WASI 0.2, see
/// the test.
const OFFERED: i32 = 2;
/// Where the parts of an offer and of a list are.
const FIRST: u32 = 4;
const SECOND: u32 = 8;
/// The alignment of a result.
const ALIGN: u32 = 4;

/// A call of the adapter that may return an offer.
#[derive(Clone, Copy)]
pub(super) struct DirectRead {
    /// The index of the function that reads into the caller's memory.
    pub read: u32,
    /// The index of the adapter's function that is told what that has answered.
    pub go_on: u32,
    /// See [`GuestSide::gives_once`](super::glue::GuestSide::gives_once).
    pub gives_once: bool,
}

impl DirectRead {
    /// Begins the code of the call, which is done again if an offer comes to nothing.
    pub fn begin(body: &mut Body<'_>) {
        body.code().loop_(BlockType::Empty);
    }

    /// Ends the code of the call: puts the result at `to`, which the adapter has at `value`, or the bytes
    /// that it offers there. The function's first parameter is the stream.
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
        if !self.gives_once {
            // A list has to fill what was allocated for it. Hosts never have a guest's `realloc` take
            // anything back, and many can't: there is another list, and the first place is lost.
            let mut code = body.code();
            code.local_get(read).local_get(len).i32_ne();
            code.if_(BlockType::Empty);
            let shorter = body.allocate(read, 1);
            body.move_bytes(start, shorter, read);
            body.code().local_get(shorter).local_set(start).end();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, OFFERS, Target};
    use crate::demand::{self, offers};
    use crate::fuse::glue::Types;
    use wit_parser::{Function, TypeDefKind};

    /// The layout of the adapter's result is the one that is read here.
    #[test]
    fn an_offer_is_where_it_is_read() {
        let catalogue = Catalogue::new(Target::default(), &[]).unwrap();
        let types = Types::new(catalogue.resolve());
        let function = |interface: &str, name: &str| -> &Function {
            let interface = catalogue.interface(interface).unwrap();
            &catalogue.contents(interface).functions[name]
        };
        let kind = |ty: Type| match types.peel(ty) {
            Type::Id(id) => &types.resolve.types[id].kind,
            other => panic!("{other:?} has no definition"),
        };

        let outcome = function(OFFERS, offers::BLOCKING_READ).result.unwrap();
        let result = function("wasi:io/streams@0.2.12", demand::BLOCKING_READ).result;
        let result = result.unwrap();
        let sizes = [outcome, result].map(|ty| (types.size(&ty), types.align(&ty)));
        assert_eq!(sizes[0], sizes[1]);
        assert_eq!(sizes[0].1, ALIGN);

        let TypeDefKind::Variant(variant) = kind(outcome) else {
            panic!("the outcome is a variant");
        };
        let TypeDefKind::Result(result) = kind(result) else {
            panic!("the result is one");
        };
        let cases: Vec<Option<Type>> = variant.cases.iter().map(|case| case.ty).collect();
        let peeled = |ty: Option<Type>| ty.map(|ty| types.peel(ty));
        let of_lists = [cases[0], result.ok].map(|ty| format!("{:?}", kind(ty.unwrap())));
        assert_eq!(of_lists[0], of_lists[1]);
        assert_eq!(peeled(cases[1]), peeled(result.err));
        assert_eq!(
            (variant.cases[OFFERED as usize].name.as_str(), cases.len()),
            ("offered", 3)
        );

        let payload = |cases: &[Option<Type>]| {
            let cases = cases.iter().map(Option::as_ref);
            let offset = types.sizes.payload_offset(variant.tag(), cases);
            offset.size_wasm32() as u32
        };
        assert_eq!(payload(&cases), FIRST);
        assert_eq!(payload(&[result.ok, result.err]), FIRST);
        let TypeDefKind::Record(offer) = kind(cases[2].unwrap()) else {
            panic!("an offer is a record");
        };
        let fields: Vec<(&str, Type)> = offer
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field.ty))
            .collect();
        assert_eq!(fields, [("end", Type::U32), ("len", Type::U32)]);
        assert_eq!(SECOND, FIRST + types.size(&Type::U32));
    }
}
