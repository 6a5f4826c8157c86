//! `wasi:cli/stdout` and `wasi:cli/stderr`: the process's own, as streams that
//! the host reads.

use crate::bindings::wasi::cli::types::ErrorCode;
use crate::bindings::wasi::cli::{stderr, stdout};
use crate::end::End;
use crate::{State, Wasi};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;
use wasmtime::component::{
    Access, FutureReader, Source, StreamConsumer, StreamReader, StreamResult,
};
use wasmtime::{Result, StoreContextMut};

impl stdout::Host for State {}

impl<T> stdout::HostWithStore<T> for Wasi {
    fn write_via_stream(
        access: Access<'_, T, Self>,
        data: StreamReader<u8>,
    ) -> Result<FutureReader<Result<(), ErrorCode>>> {
        consume(access, data, tokio::io::stdout())
    }
}

impl stderr::Host for State {}

impl<T> stderr::HostWithStore<T> for Wasi {
    fn write_via_stream(
        access: Access<'_, T, Self>,
        data: StreamReader<u8>,
    ) -> Result<FutureReader<Result<(), ErrorCode>>> {
        consume(access, data, tokio::io::stderr())
    }
}

fn consume<T>(
    mut access: Access<'_, T, Wasi>,
    data: StreamReader<u8>,
    output: impl AsyncWrite + Send + Unpin + 'static,
) -> Result<FutureReader<Result<(), ErrorCode>>> {
    let (end, result) = End::new(super::error_code);
    let consumer = Consumer {
        output,
        flushing: false,
        end,
    };
    data.pipe(&mut access, consumer)?;
    FutureReader::new(&mut access, result)
}

struct Consumer<W> {
    output: W,
    /// `true` if there are accepted bytes that are not yet written.
    flushing: bool,
    end: End<ErrorCode>,
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

impl<T, W: AsyncWrite + Send + Unpin + 'static> StreamConsumer<T> for Consumer<W> {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, T>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let mut source = source.as_direct(store);
        let mut accepted = 0;
        let written = self.poll_write(cx, source.remaining(), &mut accepted);
        source.mark_read(accepted);
        if finish && written.is_pending() {
            // Accepted bytes are written by the next call, or by Tokio's thread if there is none.
            self.flushing = false;
        }
        self.end.result(written.map_ok(|()| true), finish)
    }
}
