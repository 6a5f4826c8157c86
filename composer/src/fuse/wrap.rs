//! Core functions around those that the guest exports.
//!
//! One that can't wait, because it is not `async` or is a destructor, may still call what may wait,
//! as long as it doesn't really wait. The adapter has to know, because it uses the occasion to wait
//! for things of its own otherwise. The one that a command is started by is the first that may, and
//! ends when all that the guest has written is with the host.

use super::glue::{ADAPTER, GUEST, LET_WAIT};
use crate::component::CoreSignature;
use crate::core_module::{Header, positional};
use crate::error::InternalError;
use wasm_encoder::reencode::{Reencode as _, RoundtripReencoder};
use wasm_encoder::{Function, InstructionSink, ValType};

/// What is around a function of the guest.
pub(super) enum Wrapper {
    /// The function can't wait. Its type is that of the core function.
    CannotWait(Signature),
    /// The function is what the host starts.
    Started {
        /// Whether the guest may wait.
        waits: bool,
        /// What the adapter exports the function as that waits until all that the guest has written
        /// is with the host, if it may have written anything.
        drain: Option<String>,
    },
}

/// The type of a core function.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
}

impl Signature {
    pub fn new(signature: &CoreSignature) -> Result<Self, InternalError> {
        let mut reencoder = RoundtripReencoder;
        let mut types = |types: &[wasmparser::ValType]| {
            let types = reencoder.val_types(types.to_vec());
            types.map_err(InternalError::result)
        };
        Ok(Signature {
            params: types(&signature.params)?,
            results: types(&signature.results)?,
        })
    }

    /// Puts the parameters on the stack.
    pub fn pass(&self, body: &mut InstructionSink<'_>) {
        for param in 0..self.params.len() as u32 {
            body.local_get(param);
        }
    }

    /// The type of a destructor, which is given the representation of the resource.
    pub fn destructor() -> Self {
        Signature {
            params: vec![ValType::I32],
            results: Vec::new(),
        }
    }
}

/// The core module of the wrappers, which exports them by their positions. It imports the guest's
/// functions, from [`GUEST`], by the same names.
pub(super) fn module<'w>(wrappers: impl Iterator<Item = &'w Wrapper> + Clone) -> Vec<u8> {
    let mut header = Header::default();
    let mut guests = Vec::new();
    for (position, wrapper) in wrappers.clone().enumerate() {
        let Signature { params, results } = wrapper.signature();
        guests.push(header.import(GUEST, &position.to_string(), &params, &results));
    }
    let mut let_wait = None;
    let mut let_wait = |header: &mut Header| {
        *let_wait.get_or_insert_with(|| {
            header.import(ADAPTER, LET_WAIT, &[ValType::I32], &[ValType::I32])
        })
    };
    let mut around = Vec::new();
    for (wrapper, guest) in wrappers.zip(guests) {
        let signature = wrapper.signature();
        let body = match wrapper {
            Wrapper::CannotWait(_) => cannot_wait(&signature, guest, let_wait(&mut header)),
            Wrapper::Started { waits, drain } => {
                let mut run = Function::new([]);
                let mut body = run.instructions();
                if *waits {
                    body.i32_const(1).call(let_wait(&mut header)).drop();
                }
                // The guest's result stays on the stack.
                body.call(guest);
                if let Some(drain) = drain {
                    body.call(header.import(ADAPTER, drain, &[], &[]));
                }
                body.end();
                run
            }
        };
        around.push((signature, body));
    }
    // The functions come after the imports, of which all are known now.
    let around = around.iter();
    let all = around.map(|(it, body)| (&it.params[..], &it.results[..], body.clone()));
    positional("exports", header, all)
}

impl Wrapper {
    fn signature(&self) -> Signature {
        match self {
            Wrapper::CannotWait(signature) => signature.clone(),
            Wrapper::Started { .. } => Signature {
                params: Vec::new(),
                results: vec![ValType::I32],
            },
        }
    }
}

/// The body of a function that calls the guest's in a task that can't wait.
fn cannot_wait(signature: &Signature, guest: u32, let_wait: u32) -> Function {
    // Destructors are called within other functions, so that what was said before is said again.
    let before = signature.params.len() as u32;
    let mut call = Function::new([(1, ValType::I32)]);
    let mut body = call.instructions();
    body.i32_const(0).call(let_wait).local_set(before);
    signature.pass(&mut body);
    // The results stay on the stack.
    body.call(guest);
    body.local_get(before).call(let_wait).drop().end();
    call
}
