//! Streams that read a file.
//!
//! Bytes are not read ahead: they could have changed when the guest asks for them. What a host has
//! read ahead by itself is given up when there is [news](crate::freshness): the byte stream is
//! opened again, at the position of the next byte for the guest.

use super::handle::Handle;
use super::output::settle_file;
use crate::canon::{Event, MayWait, Task, trap};
use crate::freshness;
use crate::io::buffer::Buffer;
use crate::io::poll::Source;
use crate::io::state::{StreamError, StreamState};
use crate::io::streams::Input;
use crate::op::{Read, Reader};
use crate::p3::filesystem::read_via_stream;
use crate::reactor::{self, DeferredRead, Waiter};
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// The size of the largest read.
const CHUNK: usize = 64 * 1024;

/// The size of the read when the guest only asks whether there is something to read.
const READINESS: u64 = 4096;

/// A host that gives less than this of a file, and had nothing read ahead, is at the file's end:
/// its buffer would hold more. That saves a read of nothing for each small file. Where the guess is
/// wrong, a read is shorter than it had to be.
const SMALLEST_BUFFER: usize = 4096;

/// The smallest read that goes to the guest's memory at once.
const SMALLEST_OFFER: u64 = 4096;

/// A byte stream that reads a file.
pub struct FileInput {
    me: Weak<FileInput>,
    descriptor: Rc<Handle>,
    reader: RefCell<Reader>,
    state: StreamState,
    buffer: Buffer,
    /// The position in the file of the next byte for the guest.
    position: Cell<u64>,
    /// The news when the byte stream was opened.
    news: Cell<u32>,
    /// The number of bytes that the last read asked for.
    asked: Cell<usize>,
    progress: Cell<Progress>,
    /// The read that goes to the guest's memory.
    offered: Cell<Option<Offered>>,
}

/// A read of a file into the guest's memory.
///
/// The guest has to allocate that before it is known what the host gives, and can't give back a part. So
/// a read is offered only if the file had all of it when the host was last asked, and there is no news
/// since.
#[derive(Clone, Copy)]
struct Offered {
    /// The number of bytes that were read.
    read: usize,
    /// The number of those that were not.
    missing: usize,
}

/// The progress of the byte stream as of the last read.
#[derive(Clone, Copy, PartialEq)]
enum Progress {
    /// The host may have read ahead of what it was asked for.
    Ahead,
    /// It hasn't: the next read is one of the file.
    Level,
    /// The file ended where the bytes end, most likely.
    Short,
    /// The byte stream has ended after bytes. By the time that the guest has those the file can
    /// have grown.
    Ended,
}

impl FileInput {
    /// Reads a file from `position` on.
    pub fn new(descriptor: Rc<Handle>, position: u64, task: Task<'_>) -> Rc<Self> {
        settle_file(&descriptor, task);
        let (reader, completion) = read_via_stream(&descriptor, position);
        Rc::new_cyclic(|me| FileInput {
            me: me.clone(),
            descriptor,
            reader: RefCell::new(reader),
            state: StreamState::new(completion),
            buffer: Buffer::default(),
            position: Cell::new(position),
            news: Cell::new(freshness::news()),
            asked: Cell::new(0),
            progress: Cell::new(Progress::Level),
            offered: Cell::new(None),
        })
    }

    /// Offers to read at most `len` bytes into the guest's memory: the readable end, and the number of
    /// bytes. `None` where they are to be read by way of the adapter's memory.
    pub fn offer(&self, len: u64, task: Task<'_>) -> Option<(u32, usize)> {
        let file = &self.descriptor;
        if len < SMALLEST_OFFER || !file.can_tell_size() {
            return None;
        }
        self.refresh(task);
        let len = size(len);
        let end = self.position.get().checked_add(len as u64)?;
        let reader = self.reader.borrow();
        // To ask how long the file is lets nobody else read meanwhile.
        let is_idle = self.buffer.is_empty() && self.state.is_open() && !reader.is_pending();
        if !is_idle || !file.reaches(end, task) {
            return None;
        }
        let offered = Offered {
            read: 0,
            missing: len,
        };
        self.offered.set(Some(offered));
        Some((reader.handle(), len))
    }

    /// Goes on with the read that was offered, where the host has answered with `code`. Returns how many
    /// bytes have been read, and how many are to be read behind them.
    pub fn go_on(&self, code: u32, task: Task<'_>) -> (usize, usize) {
        let Some(Offered { missing, .. }) = self.offered.get() else {
            trap()
        };
        self.asked.set(missing);
        let mut reader = self.reader.borrow_mut();
        let read = reader.take_over(missing, code, &self.me);
        drop(reader);
        match read {
            Some(read) => self.absorb(read),
            None => {
                while self.reader.borrow().is_pending() {
                    reactor::wait(task);
                }
            }
        }
        let Some(Offered { read, missing }) = self.offered.get() else {
            trap()
        };
        if missing > 0 && self.state.is_open() && self.progress.get() != Progress::Ended {
            return (read, missing);
        }
        self.offered.set(None);
        (read, 0)
    }

