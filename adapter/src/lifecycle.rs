//! `wasi-uplift:adapter/lifecycle`, which the composer's front components call.

use crate::Adapter;
use crate::bindings::exports::wasi_uplift::adapter::lifecycle::Guest;
use crate::io::output;

impl Guest for Adapter {
    fn drain() {
        output::drain();
    }
}
