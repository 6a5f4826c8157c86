//! What a part of a guest does with handles of resources that parts define.
//!
//! Between components these are built-ins of the host. Here they use the part's own
//! [table](super::handles).

use super::glue::{GUEST, HANDLES};
use super::handles::{self, Tag};
use super::leaving;
use super::removed::Handling;
use crate::core_module::{self, Header, positional};
use wasm_encoder::{EntityType, Function, ValType};

/// One of the functions.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandleFunction {
    pub handling: Handling,
    pub tag: Tag,
    /// Whether a destructor is called when the resource is dropped. It is imported from [`GUEST`],
    /// by the position of the function.
    pub has_destructor: bool,
}

/// The core module of the functions, which exports them by their positions. Destructors may throw
/// exceptions if the guest has any.
pub(super) fn module(functions: &[HandleFunction], throws: bool) -> Vec<u8> {
    use ValType::I32;
    const FLAG: u32 = 0;
    let mut header = Header::default();
    let flag = EntityType::Global(core_module::MUTABLE_I32);
    header.imports.import(HANDLES, handles::MAY_NOT_LEAVE, flag);
    let pair = [I32, I32];
    let give = header.import(HANDLES, handles::GIVE, &pair, &[I32]);
    let borrow = header.import(HANDLES, handles::BORROW, &pair, &[I32]);
    let release = header.import(HANDLES, handles::RELEASE, &pair, &pair);
    let mut bodies = Vec::new();
    for (position, it) in functions.iter().enumerate() {
        let destructor = it
            .has_destructor
            .then(|| header.import(GUEST, &position.to_string(), &[I32], &[]));
        let mut function = Function::new([]);
        let mut body = function.instructions();
        if it.handling != Handling::Rep {
            leaving::check(&mut body, FLAG);
        }
        let call = match it.handling {
            Handling::New => Some(give),
            Handling::Rep => Some(borrow),
            Handling::Drop => None,
        };
        let results: &[ValType] = match call {
            Some(call) => {
                body.local_get(0).i32_const(it.tag.value()).call(call);
                &[I32]
            }
            None => {
                let catches = throws && destructor.is_some();
                if catches {
                    leaving::begin_catching(&mut body, None);
                }
                handles::release_into(&mut body, 0, it.tag, release, destructor);
                if catches {
                    leaving::end_catching(&mut body);
                }
                &[]
            }
        };
        body.end();
        bodies.push((results, function));
    }
    let bodies = bodies.into_iter();
    let all = bodies.map(|(results, function)| (&[I32][..], results, function));
    positional("resources", header, all)
}
