//! `wasi:cli/stdin`: the process's own stdin, as a stream that the host writes.

use crate::bindings::wasi::cli::stdin;
use crate::bindings::wasi::cli::types::ErrorCode;
use crate::end::End;
use crate::{State, Wasi};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead as _, ReadBuf, Stdin};
use wasmtime::component::{
    Access, Destination, FutureReader, StreamProducer, StreamReader, StreamResult, VecBuffer,
};
use wasmtime::{AsContextMut as _, Result, StoreContextMut};

impl stdin::Host for State {}

impl<T> stdin::HostWithStore<T> for Wasi {
    fn read_via_stream(
        mut access: Access<'_, T, Self>,
    ) -> Result<(StreamReader<u8>, FutureReader<Result<(), ErrorCode>>)> {
        let stdin = access.get().stdin.clone();
        let (end, result) = End::new(super::error_code);
        let bytes = StreamReader::new(&mut access, Producer { stdin, end })?;
        Ok((bytes, FutureReader::new(&mut access, result)?))
    }
}

struct Producer {
    stdin: Arc<Mutex<Stdin>>,
    end: End<ErrorCode>,
}

impl<T> StreamProducer<T> for Producer {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, T>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        // Only reading shows if there is something to read.
        if destination.remaining(store.as_context_mut()) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }

        let mut destination = destination.as_direct(store, 1 << 16);
        let mut buffer = ReadBuf::new(destination.remaining());
        let read = {
            let mut stdin = self.stdin.lock().unwrap_or_else(PoisonError::into_inner);
            Pin::new(&mut *stdin).poll_read(cx, &mut buffer)
        };
        let len = buffer.filled().len();
        destination.mark_written(len);
        // Bytes that Tokio's thread reads after `finish` stay in the shared handle.
        self.end.result(read.map_ok(|()| len > 0), finish)
    }
}
