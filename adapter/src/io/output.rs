//! An `output-stream` that writes a byte stream of WASI 0.3.
//!
//! A write hands over its bytes, and they go to the host from where they are. Up to [`CAPACITY`]
//! bytes may be on their way; that is the permit that `check-write` gives, so that back-pressure of
//! the host reaches the guest. What has been accepted is not lost when the guest drops the stream,
//! returns or exits: the stream stays alive until the bytes are gone.

use super::poll::Source;
use super::state::{StreamError, StreamState};
use crate::canon::{Event, MayWait, Task, trap};
use crate::op::{Writer, Wrote};
use crate::p3;
use crate::reactor::{self, DeferredRead, Waiter};
use alloc::collections::VecDeque;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// The number of bytes that may be accepted and not yet taken by the host.
pub const CAPACITY: usize = 64 * 1024;

/// The differences of one kind of output from a plain one.
pub trait Kind: 'static {
    /// Runs before `len` bytes are written, or the guest is told that it may write so many.
    fn prepare(&self, _len: usize, _task: Task<'_>) {}

    /// Takes note of bytes to be written to `output`, and cuts off what must not be. That is an
    /// error to be returned after the rest is written.
    fn count(&self, _output: &Weak<Output>, _bytes: &mut Vec<u8>) -> Result<(), StreamError> {
        Ok(())
    }

    /// Returns `true` if the byte stream ends when the guest drops the stream.
    fn ends_when_dropped(&self) -> bool {
        false
    }

    /// Opens a byte stream that goes on where the last one was [parked](Output::settle).
    fn reopen(&self) -> Option<p3::Sink> {
        None
    }

    /// The number of bytes that the guest may write, given how many are on their way, and how many
    /// writes they were.
    fn room(&self, queued: usize, _writes: usize) -> usize {
        CAPACITY.saturating_sub(queued)
    }

    /// Whether a flush ends when the host has the bytes, or at once.
    fn flush_waits(&self) -> bool {
        true
    }

    /// Returns `true` if accepted bytes are delivered although the guest ends. `is_dropped` says that
    /// it had dropped the stream before.
    fn outlives_guest(&self, _is_dropped: bool) -> bool {
        true
    }
}

/// A byte stream that is written, with what was accepted for it.
pub struct Output {
    me: Weak<Output>,
    /// Gone once the byte stream is ended by this side.
    writer: RefCell<Option<Writer>>,
    state: StreamState,
    /// The bytes that follow those in the writer.
    queue: RefCell<VecDeque<Vec<u8>>>,
    /// The number of bytes in the writer and the queue.
    queued: Cell<usize>,
    /// A flush was asked for, and the bytes before it are not gone.
    flushing: Cell<bool>,
    /// The number of accepted bytes that were not taken before the stream ended.
    lost: Cell<usize>,
    /// The stream is to be closed when its bytes are gone.
    closing: Cell<bool>,
    /// The guest has been told how much it may write, and has written nothing since.
    was_asked: Cell<bool>,
    /// The guest has dropped the stream.
    is_dropped: Cell<bool>,
    kind: Option<Rc<dyn Kind>>,
}

impl Output {
    pub fn new(sink: p3::Sink) -> Rc<Self> {
        Output::with_kind(sink, None)
    }

    pub fn of_kind(sink: p3::Sink, kind: Rc<dyn Kind>) -> Rc<Self> {
        Output::with_kind(sink, Some(kind))
    }

    fn with_kind((writer, completion): p3::Sink, kind: Option<Rc<dyn Kind>>) -> Rc<Self> {
        Rc::new_cyclic(|me| Output {
            me: me.clone(),
            writer: RefCell::new(Some(writer)),
            state: StreamState::new(completion),
            queue: RefCell::default(),
            queued: Cell::new(0),
            flushing: Cell::new(false),
            lost: Cell::new(0),
            closing: Cell::new(false),
            was_asked: Cell::new(false),
            is_dropped: Cell::new(false),
            kind,
        })
    }

    /// Goes on with another byte stream after the end of the old one.
    pub fn reopen(&self, (writer, completion): p3::Sink) {
        self.writer.replace(Some(writer));
        self.state.reopen(completion);
        self.flushing.set(false);
        self.lost.set(0);
    }

    /// Starts writes until one is pending or nothing is left.
    fn pump(&self) {
        let mut slot = self.writer.borrow_mut();
        let Some(writer) = slot.as_mut() else {
            return;
        };
        while self.state.is_open() && !writer.is_pending() {
            if writer.is_empty() {
                let Some(bytes) = self.queue.borrow_mut().pop_front() else {
                    break;
                };
                writer.load(bytes);
            }
            if let Some(wrote) = writer.start(&self.me) {
                self.account(wrote);
            }
        }
    }

