//! `incoming-body`.

use crate::bindings::exports::wasi::io::streams::InputStream;
use crate::canon::trap;
use crate::io::input::ByteInput;
use crate::io::streams::{Child, child_input_stream};
use crate::p3;
use alloc::rc::Rc;
use core::cell::Cell;

/// A body that comes in, and its trailers.
pub struct Incoming {
    pub input: Rc<ByteInput>,
}

impl Incoming {
    /// Returns `true` if it is known how the body ended. What the guest has not read is skipped.
    pub fn has_ended(&self) -> bool {
        self.input.exhaust()
    }
}

/// An `incoming-body`.
pub struct IncomingBody {
    incoming: Rc<Incoming>,
    /// Whether the guest has had the stream, which there is once.
    was_streamed: Cell<bool>,
    /// Whether the guest has it now.
    has_stream: Rc<Cell<bool>>,
}

impl IncomingBody {
    pub fn new(source: p3::Source) -> Self {
        IncomingBody {
            incoming: Rc::new(Incoming {
                input: ByteInput::new(source),
            }),
            was_streamed: Cell::new(false),
            has_stream: Rc::default(),
        }
    }

    pub fn stream(&self) -> Result<InputStream, ()> {
        if self.was_streamed.replace(true) {
            return Err(());
        }
        self.has_stream.set(true);
        let child = Child(self.has_stream.clone());
        Ok(child_input_stream(self.incoming.input.clone(), child))
    }

    pub fn finish(self) -> Rc<Incoming> {
        self.incoming.clone()
    }
}

impl Drop for IncomingBody {
    /// WASI 0.2 has a trap for a stream that is still there.
    fn drop(&mut self) {
        if self.has_stream.get() {
            trap();
        }
    }
}
