//! `wasi:io/error`.

use crate::Adapter;
use crate::bindings::exports::wasi::io::error::{Guest, GuestError};
use crate::p3::Failure;
use alloc::string::String;

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