    /// Opens the byte stream again where the old one can have old bytes, or has ended.
    fn refresh(&self, task: Task<'_>) {
        settle_file(&self.descriptor, task);
        let news = freshness::news();
        let has_ended = self.progress.get() == Progress::Ended && self.buffer.is_empty();
        let is_good = self.news.get() == news && !has_ended;
        let mut reader = self.reader.borrow_mut();
        if is_good || reader.is_pending() || !self.state.is_open() {
            return;
        }
        let (fresh, completion) = read_via_stream(&self.descriptor, self.position.get());
        *reader = fresh;
        self.state.reopen(completion);
        self.buffer.clear();
        self.news.set(news);
        self.progress.set(Progress::Level);
    }

    fn has_news(&self) -> bool {
        !self.buffer.is_empty() || self.state.is_over()
    }

    /// Starts a read of at most `len` bytes if none is pending. Returns `true` if it has ended
    /// already.
    fn start_read(&self, memory: Vec<u8>, len: usize) -> bool {
        let mut reader = self.reader.borrow_mut();
        if reader.is_pending() || !self.state.is_open() {
            return false;
        }
        self.asked.set(len);
        let Some(read) = reader.start(memory, len, &self.me) else {
            return false;
        };
        drop(reader);
        self.absorb(read);
        true
    }

    fn absorb(&self, read: Read) {
        let len = read.count;
        let before = match self.offered.get() {
            Some(Offered { read, missing }) => {
                self.offered.set(Some(Offered {
                    read: read + len,
                    missing: missing - len,
                }));
                self.advance(len);
                read
            }
            None => {
                self.buffer.push(read.elements);
                self.buffer.len() - len
            }
        };
        if read.is_last && before + len == 0 {
            return self.state.end(&self.me);
        }
        self.progress.set(if read.is_last {
            Progress::Ended
        } else if len == self.asked.get() {
            Progress::Ahead
        } else if len < SMALLEST_BUFFER && self.progress.get() == Progress::Level {
            Progress::Short
        } else {
            Progress::Level
        });
    }

    /// Reads on until there are `len` bytes, or no more in the file. Hosts give a file in pieces of
    /// their own, and many a program relies on getting what it asks for.
    fn complete(&self, len: u64, task: Task<'_>) {
        let len = size(len);
        loop {
            let missing = len.saturating_sub(self.buffer.len());
            let goes_on = matches!(self.progress.get(), Progress::Ahead | Progress::Level);
            if missing == 0 || !goes_on || !self.state.is_open() {
                return;
            }
            if !self.start_read(Vec::new(), missing) {
                reactor::wait(task);
            }
        }
    }

    /// Fails if there is nothing to take because the stream is over.
    fn check(&self) -> Result<(), StreamError> {
        match self.buffer.is_empty() {
            true => self.state.check(),
            false => Ok(()),
        }
    }

    fn advance(&self, len: usize) {
        let position = self.position.get().saturating_add(len as u64);
        self.position.set(position);
    }
}

/// The size of a read of so many bytes.
fn size(len: u64) -> usize {
    usize::try_from(len).unwrap_or(CHUNK).min(CHUNK)
}

impl Input for FileInput {
    fn fill(&self, len: u64, task: Task<'_>) -> bool {
        self.refresh(task);
        if self.has_news() {
            return true;
        }
        self.start_read(self.buffer.take_memory(), size(len)) && self.has_news()
    }

    fn fill_waiting(&self, len: u64, task: Task<'_>) {
        let is_new = self.buffer.is_empty();
        // To wait for bytes without taking any is to ask for readiness.
        let len = if len == 0 { READINESS } else { len };
        while !self.fill(len, task) {
            reactor::wait(task);
            // What has been read since is new enough, whatever else has happened.
            if self.has_news() {
                break;
            }
        }
        if is_new {
            self.complete(len, task);
        }
    }

    fn take(&self, len: u64) -> Result<Vec<u8>, StreamError> {
        self.check()?;
        let bytes = self.buffer.take(len);
        let count = bytes.len();
        self.advance(count);
        self.descriptor.note_copied(count);
        Ok(bytes)
    }

    fn skip(&self, len: u64) -> Result<u64, StreamError> {
        self.check()?;
        let len = self.buffer.skip(len);
        self.advance(len);
        Ok(len as u64)
    }

    fn read_nothing(&self) -> Result<(), StreamError> {
        self.check()
    }
}

impl Source for FileInput {
    fn is_ready(&self, task: Task<'_>) -> bool {
        self.fill(READINESS, task)
    }
}

impl DeferredRead for FileInput {
    fn start(&self) -> bool {
        self.state.start_read(&self.me)
    }

    fn cancel(&self, may_wait: MayWait<'_>) -> bool {
        self.state.cancel_read(may_wait)
    }
}

impl Waiter for FileInput {
    fn tells_of_others(&self) -> bool {
        false
    }

    fn event(&self, event: Event) {
        let mut reader = self.reader.borrow_mut();
        match reader.has(&event) {
            true => {
                let read = reader.finish(event);
                drop(reader);
                self.absorb(read);
            }
            false => self.state.complete(event),
        }
    }
}
