//! Streams and futures that are passed on in a manner.
//!
//! A stream is read by one end of a pipe, and its items are given by the other, which asks the first
//! for as many as it is asked for. So nothing is read that nobody wants.

use super::Manner;
use super::turns::Turns;
use crate::State;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;
use wasmtime::component::{
    Destination, FutureConsumer, FutureReader, Lift, Lower, Source, StreamConsumer, StreamProducer,
    StreamReader, StreamResult, VecBuffer,
};
use wasmtime::{AsContextMut, StoreContextMut};

/// The result of a stream.
pub type Outcome<V, E> = FutureReader<Result<V, E>>;

/// The end of a stream that is passed on.
pub struct End {
    came: oneshot::Receiver<()>,
    is_broken: Box<dyn Fn() -> bool + Send>,
}

/// Passes a stream on.
pub fn pass_on<T: Item>(
    manner: &Manner,
    mut store: impl AsContextMut<Data = State>,
    stream: StreamReader<T>,
) -> wasmtime::Result<(StreamReader<T>, End)> {
    let pipe = Arc::new(Mutex::new(Pipe {
        items: VecDeque::new(),
        wanted: 0,
        passed: 0,
        limit: manner.closing.unwrap_or(usize::MAX),
        ended: false,
        closed: false,
        reader: None,
        writer: None,
    }));
    let reading = Reading {
        pipe: pipe.clone(),
        manner: manner.clone(),
        turns: Turns(manner.next_turns()),
        has_taken: false,
    };
    stream.pipe(&mut store, reading)?;
    let (end, came) = oneshot::channel();
    let giving = Giving {
        pipe: pipe.clone(),
        manner: manner.clone(),
        turns: Turns(manner.next_turns()),
        _ended: end,
    };
    let end = End {
        came,
        is_broken: Box::new(move || lock(&pipe).is_broken()),
    };
    Ok((StreamReader::new(store, giving)?, end))
}

/// The store, as Wasmtime hands it to a function of the host.
pub type Store<'a> = StoreContextMut<'a, State>;

/// Passes on the stream that a call gives, and its result. Or the call fails, and is not made.
pub fn given<T: Item, V: Item, E: Item>(
    manner: &Manner,
    mut store: Store<'_>,
    failure: E,
    call: impl FnOnce(Store<'_>) -> wasmtime::Result<(StreamReader<T>, Outcome<V, E>)>,
) -> wasmtime::Result<(StreamReader<T>, Outcome<V, E>)> {
    if manner.fails() {
        let stream = StreamReader::new(&mut store, std::iter::empty())?;
        return Ok((stream, failed(store, failure)?));
    }
    let given = call(store.as_context_mut())?;
    with_result(manner, store, given, failure)
}

/// Passes on the stream that a call takes, and its result. Or the call fails, and is not made.
pub fn taken<E: Item>(
    manner: &Manner,
    mut store: Store<'_>,
    stream: StreamReader<u8>,
    failure: E,
    call: impl FnOnce(Store<'_>, StreamReader<u8>) -> wasmtime::Result<Outcome<(), E>>,
) -> wasmtime::Result<Outcome<(), E>> {
    let (mut stream, end) = pass_on(manner, &mut store, stream)?;
    if manner.fails() {
        stream.close(&mut store)?;
        return failed(store, failure);
    }
    let outcome = call(store.as_context_mut(), stream)?;
    result(manner, store, outcome, end, failure)
}

/// Passes on a stream and its result. If the stream breaks, the result is the failure.
pub fn with_result<T: Item, V: Item, E: Item>(
    manner: &Manner,
    mut store: Store<'_>,
    (stream, outcome): (StreamReader<T>, Outcome<V, E>),
    failure: E,
) -> wasmtime::Result<(StreamReader<T>, Outcome<V, E>)> {
    let (stream, end) = pass_on(manner, &mut store, stream)?;
    Ok((stream, result(manner, store, outcome, end, failure)?))
}

fn result<V: Item, E: Item>(
    manner: &Manner,
    mut store: Store<'_>,
    result: Outcome<V, E>,
    end: End,
    failure: E,
) -> wasmtime::Result<Outcome<V, E>> {
    let (sender, receiver) = oneshot::channel();
    result.pipe(&mut store, Receiving(Some(sender)))?;
    let manner = manner.clone();
    FutureReader::new(store, async move {
        let result = receiver.await?;
        if manner.is_late() {
            // The sender goes with the end of the stream.
            let _ = end.came.await;
            Turns(manner.next_turns()).await;
        }
        wasmtime::error::Ok(match (end.is_broken)() {
            true => Err(failure),
            false => result,
        })
    })
}

/// Returns a result that is a failure.
fn failed<V: Item, E: Item>(store: Store<'_>, failure: E) -> wasmtime::Result<Outcome<V, E>> {
    FutureReader::new(store, async { wasmtime::error::Ok(Err(failure)) })
}

/// Takes the value of a future.
struct Receiving<T>(Option<oneshot::Sender<T>>);

impl<T: Item> FutureConsumer<State> for Receiving<T> {
    type Item = T;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<'_, State>,
        mut source: Source<'_, T>,
        _: bool,
    ) -> Poll<wasmtime::Result<()>> {
        let mut value = None;
        source.read(&mut store, &mut value)?;
        if let (Some(sender), Some(value)) = (self.0.take(), value) {
            // Nobody need wait for it.
            let _ = sender.send(value);
        }
        Poll::Ready(Ok(()))
    }
}

/// An item of a stream.
pub trait Item: Lift + Lower + Send + Sync + 'static {}

impl<T: Lift + Lower + Send + Sync + 'static> Item for T {}

/// What both ends of a pipe know.
struct Pipe<T> {
    /// Items that were read and not given.
    items: VecDeque<T>,
    /// The number of items that are asked for.
    wanted: usize,
    /// The number of items that were read.
    passed: usize,
    /// The number of items after which the pipe breaks.
    limit: usize,
    /// Nothing more can be read.
    ended: bool,
    /// Nothing more is asked for.
    closed: bool,
    /// Whom to wake where there are items, or none will come.
    reader: Option<Waker>,
    /// Whom to wake where items are asked for, or none will be.
    writer: Option<Waker>,
}

type Shared<T> = Arc<Mutex<Pipe<T>>>;

fn lock<T>(pipe: &Shared<T>) -> MutexGuard<'_, Pipe<T>> {
    pipe.lock().expect("no end panics")
}

