//! What is behind an `input-stream`: a byte stream of WASI 0.3 and the future that tells how it
//! ended.

use super::life::{Life, StreamEnd};
use super::output;
use super::poll::Source;
use crate::abi::{ByteReader, Completion, Global, Read};
use crate::reactor::{self, Asker, Waiter};
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// How much is read at a time. WASI 0.3 can't be asked for readiness, so that data must be taken
/// from the host before the guest can be told that there is some.
const CHUNK: usize = 64 * 1024;

/// How much of a file is read when the guest only asks whether there is something to read.
const READINESS: u64 = 4096;

/// From this size on, bytes go to the guest in the buffer that they were read into. Below it, a
/// copy costs less than another buffer.
const HAND_OVER: usize = 4096;

/// A host that gives less than this of a file, and had nothing read ahead, is at the file's end:
/// its buffer would hold more. That saves a read of nothing for each small file. Where the guess is
/// wrong, a read is shorter than it had to be.
const SMALLEST_BUFFER: usize = 4096;

/// See the [module](self).
pub struct Input {
    me: Weak<Input>,
    /// Gone once the stream is closed from this side.
    reader: RefCell<Option<ByteReader>>,
    life: Life,
    /// What was read, of which the guest has the first `taken` bytes.
    buffer: Cell<Vec<u8>>,
    taken: Cell<usize>,
    /// How much of `buffer` the guest doesn't have.
    available: Cell<usize>,
    file: Option<File>,
    /// Whether reading nothing tells of the end, as WASI 0.2 asks. Guests know their stdin as a
    /// stream that doesn't.
    tells_end: bool,
    /// The guest has it from a parent that must not go before.
    pub is_child: Cell<bool>,
}

/// What a stream that reads a file has beyond others. Bytes are not read ahead: they could have
/// changed when the guest asks for them.
struct File {
    open: Box<dyn Fn(u64) -> (ByteReader, Completion)>,
    /// Where in the file the next byte for the guest is.
    position: Cell<u64>,
    /// The state of all files when the byte stream was opened.
    state: Cell<u32>,
    /// How much the last read asked for.
    asked: Cell<usize>,
    progress: Cell<Progress>,
}

/// What is known of a file's byte stream after the last read.
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

/// Counts the moments at which files may have changed, by the guest or by others. What the host has
/// read ahead is old after each.
static FILES: Global<Cell<u32>> = Global::new(Cell::new(0));

/// Takes note that files may have changed.
pub fn files_changed() {
    FILES.set(FILES.get().wrapping_add(1));
}

impl Input {
    pub fn new(ends: (ByteReader, Completion)) -> Rc<Self> {
        Input::with_kind(ends, None, false)
    }

    /// A stream that reads from a connection.
    pub fn socket(ends: (ByteReader, Completion)) -> Rc<Self> {
        Input::with_kind(ends, None, true)
    }

    /// A stream that reads a file from `position` on.
    pub fn file(
        position: u64,
        open: impl Fn(u64) -> (ByteReader, Completion) + 'static,
    ) -> Rc<Self> {
        output::settle_files();
        let ends = open(position);
        let file = File {
            open: Box::new(open),
            position: Cell::new(position),
            state: Cell::new(FILES.get()),
            asked: Cell::new(0),
            progress: Cell::new(Progress::Level),
        };
        Input::with_kind(ends, Some(file), true)
    }

    fn with_kind(
        (reader, completion): (ByteReader, Completion),
        file: Option<File>,
        tells_end: bool,
    ) -> Rc<Self> {
        Rc::new_cyclic(|me| Input {
            me: me.clone(),
            reader: RefCell::new(Some(reader)),
            life: Life::new(completion),
            buffer: Cell::default(),
            taken: Cell::new(0),
            available: Cell::new(0),
            file,
            tells_end,
            is_child: Cell::new(false),
        })
    }

