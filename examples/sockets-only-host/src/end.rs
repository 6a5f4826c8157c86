//! The end of a stream of bytes, and the future beside the stream that resolves to its result.

use std::io;
use std::task::Poll;
use tokio::sync::oneshot;
use wasmtime::Result;
use wasmtime::component::StreamResult;

/// The sender of that future, held by a producer or consumer, with errors of type `E`.
///
/// A producer or consumer that is dropped without a result has not failed.
pub(crate) struct End<E> {
    result: Option<oneshot::Sender<Result<(), E>>>,
    /// Returns the error code of WASI for an error.
    code: fn(&io::Error) -> E,
}

impl<E> End<E> {
    /// Returns the receiver that becomes the future, too.
    pub(crate) fn new(code: fn(&io::Error) -> E) -> (Self, oneshot::Receiver<Result<(), E>>) {
        let (result, told) = oneshot::channel();
        let result = Some(result);
        (Self { result, code }, told)
    }

    /// Turns the result of an attempt to read or write into that of a stream's `poll`. `false` is
    /// the end.
    pub(crate) fn result(
        &mut self,
        attempt: Poll<io::Result<bool>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        Poll::Ready(Ok(match attempt {
            Poll::Ready(Ok(true)) => StreamResult::Completed,
            Poll::Ready(Ok(false)) => StreamResult::Dropped,
            Poll::Ready(Err(error)) => {
                self.tell(Err((self.code)(&error)));
                StreamResult::Dropped
            }
            Poll::Pending if finish => StreamResult::Cancelled,
            Poll::Pending => return Poll::Pending,
        }))
    }

    pub(crate) fn tell(&mut self, result: Result<(), E>) {
        if let Some(told) = self.result.take() {
            // The guest may have dropped the future.
            let _ = told.send(result);
        }
    }
}

impl<E> Drop for End<E> {
    fn drop(&mut self) {
        self.tell(Ok(()));
    }
}
