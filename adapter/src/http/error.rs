//! The error codes of `wasi:http`, which are the same in WASI 0.2 and WASI 0.3.

use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::p3::{Code, Failure};

/// The code of a failure of a stream. WASI 0.2's host has one for what the guest itself has done. What
/// happens to a body that comes in is told with its trailers.
#[inline(always)]
pub fn code(failure: &Failure) -> Option<ErrorCode> {
    match failure.code {
        Code::HttpSize(size) => Some(size.into()),
        _ => None,
    }
}
