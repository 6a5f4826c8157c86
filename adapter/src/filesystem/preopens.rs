//! `wasi:filesystem/preopens`.

use super::types::Descriptor;
use crate::Adapter;
use crate::bindings::exports::wasi::filesystem0_2_12::preopens::{self, Guest};
use crate::bindings::wasi::filesystem0_3_0::preopens as p3;
use alloc::string::String;
use alloc::vec::Vec;

impl Guest for Adapter {
    fn get_directories() -> Vec<(preopens::Descriptor, String)> {
        let resource = |(descriptor, path)| {
            let descriptor = Descriptor::new(descriptor, false);
            (preopens::Descriptor::new(descriptor), path)
        };
        p3::get_directories().into_iter().map(resource).collect()
    }
}
