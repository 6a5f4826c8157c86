//! What is behind an `output-stream`: a byte stream of WASI 0.3 and the future that tells how it
//! ended.
//!
//! A write hands over its bytes, and they go to the host from where they are. Up to [`CAPACITY`]
//! bytes may be on their way; that is the permit that `check-write` gives, so that back-pressure of
//! the host reaches the guest. What has been accepted is not lost when the guest drops the stream,
//! returns or exits: the stream stays alive until the bytes are gone.

use super::input;
use super::life::{Life, StreamEnd};
use super::poll::Source;
use super::streams::OutputStream;
use crate::abi::{ByteWriter, Completion, Global, Wrote, trap};
use crate::bindings::exports::wasi::io::streams;
use crate::io::error::Failure;
use crate::reactor::{self, Asker, Waiter};
use alloc::collections::VecDeque;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// How many bytes may be accepted and not yet taken by the host.
const CAPACITY: usize = 64 * 1024;

/// How many bytes may be written at once to a body that has [room](Output::room), which is more
/// than the guest is told. Guests know bodies as streams that take this much without being asked.
const BODY_WRITE: usize = 1024 * 1024;

/// The standard streams that were opened.
static STANDARD: Global<RefCell<Vec<&'static Standard>>> = Global::new(RefCell::new(Vec::new()));

/// See the [module](self).
pub struct Output {
    me: Weak<Output>,
    /// Gone once the stream is being closed.
    writer: RefCell<Option<ByteWriter>>,
    life: Life,
    /// What follows the bytes in the writer.
    queue: RefCell<VecDeque<Vec<u8>>>,
    /// How many bytes are in the writer and the queue.
    queued: Cell<usize>,
    /// A flush was asked for, and the bytes before it are not gone.
    flushing: Cell<bool>,
    /// How many of the accepted bytes were not taken before the stream ended.
    lost: Cell<usize>,
    /// The stream is to be closed when its bytes are gone.
    closing: Cell<bool>,
    is_file: bool,
    /// What a stream that writes a body has beyond others.
    body: Option<Length>,
    /// The guest has it from a parent that must not go before.
    pub is_child: Cell<bool>,
}

/// What a body's length has to be, and is so far.
pub struct Length {
    /// The header's word.
    pub expected: Option<u64>,
    pub written: Cell<u64>,
    /// What writing more ends with, given how much was written.
    pub excess: fn(u64) -> Failure,
}

impl Length {
    /// Counts the bytes, of which those are left that the body has room for.
    fn count(&self, bytes: &mut Vec<u8>) -> Result<(), StreamEnd> {
        let before = self.written.get();
        let after = before.saturating_add(bytes.len() as u64);
        self.written.set(after);
        match self.expected {
            Some(expected) if after > expected => {
                let room = expected.saturating_sub(before);
                bytes.truncate(usize::try_from(room).unwrap_or(usize::MAX));
                Err(StreamEnd::LastOperationFailed((self.excess)(after)))
            }
            _ => Ok(()),
        }
    }
}

/// How many streams have bytes on their way to a file.
static BUSY_FILES: Global<Cell<u32>> = Global::new(Cell::new(0));

/// The stream of the last `descriptor.write`, open for the write that follows on. More than one if
/// several tasks write.
static KEPT: Global<RefCell<Vec<Rc<Output>>>> = Global::new(RefCell::new(Vec::new()));

/// Ends the stream that [`write_all`](Output::write_all) has left open, if there is one. A host may
/// take bytes and write them later: that they are in the file is certain when it has said how the
/// stream ended.
pub fn finish_kept() {
    for output in KEPT.take() {
        output.close();
        output.wait_until(|output| output.life.is_over());
    }
}

/// Waits until files have what was written to them, so that what is read next is what was written.
pub fn settle_files() {
    finish_kept();
    while BUSY_FILES.get() > 0 {
        reactor::wait();
    }
}

impl Output {
    pub fn new(ends: (ByteWriter, Completion)) -> Rc<Self> {
        Output::with_kind(ends, false, None)
    }

    /// A stream that writes to a file.
    pub fn file(ends: (ByteWriter, Completion)) -> Rc<Self> {
        Output::with_kind(ends, true, None)
    }

    /// A stream that writes a body. Flushing it ends at once, because there may be nobody to read
    /// the body yet.
    pub fn body(ends: (ByteWriter, Completion), length: Length) -> Rc<Self> {
        Output::with_kind(ends, false, Some(length))
    }

    fn with_kind(
        (writer, completion): (ByteWriter, Completion),
        is_file: bool,
        body: Option<Length>,
    ) -> Rc<Self> {
        Rc::new_cyclic(|me| Output {
            me: me.clone(),
            writer: RefCell::new(Some(writer)),
            life: Life::new(completion),
            queue: RefCell::default(),
            queued: Cell::new(0),
            flushing: Cell::new(false),
            lost: Cell::new(0),
            closing: Cell::new(false),
            is_file,
            body,
            is_child: Cell::new(false),
        })
    }