    /// What reading nothing tells.
    fn nothing<T>(&self, nothing: T) -> Result<T, StreamEnd> {
        if self.tells_end && self.available.get() == 0 && self.life.is_over() {
            return Err(self.life.report());
        }
        Ok(nothing)
    }

    /// Opens a file's byte stream again where the old one can have old bytes, or has ended.
    fn refresh(&self, file: &File) {
        output::settle_files();
        let state = FILES.get();
        let has_ended = file.progress.get() == Progress::Ended && self.available.get() == 0;
        let mut reader = self.reader.borrow_mut();
        let is_pending = reader.as_ref().is_none_or(ByteReader::is_pending);
        let is_good = file.state.get() == state && !has_ended;
        if is_good || is_pending || !self.life.is_open() {
            return;
        }
        let (fresh, completion) = (file.open)(file.position.get());
        *reader = Some(fresh);
        self.life.restart(completion);
        self.available.set(0);
        file.state.set(state);
        file.progress.set(Progress::Level);
    }

    /// Whether there are bytes, or an end, to tell the guest of. Starts a read where that is what
    /// it takes to know.
    fn fill(&self, len: u64) -> bool {
        if let Some(file) = &self.file {
            self.refresh(file);
        }
        if self.available.get() > 0 || self.life.is_over() {
            return true;
        }
        let mut buffer = self.buffer.take();
        buffer.clear();
        let len = match self.file {
            Some(_) => usize::try_from(len).unwrap_or(CHUNK).min(CHUNK),
            None => CHUNK,
        };
        self.start(buffer, len) && (self.available.get() > 0 || self.life.is_over())
    }

    /// Starts a read of at most `len` bytes if none is going on, and returns whether it has ended
    /// already.
    fn start(&self, buffer: Vec<u8>, len: usize) -> bool {
        let mut slot = self.reader.borrow_mut();
        let Some(reader) = slot.as_mut().filter(|reader| !reader.is_pending()) else {
            return false;
        };
        if !self.life.is_open() {
            return false;
        }
        if let Some(file) = &self.file {
            file.asked.set(len);
        }
        let Some(read) = reader.start(buffer, len, &self.me) else {
            return false;
        };
        drop(slot);
        self.absorb(read);
        true
    }

    fn absorb(&self, read: Read) {
        let len = read.bytes.len();
        let available = self.available.get();
        if available == 0 {
            self.taken.set(0);
            self.buffer.set(read.bytes);
        } else {
            let mut buffer = self.buffer.take();
            buffer.extend_from_slice(&read.bytes);
            self.buffer.set(buffer);
        }
        let available = available + len;
        self.available.set(available);
        match &self.file {
            Some(file) if !read.ended || available > 0 => file.progress.set(if read.ended {
                Progress::Ended
            } else if len == file.asked.get() {
                Progress::Ahead
            } else if len < SMALLEST_BUFFER && file.progress.get() == Progress::Level {
                Progress::Short
            } else {
                Progress::Level
            }),
            _ if read.ended => self.life.end(&self.me),
            // Whoever has sent this may have changed files before.
            _ => files_changed(),
        }
    }

    /// Reads on until there are `len` bytes, or no more in the file. Hosts give a file in pieces of
    /// their own, and many a program relies on getting what it asks for.
    fn complete(&self, file: &File, len: u64) {
        let len = usize::try_from(len).unwrap_or(CHUNK).min(CHUNK);
        loop {
            let missing = len.saturating_sub(self.available.get());
            let goes_on = matches!(file.progress.get(), Progress::Ahead | Progress::Level);
            if missing == 0 || !goes_on || !self.life.is_open() {
                return;
            }
            if !self.start(Vec::new(), missing) {
                reactor::wait();
            }
        }
    }

    /// [`fill`](Self::fill), giving the host a chance to run where there is nothing yet.
    fn fill_or_turn(&self, len: u64) -> bool {
        self.fill(len) || {
            reactor::turn();
            self.fill(len)
        }
    }

