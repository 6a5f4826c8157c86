//! `incoming-body`.

use crate::abi::http::Expected;
use crate::abi::{ByteReader, Completion, trap};
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::io::input::Input;
use alloc::rc::Rc;
use core::cell::Cell;

/// A body that comes in, and what comes after it.
pub struct Incoming {
    pub input: Rc<Input>,
    trailers: Expected,
}

impl Incoming {
    /// The trailers, of a body that has ended.
    pub fn take_trailers(&self) -> Option<p3::Fields> {
        self.trailers.take()
    }
}

/// An `incoming-body`.
pub struct IncomingBody {
    incoming: Rc<Incoming>,
    streamed: Cell<bool>,
}

impl IncomingBody {
    pub fn new((ends, trailers): ((ByteReader, Completion), Expected)) -> Self {
        IncomingBody {
            incoming: Rc::new(Incoming {
                input: Input::socket(ends),
                trailers,
            }),
            streamed: Cell::new(false),
        }
    }

    /// The stream, which there is once.
    pub fn stream(&self) -> Result<Rc<Input>, ()> {
        if self.streamed.replace(true) {
            return Err(());
        }
        self.incoming.input.is_child.set(true);
        Ok(self.incoming.input.clone())
    }

    pub fn finish(self) -> Rc<Incoming> {
        self.incoming.clone()
    }
}

impl Drop for IncomingBody {
    /// WASI 0.2 has a trap for a stream that is still there.
    fn drop(&mut self) {
        if self.incoming.input.is_child.get() {
            trap();
        }
    }
}
