//! `wasi:cli/stdout` and `wasi:cli/stderr`: the process's own, as streams that
//! the host reads.

use crate::bindings::wasi::cli::types::ErrorCode;
use crate::bindings::wasi::cli::{stderr, stdout};
use crate::{State, Wasi};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;
use tokio::sync::oneshot;
use wasmtime::component::{
    Access, FutureReader, Source, StreamConsumer, StreamReader, StreamResult,
};
use wasmtime::{Result, StoreContextMut};

impl stdout::Host for State {}

impl stdout::HostWithStore<State> for Wasi {
    fn write_via_stream(
        access: Access<'_, State, Self>,
        data: StreamReader<u8>,
    ) -> Result<FutureReader<Result<(), ErrorCode>>> {
        consume(access, data, tokio::io::stdout())
    }
}

impl stderr::Host for State {}

impl stderr::HostWithStore<State> for Wasi {
    fn write_via_stream(
        access: Access<'_, State, Self>,
        data: StreamReader<u8>,
    ) -> Result<FutureReader<Result<(), ErrorCode>>> {
        consume(access, data, tokio::io::stderr())
    }
}

fn consume(
    mut access: Access<'_, State, Wasi>,
    data: StreamReader<u8>,
    output: impl AsyncWrite + Send + Unpin + 'static,
) -> Result<FutureReader<Result<(), ErrorCode>>> {
    let (failed, failure) = oneshot::channel();
    let consumer = Consumer {
        output,
        flushing: false,
        failed: Some(failed),
    };
    data.pipe(&mut access, consumer)?;
    FutureReader::new(&mut access, async {
        // A consumer that goes away without a word has not failed.
        Ok::<_, wasmtime::Error>(failure.await.map_or(Ok(()), Err))
    })
}

struct Consumer<W> {
    output: W,
    /// Whether bytes are accepted that are not yet written.
    flushing: bool,
    failed: Option<oneshot::Sender<ErrorCode>>,
}

impl<W: AsyncWrite + Unpin> Consumer<W> {
    /// Accepts bytes and waits until they are written, so that a guest that has
    /// written may end.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        accepted: &mut usize,
    ) -> Poll<io::Result<()>> {
        let output = &mut self.output;
        if !self.flushing && !bytes.is_empty() {
            *accepted = ready!(Pin::new(&mut *output).poll_write(cx, bytes))?;
            if *accepted == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.flushing = true;
        }
        if self.flushing {
            ready!(Pin::new(output).poll_flush(cx))?;
            self.flushing = false;
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Send + Unpin + 'static> StreamConsumer<State> for Consumer<W> {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, State>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let mut source = source.as_direct(store);
        let mut accepted = 0;
        let written = self.poll_write(cx, source.remaining(), &mut accepted);
        source.mark_read(accepted);
        Poll::Ready(Ok(match written {
            Poll::Pending if finish => {
                // What is accepted is written by the next call, or by Tokio's
                // thread if there is none.
                self.flushing = false;
                StreamResult::Cancelled
            }
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(())) => StreamResult::Completed,
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
