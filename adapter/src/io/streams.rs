//! `wasi:io/streams`.

use super::output::Output;
use super::poll::{Source, pollable};
use super::state::StreamError;
use crate::bindings::exports::wasi::io::error::Error;
use crate::bindings::exports::wasi::io::poll::Pollable;
use crate::bindings::exports::wasi::io::streams::{
    self as exports, Guest, GuestInputStream, GuestOutputStream, InputStreamBorrow,
};
use crate::canon::{Task, trap};
use crate::{Adapter, reactor};
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::Cell;

/// The most that the `blocking-*-and-flush` functions take. WASI 0.2 has a trap for more.
const BLOCKING_WRITE_LIMIT: u64 = 4096;

/// The implementation of an `input-stream`.
pub trait Input: Source + Any {
    /// Returns `true` if there are bytes, or an end, to tell the guest of. Starts a read of at most
    /// `len` bytes where that is what it takes to know.
    fn fill(&self, len: u64, task: Task<'_>) -> bool;

    /// Waits until there are bytes or an end.
    fn fill_waiting(&self, len: u64, task: Task<'_>);

    /// Takes at most `len` of the bytes that are there.
    fn take(&self, len: u64) -> Result<Vec<u8>, StreamError>;

    /// Drops at most `len` of the bytes that are there.
    fn skip(&self, len: u64) -> Result<u64, StreamError>;

    /// The result of reading nothing, which tells of the end of some streams.
    fn read_nothing(&self) -> Result<(), StreamError>;
}

/// A stream that the guest has got from a parent which must not go before. The parent has the same
/// flag, which is cleared when the stream is dropped.
pub struct Child(pub Rc<Cell<bool>>);

impl Drop for Child {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// An `input-stream`.
pub struct InputStream {
    input: Rc<dyn Input>,
    _child: Option<Child>,
}

/// An `output-stream`.
pub struct OutputStream {
    output: Rc<Output>,
    _child: Option<Child>,
}

impl Drop for OutputStream {
    fn drop(&mut self) {
        self.output.note_drop();
    }
}

/// Makes a new `input-stream` resource.
pub fn input_stream(input: Rc<dyn Input>) -> exports::InputStream {
    exports::InputStream::new(InputStream {
        input,
        _child: None,
    })
}

/// Makes a new `output-stream` resource.
pub fn output_stream(output: Rc<Output>) -> exports::OutputStream {
    exports::OutputStream::new(OutputStream {
        output,
        _child: None,
    })
}

/// Makes a new `input-stream` resource that is a child.
pub fn child_input_stream(input: Rc<dyn Input>, child: Child) -> exports::InputStream {
    let _child = Some(child);
    exports::InputStream::new(InputStream { input, _child })
}

/// Makes a new `output-stream` resource that is a child.
pub fn child_output_stream(output: Rc<Output>, child: Child) -> exports::OutputStream {
    let _child = Some(child);
    exports::OutputStream::new(OutputStream { output, _child })
}

impl From<StreamError> for exports::StreamError {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::LastOperationFailed(failure) => {
                exports::StreamError::LastOperationFailed(Error::new(failure))
            }
            StreamError::Closed => exports::StreamError::Closed,
        }
    }
}

impl Guest for Adapter {
    type InputStream = InputStream;
    type OutputStream = OutputStream;
}

impl InputStream {
    /// Returns what the stream reads, if that is a `T`.
    pub fn source<T: Input>(&self) -> Option<&T> {
        let input: &dyn Any = &*self.input;
        input.downcast_ref()
    }

    /// Prepares to take bytes without waiting. Returns `true` if there are some, or an end.
    fn fill(&self, len: u64, task: Task<'_>) -> bool {
        len > 0
            && (self.input.fill(len, task) || {
                // The host gets a chance to run where there is nothing yet.
                reactor::yield_once(task);
                self.input.fill(len, task)
            })
    }

    /// Prepares to take bytes. Returns `false` if none were asked for.
    fn fill_waiting(&self, len: u64, task: Task<'_>) -> bool {
        self.input.fill_waiting(len, task);
        len > 0
    }