    fn fill_or_wait(&self, len: u64) {
        let is_new = self.available.get() == 0;
        // To wait for bytes without taking any is to ask for readiness.
        let len = if len == 0 { READINESS } else { len };
        while !self.fill(len) {
            reactor::wait();
        }
        if let (true, Some(file)) = (is_new, &self.file) {
            self.complete(file, len);
        }
    }

    /// Takes at most `len` of the bytes that are there.
    fn take(&self, len: u64) -> Result<Vec<u8>, StreamEnd> {
        let available = self.available.get();
        if available == 0 && self.life.is_over() {
            return Err(self.life.report());
        }
        let taken = self.taken.get();
        let len = available.min(usize::try_from(len).unwrap_or(usize::MAX));
        let buffer = self.buffer.take();
        self.moved(taken, len, available);
        if taken == 0 && len == available && len >= HAND_OVER {
            return Ok(buffer);
        }
        let bytes = buffer[taken..][..len].to_vec();
        self.buffer.set(buffer);
        Ok(bytes)
    }

    /// Like [`take`](Self::take), for bytes that nobody wants.
    fn discard(&self, len: u64) -> Result<u64, StreamEnd> {
        let available = self.available.get();
        if available == 0 && self.life.is_over() {
            return Err(self.life.report());
        }
        let len = available.min(usize::try_from(len).unwrap_or(usize::MAX));
        self.moved(self.taken.get(), len, available);
        Ok(len as u64)
    }

    /// The guest has got `len` bytes more.
    fn moved(&self, taken: usize, len: usize, available: usize) {
        self.taken.set(taken + len);
        self.available.set(available - len);
        if let Some(file) = &self.file {
            let position = file.position.get().saturating_add(len as u64);
            file.position.set(position);
        }
    }

    /// `input-stream.read`.
    pub fn read(&self, len: u64) -> Result<Vec<u8>, StreamEnd> {
        if len == 0 || !self.fill_or_turn(len) {
            return self.nothing(Vec::new());
        }
        self.take(len)
    }

    /// `input-stream.blocking-read`.
    pub fn blocking_read(&self, len: u64) -> Result<Vec<u8>, StreamEnd> {
        self.fill_or_wait(len);
        if len == 0 {
            return self.nothing(Vec::new());
        }
        self.take(len)
    }

    /// `input-stream.skip`.
    pub fn skip(&self, len: u64) -> Result<u64, StreamEnd> {
        if len == 0 || !self.fill_or_turn(len) {
            return self.nothing(0);
        }
        self.discard(len)
    }

    /// `input-stream.blocking-skip`.
    pub fn blocking_skip(&self, len: u64) -> Result<u64, StreamEnd> {
        self.fill_or_wait(len);
        if len == 0 {
            return self.nothing(0);
        }
        self.discard(len)
    }

    /// Reads on and throws away what comes. Returns whether the stream has ended, and it is known
    /// how.
    pub fn exhaust(&self) -> bool {
        while !self.life.is_over() {
            self.available.set(0);
            if !self.fill(0) {
                return false;
            }
        }
        true
    }

    /// How a stream [ended](Self::exhaust), if the guest has not been told of a failure before.
    pub fn outcome(&self) -> StreamEnd {
        self.life.report()
    }

    /// Closes the stream from this side. What was read and not taken is lost.
    pub fn shutdown(&self) {
        drop(self.reader.take());
        self.available.set(0);
        self.life.close();
    }
}

impl Source for Input {
    fn ready(&self) -> bool {
        self.fill(READINESS)
    }
}

impl Asker for Input {
    fn ask(&self) -> bool {
        self.life.ask(&self.me)
    }

    fn withdraw(&self) -> bool {
        self.life.withdraw()
    }
}

impl Waiter for Input {
    fn event(&self, waitable: u32, code: u32) {
        let mut slot = self.reader.borrow_mut();
        match slot.as_mut() {
            Some(reader) if reader.handle() == waitable => {
                let read = reader.finish(code);
                drop(slot);
                self.absorb(read);
            }
            _ => self.life.completed(),
        }
    }
}