    fn account(&self, wrote: Wrote) {
        self.queued.set(self.queued.get() - wrote.taken);
        if wrote.is_last {
            self.lost.set(self.queued.get());
            self.queued.set(0);
            self.queue.borrow_mut().clear();
            self.state.end(&self.me);
        }
        if self.queued.get() == 0 {
            self.flushing.set(false);
        }
    }

    /// Accepts bytes, for which there is room.
    fn accept(&self, mut bytes: Vec<u8>) -> Result<(), StreamError> {
        if self.state.is_parked()
            && !bytes.is_empty()
            && let Some(sink) = self.kind.as_ref().and_then(|kind| kind.reopen())
        {
            self.reopen(sink);
        }
        let counted = match &self.kind {
            Some(kind) => kind.count(&self.me, &mut bytes),
            None => Ok(()),
        };
        self.push(bytes);
        counted
    }

    fn push(&self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        self.was_asked.set(false);
        let was_idle = self.queued.get() == 0;
        self.queued.set(self.queued.get() + bytes.len());
        self.queue.borrow_mut().push_back(bytes);
        self.pump();
        if was_idle
            && self.queued.get() > 0
            && let Some(me) = self.me.upgrade()
        {
            reactor::keep(me);
        }
    }

    /// Takes note that the guest has dropped the stream.
    pub fn note_drop(&self) {
        self.is_dropped.set(true);
        self.end_if_dropped();
    }

    fn end_if_dropped(&self) {
        let kind = self.kind.as_ref();
        if self.is_dropped.get() && kind.is_some_and(|kind| kind.ends_when_dropped()) {
            self.end_idle();
        }
    }

    /// Returns `true` if no bytes are on their way.
    pub fn is_idle(&self) -> bool {
        self.queued.get() == 0
    }

    /// Ends the byte stream if no bytes are on their way.
    pub fn end_idle(&self) {
        if self.is_idle() {
            self.writer.take();
        }
    }

    /// Ends the byte stream and waits until the host has said how it ended: it may take bytes and
    /// write them later. What has not failed is parked: the next write goes on with a new byte
    /// stream.
    pub fn settle(&self, task: Task<'_>) {
        self.wait_until(task, Self::is_idle);
        if self.is_over() || self.state.is_parked() {
            return;
        }
        let is_going_on = self.is_open();
        self.close();
        self.wait_until(task, Output::is_over);
        if is_going_on && !self.state.has_failed() {
            self.state.park();
        }
    }

    fn room(&self) -> usize {
        if self.flushing.get() || self.closing.get() {
            return 0;
        }
        let queued = self.queued.get();
        match &self.kind {
            Some(kind) => kind.room(queued, self.writes()),
            None => CAPACITY.saturating_sub(queued),
        }
    }

    /// The number of writes that are on their way.
    fn writes(&self) -> usize {
        let is_going_on = |writer: &Writer| !writer.is_empty();
        let writer = self.writer.borrow();
        self.queue.borrow().len() + usize::from(writer.as_ref().is_some_and(is_going_on))
    }

    /// Returns `true` if a wait for this stream has come to its end.
    fn has_room_or_end(&self) -> bool {
        self.is_over() || (self.is_open() && self.room() > 0)
    }

    /// Returns `true` if the byte stream takes bytes.
    pub fn is_open(&self) -> bool {
        self.state.is_open()
    }

    /// Returns `true` if it is known how the stream ended.
    pub fn is_over(&self) -> bool {
        self.state.is_over()
    }

    #[inline(never)]
    pub fn wait_until(&self, task: Task<'_>, done: fn(&Self) -> bool) {
        reactor::wait_until(task, &|| done(self));
    }

    fn prepare(&self, len: usize, task: Task<'_>) {
        if let Some(kind) = &self.kind {
            kind.prepare(len, task);
        }
    }

    /// `output-stream.check-write`.
    pub fn check_write(&self, task: Task<'_>) -> Result<usize, StreamError> {
        self.prepare(CAPACITY, task);
        // A guest that asks again may wait for more room than there is.
        let is_waiting = self.was_asked.replace(true) && self.queued.get() > 0;
        if is_waiting || !self.has_room_or_end() {
            reactor::yield_once(task);
        }
        self.state.check()?;
        Ok(if self.is_open() { self.room() } else { 0 })
    }

    /// `output-stream.write`.
    pub fn write(&self, bytes: Vec<u8>) -> Result<(), StreamError> {
        self.state.check()?;
        if !self.is_open() {
            // The other side is gone, and it will be known in a moment how.
            return Ok(());
        }
        if bytes.len() > self.room() {
            // More than `check-write` allows.
            trap();
        }
        self.accept(bytes)?;
        self.state.check()
    }

