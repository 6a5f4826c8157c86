//! `wasi:io/streams`.

use super::input::Input;
use super::life::StreamEnd;
use super::output::Output;
use super::poll::pollable;
use crate::Adapter;
use crate::abi::trap;
use crate::bindings::exports::wasi::io::error::Error;
use crate::bindings::exports::wasi::io::poll::Pollable;
use crate::bindings::exports::wasi::io::streams::{
    Guest, GuestInputStream, GuestOutputStream, InputStreamBorrow, StreamError,
};
use alloc::rc::Rc;
use alloc::vec::Vec;

/// The most that the `blocking-*-and-flush` functions take. WASI 0.2 has a trap for more.
const BLOCKING_WRITE_LIMIT: u64 = 4096;

/// An `input-stream`.
pub struct InputStream(pub Rc<Input>);

/// An `output-stream`.
pub struct OutputStream(pub Rc<Output>);

impl Drop for InputStream {
    fn drop(&mut self) {
        self.0.is_child.set(false);
    }
}

impl Drop for OutputStream {
    fn drop(&mut self) {
        self.0.is_child.set(false);
    }
}

impl From<StreamEnd> for StreamError {
    fn from(end: StreamEnd) -> Self {
        match end {
            StreamEnd::LastOperationFailed(failure) => {
                StreamError::LastOperationFailed(Error::new(failure))
            }
            StreamEnd::Closed => StreamError::Closed,
        }
    }
}

impl Guest for Adapter {
    type InputStream = InputStream;
    type OutputStream = OutputStream;
}

impl GuestInputStream for InputStream {
    fn read(&self, len: u64) -> Result<Vec<u8>, StreamError> {
        Ok(self.0.read(len)?)
    }

    fn blocking_read(&self, len: u64) -> Result<Vec<u8>, StreamError> {
        Ok(self.0.blocking_read(len)?)
    }

    fn skip(&self, len: u64) -> Result<u64, StreamError> {
        Ok(self.0.skip(len)?)
    }

    fn blocking_skip(&self, len: u64) -> Result<u64, StreamError> {
        Ok(self.0.blocking_skip(len)?)
    }

    fn subscribe(&self) -> Pollable {
        pollable(self.0.clone())
    }
}

impl GuestOutputStream for OutputStream {
    fn check_write(&self) -> Result<u64, StreamError> {
        Ok(self.0.check_write()? as u64)
    }

    fn write(&self, contents: Vec<u8>) -> Result<(), StreamError> {
        Ok(self.0.write(contents)?)
    }

    fn blocking_write_and_flush(&self, contents: Vec<u8>) -> Result<(), StreamError> {
        if contents.len() as u64 > BLOCKING_WRITE_LIMIT {
            trap();
        }
        Ok(self.0.blocking_write_and_flush(contents)?)
    }

    fn flush(&self) -> Result<(), StreamError> {
        Ok(self.0.flush()?)
    }

    fn blocking_flush(&self) -> Result<(), StreamError> {
        Ok(self.0.blocking_flush()?)
    }

    fn subscribe(&self) -> Pollable {
        pollable(self.0.clone())
    }

    fn write_zeroes(&self, len: u64) -> Result<(), StreamError> {
        Ok(self.0.write_zeroes(len)?)
    }

    fn blocking_write_zeroes_and_flush(&self, len: u64) -> Result<(), StreamError> {
        if len > BLOCKING_WRITE_LIMIT {
            trap();
        }
        let zeroes = alloc::vec![0; len as usize];
        Ok(self.0.blocking_write_and_flush(zeroes)?)
    }

    fn splice(&self, src: InputStreamBorrow<'_>, len: u64) -> Result<u64, StreamError> {
        let room = self.0.check_write()? as u64;
        let bytes = src.get::<InputStream>().0.read(len.min(room))?;
        let moved = bytes.len() as u64;
        self.0.write(bytes)?;
        Ok(moved)
    }

    fn blocking_splice(&self, src: InputStreamBorrow<'_>, len: u64) -> Result<u64, StreamError> {
        let room = self.0.blocking_check_write()? as u64;
        let len = len.min(room);
        if len == 0 {
            return Ok(0);
        }
        let bytes = src.get::<InputStream>().0.blocking_read(len)?;
        let moved = bytes.len() as u64;
        self.0.blocking_write_and_flush(bytes)?;
        Ok(moved)
    }
}