    /// Starts writes until one is pending or nothing is left.
    fn pump(&self) {
        let mut slot = self.writer.borrow_mut();
        let Some(writer) = slot.as_mut() else {
            return;
        };
        while self.life.is_open() && !writer.is_pending() {
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
        if wrote.ended {
            self.lost.set(self.queued.get());
            self.queued.set(0);
            self.queue.borrow_mut().clear();
            self.life.end(&self.me);
        }
        if self.queued.get() == 0 {
            self.flushing.set(false);
        }
    }

    /// Accepts bytes, for which there is room.
    fn accept(&self, mut bytes: Vec<u8>) -> Result<(), StreamEnd> {
        let counted = match &self.body {
            Some(length) => length.count(&mut bytes),
            None => Ok(()),
        };
        self.push(bytes);
        counted
    }

    fn push(&self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let idle = self.queued.get() == 0;
        if self.is_file {
            input::files_changed();
        }
        self.queued.set(self.queued.get() + bytes.len());
        self.queue.borrow_mut().push_back(bytes);
        self.pump();
        if idle
            && self.queued.get() > 0
            && let Some(me) = self.me.upgrade()
        {
            reactor::keep(me);
            self.count_file(1);
        }
    }

    fn count_file(&self, change: i32) {
        if self.is_file {
            let busy = BUSY_FILES.get();
            BUSY_FILES.set(busy.saturating_add_signed(change));
        }
    }

    fn room(&self) -> usize {
        // A file takes one write after the other, so that there is room again when the last one is
        // known to have gone well.
        let is_busy = self.is_file && self.queued.get() > 0;
        if self.flushing.get() || self.closing.get() || is_busy {
            0
        } else {
            CAPACITY.saturating_sub(self.queued.get())
        }
    }

    /// Whether a wait for this stream has come to its end.
    fn is_ready(&self) -> bool {
        self.life.is_over() || (self.life.is_open() && self.room() > 0)
    }

    fn check(&self) -> Result<(), StreamEnd> {
        if self.life.is_over() {
            return Err(self.life.report());
        }
        Ok(())
    }

    fn wait_until(&self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            reactor::wait();
        }
    }

    /// `output-stream.check-write`.
    pub fn check_write(&self) -> Result<usize, StreamEnd> {
        if self.is_file {
            finish_kept();
        }
        if !self.is_ready() {
            reactor::turn();
        }
        self.check()?;
        Ok(if self.life.is_open() { self.room() } else { 0 })
    }

    /// `output-stream.write`.
    pub fn write(&self, bytes: Vec<u8>) -> Result<(), StreamEnd> {
        self.check()?;
        if !self.life.is_open() {
            // The other side is gone, and it will be known in a moment how.
            return Ok(());
        }
        let room = match self.room() {
            1.. if self.body.is_some() => BODY_WRITE,
            room => room,
        };
        if bytes.len() > room {
            // More than `check-write` allows.
            trap();
        }
        self.accept(bytes)?;
        self.check()
    }

    /// `output-stream.write-zeroes`.
    pub fn write_zeroes(&self, len: u64) -> Result<(), StreamEnd> {
        self.check()?;
        if len > self.room() as u64 {
            trap();
        }
        self.write(alloc::vec![0; len as usize])
    }

    fn start_flush(&self) {
        self.flushing
            .set(self.queued.get() > 0 && self.body.is_none());
    }

    /// How many bytes of a body were written.
    pub fn written(&self) -> u64 {
        self.body.as_ref().map_or(0, |length| length.written.get())
    }

    /// `output-stream.flush`.
    pub fn flush(&self) -> Result<(), StreamEnd> {
        self.check()?;
        self.start_flush();
        Ok(())
    }

    /// `output-stream.blocking-flush`.
    pub fn blocking_flush(&self) -> Result<(), StreamEnd> {
        self.flush()?;
        self.wait_until(Self::is_ready);
        self.check()
    }

    /// `output-stream.blocking-write-and-flush`, for any number of bytes.
    pub fn blocking_write_and_flush(&self, bytes: Vec<u8>) -> Result<(), StreamEnd> {
        if self.is_file {
            finish_kept();
        }
        self.wait_until(Self::is_ready);
        self.check()?;
        self.accept(bytes)?;
        self.start_flush();
        self.wait_until(Self::is_ready);
        // That nobody reads any more is no failure of a write that was read to its end.
        if self.life.is_over() && self.lost.get() > 0 {
            return self.check();
        }
        Ok(())
    }