    /// `output-stream.write-zeroes`.
    pub fn write_zeroes(&self, len: u64) -> Result<(), StreamError> {
        self.state.check()?;
        if len > self.room() as u64 {
            trap();
        }
        self.write(alloc::vec![0; len as usize])
    }

    fn start_flush(&self) {
        let waits = self.kind.as_ref().is_none_or(|kind| kind.flush_waits());
        self.flushing.set(waits && self.queued.get() > 0);
    }

    /// `output-stream.flush`.
    pub fn flush(&self) -> Result<(), StreamError> {
        self.state.check()?;
        self.start_flush();
        Ok(())
    }

    /// `output-stream.blocking-flush`.
    pub fn blocking_flush(&self, task: Task<'_>) -> Result<(), StreamError> {
        self.flush()?;
        self.wait_until(task, Self::has_room_or_end);
        self.state.check()
    }

    /// `output-stream.blocking-write-and-flush`, for any number of bytes.
    pub fn blocking_write_and_flush(
        &self,
        bytes: Vec<u8>,
        task: Task<'_>,
    ) -> Result<(), StreamError> {
        self.prepare(bytes.len(), task);
        self.wait_until(task, Self::has_room_or_end);
        self.state.check()?;
        self.accept(bytes)?;
        self.start_flush();
        self.wait_until(task, Self::has_room_or_end);
        // That nobody reads any more is no failure of a write that was read to its end.
        if self.lost.get() > 0 || self.state.has_failed() {
            return self.state.check();
        }
        Ok(())
    }

    /// Waits until the stream can take bytes, and returns how many.
    pub fn blocking_check_write(&self, task: Task<'_>) -> Result<usize, StreamError> {
        self.wait_until(task, Self::has_room_or_end);
        self.check_write(task)
    }

    /// Writes bytes, however many. Returns how many were written: some, if it failed after those.
    pub fn write_all(&self, bytes: Vec<u8>, task: Task<'_>) -> Result<usize, StreamError> {
        let len = bytes.len();
        self.prepare(len, task);
        self.accept(bytes)?;
        self.wait_until(task, Self::is_idle);
        if self.is_open() {
            return Ok(len);
        }
        self.wait_until(task, Self::is_over);
        match (self.state.report(), len - self.lost.get()) {
            (StreamError::Closed, written) if written == len => Ok(len),
            // A host may take bytes before it fails to write them.
            (error, written) if written == 0 || written == len => Err(error),
            (_, written) => Ok(written),
        }
    }

    /// The failure that the host reported when the stream was to be parked, if nobody was told.
    pub fn overdue(&self) -> Result<(), StreamError> {
        match self.state.check() {
            error @ Err(StreamError::LastOperationFailed(_)) => error,
            _ => Ok(()),
        }
    }

    /// Closes the stream as soon as its bytes are gone. Nothing is told of how that went.
    pub fn shutdown(&self) {
        self.closing.set(true);
        if self.queued.get() == 0 {
            self.close();
            self.state.close();
        }
    }

    /// Closes the byte stream, which nobody reads. If bytes are on their way, their event does so.
    pub fn close_unread(&self) {
        if self.queued.get() == 0 {
            self.close();
        }
    }

    /// Closes the byte stream, whose bytes are all gone.
    pub fn close(&self) {
        if self.state.is_parked() {
            self.state.close();
        } else if self.is_open() {
            self.writer.take();
            self.state.end(&self.me);
        }
    }
}

impl Source for Output {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        self.has_room_or_end()
    }
}

impl DeferredRead for Output {
    fn start(&self) -> bool {
        self.state.start_read(&self.me)
    }

    fn cancel(&self, may_wait: MayWait<'_>) -> bool {
        self.state.cancel_read(may_wait)
    }
}

impl Waiter for Output {
    fn outlives_guest(&self) -> bool {
        let is_dropped = self.is_dropped.get();
        let kind = self.kind.as_ref();
        kind.is_none_or(|kind| kind.outlives_guest(is_dropped))
    }

    fn event(&self, event: Event) {
        let mut slot = self.writer.borrow_mut();
        let Some(writer) = slot.as_mut().filter(|writer| writer.has(&event)) else {
            return self.state.complete(event);
        };
        let wrote = writer.finish(event);
        drop(slot);
        self.account(wrote);
        self.pump();
        if self.queued.get() == 0 {
            if self.closing.get() {
                self.shutdown();
            }
            self.end_if_dropped();
            reactor::release(self);
        }
    }
}
