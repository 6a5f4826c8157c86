//! `wasi:io/error`.

use crate::Adapter;
use crate::bindings::exports::wasi::io::error::{Guest, GuestError};
use alloc::string::String;

/// Why an operation on a stream failed, as the WASI 0.3 side reported it.
pub struct Failure {
    reason: &'static str,
}

impl Failure {
    /// A failure for which `reason` says all that is known.
    pub const fn new(reason: &'static str) -> Self {
        Failure { reason }
    }
}

impl Guest for Adapter {
    type Error = Failure;
}

impl GuestError for Failure {
    fn to_debug_string(&self) -> String {
        self.reason.into()
    }
}
