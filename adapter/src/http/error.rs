//! The error codes of `wasi:http`, which are the same in WASI 0.2 and WASI 0.3.

use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::p3::{Code, Failure};

/// The code of a failure of a body.
pub fn code(failure: &Failure) -> Option<ErrorCode> {
    match &failure.code {
        Code::Http(code) => code.downcast_ref().cloned(),
        _ => None,
    }
}
