//! `wasi:cli/stdin`.

use crate::Adapter;
use crate::bindings::exports::wasi::cli0_2_12::stdin::{Guest, InputStream};
use crate::canon::Global;
use crate::io::input::ByteInput;
use crate::io::streams::input_stream;
use crate::p3;
use alloc::rc::Rc;
use core::cell::RefCell;

/// Every handle reads from the same stream: bytes that were read ahead belong to whoever asks
/// next, and a guest may well get a new handle for every read.
static STDIN: Global<RefCell<Option<Rc<ByteInput>>>> = Global::new(RefCell::new(None));

impl Guest for Adapter {
    fn get_stdin() -> InputStream {
        let mut stdin = STDIN.borrow_mut();
        let input = stdin.get_or_insert_with(|| ByteInput::stdin(p3::cli::stdin()));
        input_stream(input.clone())
    }
}