    /// Reads at most `len` bytes, and waits until there are some.
    pub fn read_waiting(&self, len: u64, task: Task<'_>) -> Result<Vec<u8>, StreamError> {
        if !self.fill_waiting(len, task) {
            return self.input.read_nothing().map(|()| Vec::new());
        }
        self.input.take(len)
    }

    fn read_now(&self, len: u64, task: Task<'_>) -> Result<Vec<u8>, StreamError> {
        if !self.fill(len, task) {
            return self.input.read_nothing().map(|()| Vec::new());
        }
        self.input.take(len)
    }
}

impl GuestInputStream for InputStream {
    fn read(&self, len: u64, task: Task<'_>) -> Result<Vec<u8>, exports::StreamError> {
        Ok(self.read_now(len, task)?)
    }

    fn blocking_read(&self, len: u64, task: Task<'_>) -> Result<Vec<u8>, exports::StreamError> {
        Ok(self.read_waiting(len, task)?)
    }

    fn skip(&self, len: u64, task: Task<'_>) -> Result<u64, exports::StreamError> {
        if !self.fill(len, task) {
            return Ok(self.input.read_nothing().map(|()| 0)?);
        }
        Ok(self.input.skip(len)?)
    }

    fn blocking_skip(&self, len: u64, task: Task<'_>) -> Result<u64, exports::StreamError> {
        if !self.fill_waiting(len, task) {
            return Ok(self.input.read_nothing().map(|()| 0)?);
        }
        Ok(self.input.skip(len)?)
    }

    fn subscribe(&self) -> Pollable {
        pollable(self.input.clone())
    }
}

impl GuestOutputStream for OutputStream {
    fn check_write(&self, task: Task<'_>) -> Result<u64, exports::StreamError> {
        Ok(self.output.check_write(task)? as u64)
    }

    fn write(&self, contents: Vec<u8>) -> Result<(), exports::StreamError> {
        Ok(self.output.write(contents)?)
    }

    fn blocking_write_and_flush(
        &self,
        contents: Vec<u8>,
        task: Task<'_>,
    ) -> Result<(), exports::StreamError> {
        if contents.len() as u64 > BLOCKING_WRITE_LIMIT {
            trap();
        }
        Ok(self.output.blocking_write_and_flush(contents, task)?)
    }

    fn flush(&self) -> Result<(), exports::StreamError> {
        Ok(self.output.flush()?)
    }

    fn blocking_flush(&self, task: Task<'_>) -> Result<(), exports::StreamError> {
        Ok(self.output.blocking_flush(task)?)
    }

    fn subscribe(&self) -> Pollable {
        pollable(self.output.clone())
    }

    fn write_zeroes(&self, len: u64) -> Result<(), exports::StreamError> {
        Ok(self.output.write_zeroes(len)?)
    }

    fn blocking_write_zeroes_and_flush(
        &self,
        len: u64,
        task: Task<'_>,
    ) -> Result<(), exports::StreamError> {
        if len > BLOCKING_WRITE_LIMIT {
            trap();
        }
        let zeroes = alloc::vec![0; len as usize];
        Ok(self.output.blocking_write_and_flush(zeroes, task)?)
    }

    fn splice(
        &self,
        src: InputStreamBorrow<'_>,
        len: u64,
        task: Task<'_>,
    ) -> Result<u64, exports::StreamError> {
        let len = len.min(self.output.check_write(task)? as u64);
        if len == 0 {
            return Ok(0);
        }
        let bytes = src.get::<InputStream>().read_now(len, task)?;
        let moved = bytes.len() as u64;
        self.output.write(bytes)?;
        Ok(moved)
    }

    fn blocking_splice(
        &self,
        src: InputStreamBorrow<'_>,
        len: u64,
        task: Task<'_>,
    ) -> Result<u64, exports::StreamError> {
        let room = self.output.blocking_check_write(task)? as u64;
        let len = len.min(room);
        if len == 0 {
            return Ok(0);
        }
        let bytes = src.get::<InputStream>().read_waiting(len, task)?;
        let moved = bytes.len() as u64;
        self.output.blocking_write_and_flush(bytes, task)?;
        Ok(moved)
    }
}
