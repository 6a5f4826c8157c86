//! `wasi:io/error`.

use crate::Adapter;
use crate::bindings::exports::wasi::filesystem0_2_12::types::ErrorCode;
use crate::bindings::exports::wasi::io::error::{Guest, GuestError};
use crate::sockets::error::Fault;
use alloc::string::String;

/// Why an operation on a stream failed, as the WASI 0.3 side reported it.
pub struct Failure {
    reason: &'static str,
    /// What the host had to say beyond its error code.
    detail: Option<String>,
    /// For `network-error-code`.
    pub fault: Option<Fault>,
    /// For `filesystem-error-code`.
    pub filesystem: Option<ErrorCode>,
}

impl Failure {
    /// A failure of a file, or of something that WASI 0.2 takes for one.
    pub fn file(code: ErrorCode, reason: &'static str) -> Self {
        Failure {
            reason,
            detail: None,
            fault: None,
            filesystem: Some(code),
        }
    }

    /// A failure of a socket.
    pub fn socket(fault: Fault, detail: Option<String>) -> Self {
        Failure {
            reason: fault.name(),
            detail,
            fault: Some(fault),
            filesystem: None,
        }
    }
}

impl Guest for Adapter {
    type Error = Failure;
}

impl GuestError for Failure {
    fn to_debug_string(&self) -> String {
        match &self.detail {
            Some(detail) => [self.reason, ": ", detail].concat(),
            None => self.reason.into(),
        }
    }
}
