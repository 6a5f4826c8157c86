//! `wasi:cli/environment`.

use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::environment::Guest;
use crate::bindings::wasi::cli0_3_0::environment as p3;
use alloc::string::String;
use alloc::vec::Vec;

impl Guest for Adapter {
    fn get_environment() -> Vec<(String, String)> {
        p3::get_environment()
    }

    fn get_arguments() -> Vec<String> {
        p3::get_arguments()
    }

    fn initial_cwd() -> Option<String> {
        p3::get_initial_cwd()
    }
}
