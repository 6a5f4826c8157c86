//! `wasi:cli/stdin`.

use crate::Adapter;
use crate::abi::{self, Global};
use crate::bindings::exports::wasi::cli0_2_12::stdin::{Guest, InputStream};
use crate::io::input::Input;
use crate::io::streams;
use alloc::rc::Rc;
use core::cell::OnceCell;

/// Every handle reads from the same stream: bytes that were read ahead belong to whoever asks
/// next, and a guest may well get a new handle for every read.
static STDIN: Global<OnceCell<Rc<Input>>> = Global::new(OnceCell::new());

impl Guest for Adapter {
    fn get_stdin() -> InputStream {
        let input = STDIN.get_or_init(|| Input::new(abi::stdin()));
        InputStream::new(streams::InputStream(input.clone()))
    }
}
