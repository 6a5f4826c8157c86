//! `request-options`.

use crate::bindings::wasi::http0_3_0::types as p3;
use crate::p3::http;

/// A `request-options`: one of WASI 0.3.
pub struct RequestOptions(pub p3::RequestOptions);

impl RequestOptions {
    pub fn new() -> Self {
        RequestOptions(p3::RequestOptions::new())
    }

    pub fn connect_timeout(&self) -> Option<u64> {
        self.0.get_connect_timeout()
    }

    pub fn set_connect_timeout(&self, duration: Option<u64>) -> Result<(), ()> {
        http::set_connect_timeout(&self.0, duration)
    }

    pub fn first_byte_timeout(&self) -> Option<u64> {
        self.0.get_first_byte_timeout()
    }

    pub fn set_first_byte_timeout(&self, duration: Option<u64>) -> Result<(), ()> {
        http::set_first_byte_timeout(&self.0, duration)
    }

    pub fn between_bytes_timeout(&self) -> Option<u64> {
        self.0.get_between_bytes_timeout()
    }

    pub fn set_between_bytes_timeout(&self, duration: Option<u64>) -> Result<(), ()> {
        http::set_between_bytes_timeout(&self.0, duration)
    }
}
