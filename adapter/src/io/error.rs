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
        let package = self.code.package();
        let detail = self.detail.as_deref();
        let (colon, detail) = detail.map_or(("", ""), |detail| (": ", detail));
        ["wasi:", package, " error-code ", self.reason, colon, detail].concat()
    }
}
