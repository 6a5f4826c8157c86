//! Waiting for turns: a future that is ready only after it was polled some times.

use std::pin::Pin;
use std::task::{Context, Poll};

/// Turns that are still to be waited for.
pub struct Turns(pub u64);

impl Turns {
    /// Takes a turn. Ready after the last.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Future for Turns {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Turns::poll(&mut self, context)
    }
}
