//! What a guest does for its host in tasks that can't wait: functions that are not `async`, and
//! destructors.
//!
//! Guest code may call what may wait there, too, as long as it doesn't really wait. The adapter has
//! to know, because it uses the occasion to wait for things of its own otherwise.

use super::Failure;
use super::glue::{ADAPTER, GUEST, LET_WAIT};
use crate::Error;
use crate::core_module::Header;
use std::collections::{BTreeMap, HashMap};
use wasm_encoder::reencode::{Reencode as _, RoundtripReencoder};
use wasm_encoder::{Function, ValType};
use wasmparser::{Parser, ValidPayload, Validator};

/// The type of a core function.
pub(super) struct Signature {
    params: Vec<ValType>,
    results: Vec<ValType>,
}

impl Signature {
    /// Of a destructor, which is given what stands for the resource.
    pub fn destructor() -> Self {
        Signature {
            params: vec![ValType::I32],
            results: Vec::new(),
        }
    }
}

/// Which of the functions that a guest lifts are not `async`, each with its core function's type.
pub(super) fn functions(
    guest: &[u8],
    lifted: &HashMap<u32, u32>,
) -> Result<BTreeMap<u32, Signature>, Failure> {
    if lifted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut validator = Validator::new();
    let mut outermost = None;
    for payload in Parser::new(0).parse_all(guest) {
        let payload = payload.map_err(Error::InvalidResult)?;
        // The guest is valid, so that there is no need to look into its core functions.
        let payload = validator.payload(&payload).map_err(Error::InvalidResult)?;
        if let ValidPayload::End(types) = payload {
            outermost = Some(types);
        }
    }
    let mut kept = BTreeMap::new();
    if let Some(types) = &outermost {
        let types = types.as_ref();
        for (function, core_function) in lifted {
            if types[types.component_function_at(*function)].async_ {
                continue;
            }
            let ty = types[types.core_function_at(*core_function)].unwrap_func();
            let mut reencoder = RoundtripReencoder;
            let mut val_types = |types: &[wasmparser::ValType]| reencoder.val_types(types.to_vec());
            let signature = Signature {
                params: val_types(ty.params()).map_err(Error::Rewrite)?,
                results: val_types(ty.results()).map_err(Error::Rewrite)?,
            };
            kept.insert(*function, signature);
        }
    }
    Ok(kept)
}

/// What the core module exports that [`wrapper`] makes, and what it imports of the guest.
pub(super) const CALL: &str = "call";

/// The core module of a function that calls the guest's in a task that can't wait.
pub(super) fn wrapper(signature: &Signature) -> Vec<u8> {
    let Signature { params, results } = signature;
    let mut header = Header::default();
    let guest = header.import(GUEST, CALL, params, results);
    let let_wait = header.import(ADAPTER, LET_WAIT, &[ValType::I32], &[ValType::I32]);
    let ty = header.ty(params, results);
    // Destructors are called within other functions, so that what was said before is said again.
    let before = params.len() as u32;
    let mut call = Function::new([(1, ValType::I32)]);
    let mut body = call.instructions();
    body.i32_const(0).call(let_wait).local_set(before);
    for param in 0..before {
        body.local_get(param);
    }
    // The results stay on the stack.
    body.call(guest);
    body.local_get(before).call(let_wait).drop().end();
    header.with_function(CALL, ty, &call)
}
