//! `wasi:cli/stdin`: the process's own stdin, as a stream that the host writes.

use crate::bindings::wasi::cli::stdin;
use crate::bindings::wasi::cli::types::ErrorCode;
use crate::{State, Wasi};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead as _, ReadBuf, Stdin};
use tokio::sync::oneshot;
use wasmtime::component::{
    Access, Destination, FutureReader, StreamProducer, StreamReader, StreamResult, VecBuffer,
};
use wasmtime::{AsContextMut as _, Result, StoreContextMut};

impl stdin::Host for State {}

impl stdin::HostWithStore<State> for Wasi {
    fn read_via_stream(
        mut access: Access<'_, State, Self>,
    ) -> Result<(StreamReader<u8>, FutureReader<Result<(), ErrorCode>>)> {
        let stdin = access.get().stdin.clone();
        let (failed, failure) = oneshot::channel();
        let producer = Producer {
            stdin,
            failed: Some(failed),
        };
        let bytes = StreamReader::new(&mut access, producer)?;
        let result = FutureReader::new(&mut access, async {
            // A producer that goes away without a word has not failed.
            Ok::<_, wasmtime::Error>(failure.await.map_or(Ok(()), Err))
        })?;
        Ok((bytes, result))
    }
}

struct Producer {
    stdin: Arc<Mutex<Stdin>>,
    failed: Option<oneshot::Sender<ErrorCode>>,
}

impl StreamProducer<State> for Producer {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, State>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        // Whether there is something to read can't be told without reading it.
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
        Poll::Ready(Ok(match read {
            // What Tokio's thread reads after this stays in the shared handle.
            Poll::Pending if finish => StreamResult::Cancelled,
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(())) if len == 0 => StreamResult::Dropped,
            Poll::Ready(Ok(())) => {
                destination.mark_written(len);
                StreamResult::Completed
            }
            Poll::Ready(Err(error)) => {
                if let Some(failed) = self.failed.take() {
                    // The guest may have dropped the future.
                    let _ = failed.send(super::error_code(&error));
                }
                StreamResult::Dropped
            }
        }))
    }
}
