//! Streams, in a form in which it doesn't matter how much one call takes or gives.

use crate::operation::Operation;
use crate::wait;
use crate::wasi::io::streams::{InputStream, OutputStream, StreamError};

/// The most that is asked for at once. Asking for more is asking for as much as there is.
const PIECE: u64 = 1 << 16;

/// The most that is taken altogether. A file may be large, and have hardly anything in it.
const MOST: u64 = 300_000;

/// The most calls in turn that give nothing from a stream that is ready.
const MOST_EMPTY: u32 = 100;

/// Makes an operation, if it is one of these.
pub fn call(o: &Operation) -> Option<String> {
    match o.name {
        "read" => {
            let stream = o.handle::<InputStream>()?;
            let mut bytes = Vec::new();
            let end = repeat(o.arg(), Some(&stream), |len| {
                let piece = stream.read(len)?;
                bytes.extend_from_slice(&piece);
                Ok(piece.len() as u64)
            });
            o.show((bytes, end))
        }
        "blocking-read" => {
            let stream = o.handle::<InputStream>()?;
            let mut bytes = Vec::new();
            let end = repeat(o.arg(), None, |len| {
                let piece = stream.blocking_read(len)?;
                bytes.extend_from_slice(&piece);
                Ok(piece.len() as u64)
            });
            o.show((bytes, end))
        }
        // Where it may be that nothing comes.
        "blocking-read-if-ready" => {
            let stream = o.handle::<InputStream>()?;
            let len = o.arg();
            let is_ready = wait::one(&stream.subscribe());
            o.show(is_ready.then(|| stream.blocking_read(len)))
        }
        "skip" => {
            let stream = o.handle::<InputStream>()?;
            let end = repeat(o.arg(), Some(&stream), |len| stream.skip(len));
            o.show(end)
        }
        "blocking-skip" => {
            let stream = o.handle::<InputStream>()?;
            let end = repeat(o.arg(), None, |len| stream.blocking_skip(len));
            o.show(end)
        }
        "splice" => {
            let stream = o.handle::<OutputStream>()?;
            let source = o.handle::<InputStream>()?;
            let end = repeat(o.arg(), Some(&source), |len| {
                permit(&stream)?;
                stream.splice(&source, len)
            });
            o.show(end)
        }
        "blocking-splice" => {
            let stream = o.handle::<OutputStream>()?;
            let source = o.handle::<InputStream>()?;
            let end = repeat(o.arg(), None, |len| stream.blocking_splice(&source, len));
            o.show(end)
        }
        "subscribe-input" => o
            .parent::<InputStream>()
            .and_then(|stream| o.show(stream.subscribe())),
        "drop-input" => o.drop::<InputStream>(),

        "check-write" => {
            let stream = o.handle::<OutputStream>()?;
            o.show(permit(&stream).map(|permit| permit > 0))
        }
        "write" => {
            let stream = o.handle::<OutputStream>()?;
            let bytes: Vec<u8> = o.arg();
            o.show(write(&stream, &bytes))
        }
        "write-zeroes" => {
            let stream = o.handle::<OutputStream>()?;
            o.show(write_zeroes(&stream, o.arg()))
        }
        "write-unasked" => {
            let stream = o.handle::<OutputStream>()?;
            let bytes: Vec<u8> = o.arg();
            let result = stream.write(&bytes).and_then(|()| permit(&stream));
            o.show(result.map(drop))
        }
        "blocking-write-and-flush" => {
            let stream = o.handle::<OutputStream>()?;
            let bytes: Vec<u8> = o.arg();
            o.show(stream.blocking_write_and_flush(&bytes))
        }
        "blocking-write-zeroes-and-flush" => {
            let stream = o.handle::<OutputStream>()?;
            o.show(stream.blocking_write_zeroes_and_flush(o.arg()))
        }
        "flush" => {
            let stream = o.handle::<OutputStream>()?;
            let result = stream.flush().and_then(|()| permit(&stream));
            o.show(result.map(drop))
        }
        "blocking-flush" => {
            let stream = o.handle::<OutputStream>()?;
            o.show(stream.blocking_flush())
        }
        "subscribe-output" => o
            .parent::<OutputStream>()
            .and_then(|stream| o.show(stream.subscribe())),
        "drop-output" => o.drop::<OutputStream>(),
        _ => None,
    }
}

/// Repeats a call until it has given this many bytes, fails, or gives nothing where nothing is
/// ready. Returns how many it gave, or how many before it failed.
fn repeat(
    mut wanted: u64,
    source: Option<&InputStream>,
    mut call: impl FnMut(u64) -> Result<u64, StreamError>,
) -> (u64, Result<(), StreamError>) {
    let mut given = 0;
    let mut empty = 0;
    loop {
        let len = if wanted > PIECE && given > 0 {
            PIECE.min(wanted)
        } else {
            wanted
        };
        match call(len) {
            Err(error) => return (given, Err(error)),
            Ok(0) if wanted > 0 => {
                empty += 1;
                let is_ready = |source: &InputStream| wait::one(&source.subscribe());
                if empty == MOST_EMPTY || !source.is_some_and(is_ready) {
                    return (given, Ok(()));
                }
            }
            Ok(len) => {
                empty = 0;
                given += len;
                wanted = wanted.min(MOST.max(len)) - len;
            }
        }
        if wanted == 0 {
            return (given, Ok(()));
        }
    }
}

/// Waits for a permit.
fn permit(stream: &OutputStream) -> Result<u64, StreamError> {
    loop {
        let permit = stream.check_write()?;
        if permit > 0 || !wait::one(&stream.subscribe()) {
            return Ok(permit);
        }
    }
}

/// Writes, and waits until it has been done.
fn write(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    loop {
        let permit = permit(stream)?;
        if permit == 0 {
            // Even nothing may be too much then: the WASI 0.2 host counts writes.
            return Ok(());
        }
        let (now, later) = bytes.split_at(bytes.len().min(permit as usize));
        stream.write(now)?;
        bytes = later;
        if bytes.is_empty() {
            return self::permit(stream).map(drop);
        }
    }
}

/// Writes zeroes, and waits until it has been done.
fn write_zeroes(stream: &OutputStream, mut len: u64) -> Result<(), StreamError> {
    loop {
        let permit = permit(stream)?;
        if permit == 0 {
            return Ok(());
        }
        let now = permit.min(len);
        stream.write_zeroes(now)?;
        len -= now;
        if len == 0 {
            return self::permit(stream).map(drop);
        }
    }
}
