//! `wasi:random/insecure`.

use super::all_bytes;
use crate::Adapter;
use crate::bindings::exports::wasi::random0_2_12::insecure::Guest;
use crate::bindings::wasi::random0_3_0::insecure as p3;
use alloc::vec::Vec;

impl Guest for Adapter {
    fn get_insecure_random_bytes(len: u64) -> Vec<u8> {
        all_bytes(len, p3::get_insecure_random_bytes)
    }

    fn get_insecure_random_u64() -> u64 {
        p3::get_insecure_random_u64()
    }
}