impl<T> Pipe<T> {
    fn is_broken(&self) -> bool {
        self.passed == self.limit
    }

    fn wake_reader(&mut self) {
        if let Some(waker) = self.reader.take() {
            waker.wake();
        }
    }

    fn wake_writer(&mut self) {
        if let Some(waker) = self.writer.take() {
            waker.wake();
        }
    }
}

/// The end that reads.
struct Reading<T> {
    pipe: Shared<T>,
    manner: Manner,
    turns: Turns,
    /// Whether items were taken that the other end has still to pass on: the writer hears of them when
    /// it has, so that what was written is not lost where the guest traps.
    has_taken: bool,
}

impl<T: Item> StreamConsumer<State> for Reading<T> {
    type Item = T;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut store: StoreContextMut<'_, State>,
        mut source: Source<'_, T>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let this = &mut *self;
        let mut pipe = lock(&this.pipe);
        if pipe.closed {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        if this.manner.holds {
            let mut items = Vec::with_capacity(source.remaining(&mut store));
            source.read(&mut store, &mut items)?;
            pipe.passed += items.len();
            pipe.items.extend(items);
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        if this.has_taken {
            let is_passed_on = pipe.items.is_empty() && pipe.wanted > 0;
            if is_passed_on || finish {
                this.has_taken = false;
                return Poll::Ready(Ok(StreamResult::Completed));
            }
            pipe.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        let offered = source.remaining(&mut store);
        let count = pipe.wanted.min(pipe.limit - pipe.passed);
        let waits = count == 0 || this.turns.poll(context).is_pending();
        if waits {
            pipe.writer = Some(context.waker().clone());
            return match finish {
                true => Poll::Ready(Ok(StreamResult::Cancelled)),
                false => Poll::Pending,
            };
        }
        // Whoever asks whether they can write hears that they can.
        if offered == 0 {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let mut items = Vec::with_capacity(count.min(offered));
        source.read(&mut store, &mut items)?;
        this.turns = Turns(this.manner.next_turns());
        pipe.wanted = 0;
        pipe.passed += items.len();
        pipe.items.extend(items);
        pipe.wake_reader();
        if pipe.is_broken() {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        this.has_taken = true;
        pipe.writer = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> Drop for Reading<T> {
    fn drop(&mut self) {
        let mut pipe = lock(&self.pipe);
        pipe.ended = true;
        pipe.wake_reader();
    }
}

/// The end that gives.
struct Giving<T> {
    pipe: Shared<T>,
    manner: Manner,
    turns: Turns,
    /// Told at the end.
    _ended: oneshot::Sender<()>,
}

impl<T: Item> StreamProducer<State> for Giving<T> {
    type Item = T;
    type Buffer = VecBuffer<T>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut store: StoreContextMut<'a, State>,
        mut destination: Destination<'a, T, VecBuffer<T>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let this = &mut *self;
        let room = destination.remaining(&mut store);
        // Whoever asks whether they can read hears that they can.
        if room == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let mut pipe = lock(&this.pipe);
        if (pipe.items.is_empty() || this.manner.holds) && !pipe.ended {
            if finish {
                return Poll::Ready(Ok(StreamResult::Cancelled));
            }
            if pipe.wanted == 0 {
                pipe.wanted = this
                    .manner
                    .next_piece(pipe.passed)
                    .min(room.unwrap_or(usize::MAX));
                pipe.wake_writer();
            }
            pipe.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        if this.turns.poll(context).is_pending() {
            return match finish {
                true => Poll::Ready(Ok(StreamResult::Cancelled)),
                false => Poll::Pending,
            };
        }
        this.turns = Turns(this.manner.next_turns());
        let count = pipe.items.len().min(room.unwrap_or(usize::MAX));
        if count == 0 {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        let items: Vec<T> = pipe.items.drain(..count).collect();
        destination.set_buffer(items.into());
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl<T> Drop for Giving<T> {
    fn drop(&mut self) {
        let mut pipe = lock(&self.pipe);
        pipe.closed = true;
        pipe.wake_writer();
    }
}