    /// Writes bytes, however many, and keeps the stream for those that follow until
    /// [`finish_kept`]. Returns how many bytes were written: some, if it failed after those.
    pub fn write_all(&self, bytes: Vec<u8>) -> Result<usize, StreamEnd> {
        let len = bytes.len();
        // Nobody else ends it in between.
        KEPT.borrow_mut()
            .retain(|kept| !core::ptr::eq(&**kept, self));
        self.push(bytes);
        self.wait_until(|output| output.queued.get() == 0);
        if self.life.is_open() {
            KEPT.borrow_mut().extend(self.me.upgrade());
            return Ok(len);
        }
        self.wait_until(|output| output.life.is_over());
        match (self.life.report(), len - self.lost.get()) {
            (StreamEnd::Closed, written) if written == len => Ok(len),
            (end, 0) => Err(end),
            (_, written) => Ok(written),
        }
    }

    /// Whether [`write_all`](Self::write_all) can go on.
    pub fn is_kept(&self) -> bool {
        self.life.is_open()
    }

    /// What the host said at the end of a stream that was kept, if it has not been told.
    pub fn overdue(&self) -> Result<(), StreamEnd> {
        match self.life.is_over().then(|| self.life.report()) {
            Some(end @ StreamEnd::LastOperationFailed(_)) => Err(end),
            _ => Ok(()),
        }
    }

    /// Waits until the stream can take bytes, and returns how many.
    pub fn blocking_check_write(&self) -> Result<usize, StreamEnd> {
        self.wait_until(Self::is_ready);
        self.check_write()
    }

    /// Closes the stream as soon as its bytes are gone.
    pub fn shutdown(&self) {
        self.closing.set(true);
        if self.queued.get() == 0 {
            self.close();
            self.life.close();
        }
    }

    /// Closes the byte stream, whose bytes are all gone.
    fn close(&self) {
        if self.life.is_open() {
            let writer = self.writer.borrow_mut().take();
            drop(writer);
            self.life.end(&self.me);
        }
    }
}

impl Output {
    /// Goes on with another byte stream after the end of the old one.
    fn renew(&self, (writer, completion): (ByteWriter, Completion)) {
        self.writer.replace(Some(writer));
        self.life.begin(completion);
        self.flushing.set(false);
        self.lost.set(0);
    }
}

impl Source for Output {
    fn ready(&self) -> bool {
        self.is_ready()
    }
}

impl Asker for Output {
    fn ask(&self) -> bool {
        self.life.ask(&self.me)
    }

    fn withdraw(&self) -> bool {
        self.life.withdraw()
    }
}

impl Waiter for Output {
    fn event(&self, waitable: u32, code: u32) {
        let mut slot = self.writer.borrow_mut();
        match slot.as_mut() {
            Some(writer) if writer.handle() == waitable => {
                let wrote = writer.finish(code);
                drop(slot);
                self.account(wrote);
                self.pump();
                if self.queued.get() == 0 {
                    if self.closing.get() {
                        self.shutdown();
                    }
                    self.count_file(-1);
                    reactor::let_go(self);
                }
            }
            _ => self.life.completed(),
        }
    }
}

/// One of the standard streams: opened when it is first asked for, the same for every handle, and
/// closed by nobody but [`drain`].
pub struct Standard {
    open: fn() -> (ByteWriter, Completion),
    output: RefCell<Option<Rc<Output>>>,
}

impl Standard {
    pub const fn new(open: fn() -> (ByteWriter, Completion)) -> Self {
        Standard {
            open,
            output: RefCell::new(None),
        }
    }

    /// A new handle.
    pub fn handle(&'static self) -> streams::OutputStream {
        let output = self.output.borrow().clone();
        let output = output.unwrap_or_else(|| self.keep(Output::new((self.open)())));
        streams::OutputStream::new(OutputStream(output))
    }

    fn keep(&'static self, output: Rc<Output>) -> Rc<Output> {
        STANDARD.borrow_mut().push(self);
        self.output.replace(Some(output.clone()));
        output
    }
}

/// Waits until every accepted byte is with the host, closes the standard streams, and waits until
/// the host has said that it is done with them. The next handle opens them again.
pub fn drain() {
    close_standard();
}

/// Like [`drain`], in an instance that is used again: what the guest has handles of is open again.
pub fn drain_for_more() {
    for (standard, output) in close_standard() {
        if Rc::strong_count(&output) > 1 {
            output.renew((standard.open)());
            standard.keep(output);
        }
    }
}

/// What the standard streams were, after their end.
fn close_standard() -> Vec<(&'static Standard, Rc<Output>)> {
    finish_kept();
    reactor::drain();
    let outputs: Vec<_> = STANDARD
        .take()
        .into_iter()
        .filter_map(|standard| Some((standard, standard.output.take()?)))
        .collect();
    for (_, output) in &outputs {
        output.close();
    }
    for (_, output) in &outputs {
        output.wait_until(|output| output.life.is_over());
    }
    outputs
}
