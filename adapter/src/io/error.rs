//! `wasi:io/error`.

use crate::Adapter;
use crate::bindings::exports::wasi::filesystem0_2_12::types::ErrorCode;
use crate::bindings::exports::wasi::io::error::{Guest, GuestError};
use crate::sockets::error::Fault;
use alloc::boxed::Box;
use alloc::string::String;
use core::any::Any;

/// Why an operation on a stream failed, as the WASI 0.3 side reported it.
pub struct Failure {
    reason: &'static str,
    /// What the host had to say beyond its error code.
    detail: Option<String>,
    /// For `network-error-code`.
    pub fault: Option<Fault>,
    /// For `filesystem-error-code`.
    pub filesystem: Option<ErrorCode>,
    /// For `http-error-code`: of a type that adapters without http need not know.
    pub http: Option<Box<dyn Any>>,
}

impl Failure {
    /// A failure of a file, or of something that WASI 0.2 takes for one.
    pub fn file(code: ErrorCode, reason: &'static str) -> Self {
        Failure {
            reason,
            detail: None,
            fault: None,
            filesystem: Some(code),
            http: None,
        }
    }

    /// A failure of a socket.
    pub fn socket(fault: Fault, detail: Option<String>) -> Self {
        Failure {
            reason: fault.name(),
            detail,
            fault: Some(fault),
            filesystem: None,
            http: None,
        }
    }

    /// A failure of a body.
    pub fn http(code: Box<dyn Any>, reason: &'static str) -> Self {
        Failure {
            reason,
            detail: None,
            fault: None,
            filesystem: None,
            http: Some(code),
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
