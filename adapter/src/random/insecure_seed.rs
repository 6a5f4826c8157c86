//! `wasi:random/insecure-seed`.

use crate::Adapter;
use crate::bindings::exports::wasi::random0_2_12::insecure_seed::Guest;
use crate::bindings::wasi::random0_3_0::insecure_seed as p3;

impl Guest for Adapter {
    fn insecure_seed() -> (u64, u64) {
        p3::get_insecure_seed()
    }
}
