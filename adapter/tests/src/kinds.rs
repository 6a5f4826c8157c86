//! Outputs that differ from plain ones, in each manner that there is.

use crate::bindings::exports::wasi::io::streams::{self as exports, GuestOutputStream};
use crate::canon::Task;
use crate::choice::{explore, one_of, sample};
use crate::host::{self, Ending, in_task};
use crate::io::output::{CAPACITY, Kind, Output};
use crate::io::poll::Source;
use crate::io::state::StreamError;
use crate::io::streams::{OutputStream, output_stream};
use crate::outputs::{Ends, open};
use crate::p3::{Failure, Sink};
use crate::reactor;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// An output like that of a file: byte streams end in between, and others go on where they did.
struct FileLike {
    /// The ends of the byte streams that were opened.
    opened: RefCell<Vec<Ends>>,
    /// The number of bytes of the last write that was prepared for.
    prepared: Cell<usize>,
    counted: Cell<usize>,
}

impl FileLike {
    fn open(&self) -> Sink {
        let (sink, ends) = open(one_of(&[false, true]), &Ending::ALL);
        self.opened.borrow_mut().push(ends);
        sink
    }
}

impl Kind for FileLike {
    fn prepare(&self, len: usize, _: Task<'_>) {
        self.prepared.set(len);
    }

    fn count(&self, output: &Weak<Output>, bytes: &mut Vec<u8>) -> Result<(), StreamError> {
        assert!(output.upgrade().is_some());
        self.counted.set(self.counted.get() + bytes.len());
        Ok(())
    }

    fn ends_when_dropped(&self) -> bool {
        true
    }

    fn reopen(&self) -> Option<Sink> {
        Some(self.open())
    }

    fn room(&self, queued: usize, _: usize) -> usize {
        if queued > 0 { 0 } else { CAPACITY }
    }
}

/// A file that is written, and what is known of it.
struct File {
    kind: Rc<FileLike>,
    output: Rc<Output>,
    resource: Option<exports::OutputStream>,
    accepted: Vec<u8>,
    is_parked: bool,
    was_told: bool,
}

impl File {
    fn new() -> Self {
        let kind = Rc::new(FileLike {
            opened: RefCell::default(),
            prepared: Cell::new(0),
            counted: Cell::new(0),
        });
        let output = Output::of_kind(kind.open(), kind.clone());
        File {
            resource: Some(output_stream(output.clone())),
            kind,
            output,
            accepted: Vec::new(),
            is_parked: false,
            was_told: false,
        }
    }

    /// The ends of the byte stream that is the last.
    fn ends(&self) -> Ends {
        *self.kind.opened.borrow().last().expect("there was one")
    }

    fn is_over(&self) -> bool {
        host::is_over(self.ends().writer)
    }

    /// Accounts for what the host has ended.
    fn check(&mut self) {
        if self.is_over() {
            self.accepted.truncate(host::written_len());
        }
        assert_eq!(
            self.output.is_idle(),
            self.accepted.len() == host::written_len()
        );
        let is_going_on = !host::is_gone(self.ends().writer) && !self.is_over();
        assert_eq!(self.output.is_open(), is_going_on || self.is_parked);
        if self.resource.is_none() && self.output.is_idle() {
            assert!(!is_going_on, "it has ended with the stream");
        }
    }

    /// The failure that nobody was told of.
    fn failure(&self) -> Option<Ending> {
        let ending = host::ending(self.ends().completion)?;
        (ending.is_failure() && !self.was_told).then_some(ending)
    }

    fn check_error(&mut self, error: &StreamError) {
        let failure = match error {
            StreamError::LastOperationFailed(failure) => Some(failure.code.0),
            StreamError::Closed => None,
        };
        assert_eq!(failure, self.failure().map(|it| it as u64));
        self.was_told = true;
    }

    /// Begins to write: a byte stream that was parked is followed by another one.
    fn begin(&mut self, len: usize) -> (Vec<u8>, usize) {
        let streams = self.kind.opened.borrow().len();
        let streams = streams + usize::from(self.is_parked && len > 0);
        let start = self.accepted.len();
        (host::bytes(start..start + len), streams)
    }

    fn note(&mut self, bytes: &[u8], streams: usize) {
        assert_eq!(self.kind.opened.borrow().len(), streams);
        if !bytes.is_empty() && self.is_parked {
            self.is_parked = false;
            self.was_told = false;
        }
        self.accepted.extend_from_slice(bytes);
        assert!(self.kind.counted.get() >= self.accepted.len());
    }

    /// Writes as the guest does.
    fn write(&mut self, len: usize, task: Task<'_>) {
        let Some(resource) = &self.resource else {
            return;
        };
        let Ok(permit) = resource.get::<OutputStream>().check_write(task) else {
            assert!(host::ending(self.ends().completion).is_some());
            self.was_told = true;
            return;
        };
        assert_eq!(self.kind.prepared.get(), CAPACITY);
        self.check();
        let room = match self.output.is_open() && self.output.is_idle() {
            true => CAPACITY,
            false => 0,
        };
        assert_eq!(permit, room as u64);
        if room > 0 {
            let (bytes, streams) = self.begin(len);
            let result = self.output.write(bytes.clone());
            self.note(&bytes, streams);
            if let Err(error) = result {
                self.check_error(&error);
            }
        }
    }

    /// Writes as the guest does that waits until the host has it.
    fn blocking_write(&mut self, len: usize, task: Task<'_>) {
        let Some(resource) = &self.resource else {
            return;
        };
        self.kind.prepared.set(0);
        let stream = resource.get::<OutputStream>();
        let start = self.accepted.len();
        let bytes = host::bytes(start..start + len);
        let streams = self.kind.opened.borrow().len() + usize::from(self.is_parked);
        let result = stream.blocking_write_and_flush(bytes.clone(), task);
        assert_eq!(self.kind.prepared.get(), len);
        match result {
            Ok(()) => {
                self.note(&bytes, streams);
                assert_eq!(host::written_len(), self.accepted.len());
            }
            Err(_) => {
                assert_eq!(self.kind.opened.borrow().len(), streams);
                assert!(host::ending(self.ends().completion).is_some());
                self.is_parked = false;
                self.was_told = true;
                self.accepted.extend(bytes);
                self.accepted.truncate(host::written_len());
            }
        }
    }

    /// Writes as a descriptor does.
    fn write_all(&mut self, len: usize, task: Task<'_>) {
        if !self.output.is_open() || !self.output.is_idle() {
            return;
        }
        let before = host::written_len();
        let (bytes, streams) = self.begin(len);
        let result = self.output.write_all(bytes.clone(), task);
        assert_eq!(self.kind.prepared.get(), len);
        self.note(&bytes, streams);
        let written = host::written_len() - before;
        self.accepted.truncate(before + written);
        let ending = host::ending(self.ends().completion);
        match result {
            Ok(count) => {
                assert_eq!(count, written);
                assert!(count > 0);
                assert!(count == len || ending.is_some());
                assert!(
                    !self.is_over() || ending.is_some(),
                    "it is known how it ended"
                );
                let is_failure = ending.is_some_and(Ending::is_failure);
                assert!(count < len || !is_failure || self.was_told);
                self.was_told |= ending.is_some();
            }
            Err(error) => {
                assert!(ending.is_some());
                assert!(written == 0 || (written == len && self.failure().is_some()));
                self.check_error(&error);
            }
        }
    }

    /// Waits until the file has everything.
    fn settle(&mut self, task: Task<'_>) {
        self.output.settle(task);
        let ends = self.ends();
        if self.is_parked {
            return;
        }
        let ending = host::ending(ends.completion).expect("the host has said how it ended");
        // With the end of the guest's stream nothing is to go on.
        self.is_parked = !self.is_over() && !ending.is_failure() && self.output.is_open();
        if !self.is_over() {
            assert!(host::is_gone(ends.writer));
            assert!(self.is_parked || ending.is_failure());
        }
        self.check();
        assert!(self.output.is_idle());
        assert_eq!(self.output.is_over(), !self.is_parked);
    }

    fn overdue(&mut self) {
        match self.output.overdue() {
            Ok(()) => assert_eq!(self.failure(), None),
            Err(error) => self.check_error(&error),
        }
        if self.output.is_over() {
            self.was_told = true;
        }
    }

    /// Drops the guest's stream, and settles what it has left.
    fn drop_stream(&mut self, task: Task<'_>) {
        drop(self.resource.take());
        self.output.wait_until(task, Output::is_idle);
        self.accepted.truncate(host::written_len());
        let writer = self.ends().writer;
        assert!(host::is_gone(writer), "it has ended with the stream");
    }

    fn close(&mut self) {
        if !self.output.is_idle() {
            return;
        }
        let is_parked = self.is_parked;
        self.output.close();
        self.is_parked = false;
        self.check();
        assert!(!self.output.is_open());
        if is_parked {
            assert!(self.output.is_over());
            assert!(matches!(self.output.overdue(), Ok(())));
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Write(usize),
    BlockingWrite(usize),
    WriteAll(usize),
    Settle,
    /// As many files are: all are ended first, and then waited for.
    EndAndSettle,
    Overdue,
    Collect,
    Close,
    Drop,
}

use Step::*;

const STEPS: [Step; 11] = [
    Write(0),
    Write(2),
    Write(CAPACITY),
    BlockingWrite(2),
    WriteAll(2),
    Settle,
    EndAndSettle,
    Overdue,
    Collect,
    Close,
    Drop,
];

fn any_step(file: &mut File) -> bool {
    in_task(true, |task| {
        file.check();
        match one_of(&STEPS) {
            Write(len) => file.write(len, task),
            BlockingWrite(len) => file.blocking_write(len, task),
            WriteAll(len) => file.write_all(len, task),
            Settle => file.settle(task),
            EndAndSettle => {
                let was_idle = file.output.is_idle();
                file.output.end_idle();
                let writer = file.ends().writer;
                assert!(host::is_gone(writer) == was_idle || file.is_over() || file.is_parked);
                file.settle(task);
            }
            Overdue => file.overdue(),
            Collect => _ = reactor::collect(),
            Close => {
                file.close();
                return false;
            }
            Drop => {
                file.drop_stream(task);
                return false;
            }
        }
        file.check();
        true
    })
}

fn end(file: File) {
    let (output, resource) = (file.output, file.resource);
    let kept = Rc::downgrade(&output);
    drop(output);
    host::in_destructor(one_of(&[false, true]), || drop(resource));
    in_task(true, reactor::drain);
    assert!(kept.upgrade().is_none());
    let written = host::written();
    assert!(written == file.accepted[..written.len()]);
    assert!(
        written.len() == file.accepted.len()
            || host::is_over(file.kind.opened.borrow().last().unwrap().writer)
    );
    host::end_run();
}

#[test]
fn every_order_of_writing_a_file() {
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(1);
        let mut file = File::new();
        _ = any_step(&mut file) && any_step(&mut file);
        end(file);
    });
    assert!(runs > 1000, "{runs}");
}

#[test]
fn long_orders_of_writing_a_file() {
    sample(50_000, || {
        host::begin_run();
        let mut file = File::new();
        for _ in 0..12 {
            if !any_step(&mut file) {
                break;
            }
        }
        end(file);
    });
}

/// An output like the body of a message: of a length that is known, and for a reader who may come late.
struct BodyLike {
    /// The number of bytes that there may be.
    length: usize,
    counted: Cell<usize>,
    /// The arguments of the last call of `room`.
    asked: Cell<(usize, usize)>,
}

/// The number of bytes that a body takes while few writes are on their way.
const ROOM: usize = 3;
const FEW: usize = 2;

const EXCESS: &str = "excess";

impl Kind for BodyLike {
    fn count(&self, _: &Weak<Output>, bytes: &mut Vec<u8>) -> Result<(), StreamError> {
        let room = self.length - self.counted.get();
        if bytes.len() <= room {
            self.counted.set(self.counted.get() + bytes.len());
            return Ok(());
        }
        bytes.truncate(room);
        self.counted.set(self.length);
        Err(StreamError::LastOperationFailed(Failure {
            reason: EXCESS,
            detail: None,
            code: host::value(0),
        }))
    }

    fn room(&self, queued: usize, writes: usize) -> usize {
        self.asked.set((queued, writes));
        if writes < FEW { ROOM } else { 0 }
    }

    fn flush_waits(&self) -> bool {
        false
    }
}

/// What is beyond the length of a body is cut off, and the kind is told what is on its way.
#[test]
fn every_order_of_writing_a_body() {
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(2);
        let kind = Rc::new(BodyLike {
            length: 5,
            counted: Cell::new(0),
            asked: Cell::new((0, 0)),
        });
        let (sink, ends) = open(false, &[Ending::Well]);
        let output = Output::of_kind(sink, kind.clone());
        // The ends of the writes.
        let mut writes = Vec::new();
        for _ in 0..4 {
            let blocks = one_of(&[false, true]);
            in_task(true, |task| {
                let Ok(room) = output.check_write(task) else {
                    assert!(host::ending(ends.completion).is_some());
                    return;
                };
                let is_over = host::is_over(ends.writer);
                let before = kind.counted.get();
                let goes_on = |end: &&usize| **end > host::written_len();
                let going_on = writes.iter().filter(goes_on).count();
                if is_over {
                    assert_eq!(room, 0);
                } else {
                    assert_eq!(kind.asked.get(), (before - host::written_len(), going_on));
                    assert_eq!(room > 0, going_on < FEW);
                }
                let len = room.min(one_of(&[ROOM, 1]));
                if len == 0 {
                    return;
                }
                let bytes = host::bytes(before..before + len);
                let result = match blocks {
                    true => output.blocking_write_and_flush(bytes, task),
                    false => output.write(bytes),
                };
                let counted = kind.counted.get();
                assert_eq!(counted, kind.length.min(before + len));
                if counted > before {
                    writes.push(counted);
                }
                match result {
                    Ok(()) => assert_eq!(counted, before + len),
                    Err(StreamError::LastOperationFailed(failure)) => {
                        assert_eq!(failure.reason, EXCESS);
                        assert!(counted < before + len);
                    }
                    Err(StreamError::Closed) => assert!(host::is_over(ends.writer)),
                }
            });
        }
        // A flush doesn't wait for a reader.
        in_task(true, |task| match output.flush() {
            Ok(()) if output.is_open() => {
                let goes_on = |end: &&usize| **end > host::written_len();
                let is_full = writes.iter().filter(goes_on).count() >= FEW;
                assert_eq!(output.is_ready(task), !is_full);
            }
            _ => assert!(host::is_over(ends.writer)),
        });
        let kept = Rc::downgrade(&output);
        drop(output);
        in_task(true, reactor::drain);
        assert!(kept.upgrade().is_none());
        let written = host::written();
        assert!(written == host::bytes(0..written.len()));
        assert!(written.len() == kind.counted.get() || host::is_over(ends.writer));
        host::end_run();
    });
    assert!(runs > 1000, "{runs}");
}

/// An output like that of a connection: what was written outlives the guest if the stream was dropped.
struct ConnectionLike;

impl Kind for ConnectionLike {
    fn outlives_guest(&self, is_dropped: bool) -> bool {
        is_dropped
    }
}

#[test]
fn what_need_not_outlive_the_guest_is_not_waited_for() {
    let cut_short = Cell::new(0);
    explore(|| {
        host::begin_run();
        let (sink, ends) = open(false, &[Ending::Well]);
        let output = Output::of_kind(sink, Rc::new(ConnectionLike));
        let resource = output_stream(output.clone());
        let kept = Rc::downgrade(&output);
        let written = in_task(true, |task| {
            output.check_write(task).is_ok() && output.write(vec![0, 1]).is_ok()
        });
        let is_dropped = one_of(&[false, true]);
        let resource = (!is_dropped).then_some(resource);
        in_task(true, reactor::drain);
        // With the guest's stream the byte stream doesn't end: its owner may have more for it.
        assert!(!host::is_gone(ends.writer));
        drop(output);
        let is_pending = host::pending(ends.writer).is_some();
        assert!(!(is_dropped && is_pending));
        cut_short.set(cut_short.get() + usize::from(is_pending));
        drop(resource);
        in_task(true, reactor::drain);
        assert!(kept.upgrade().is_none());
        assert!(host::written_len() == 2 || host::is_over(ends.writer) || !written);
        host::end_run();
    });
    assert!(cut_short.get() > 0, "one that need not be waited for isn't");
}

/// A byte stream that nobody is going to read is closed, unless bytes are on their way.
#[test]
fn what_nobody_reads_is_closed() {
    let left = Cell::new(0);
    explore(|| {
        host::begin_run();
        host::limit_transfers(1);
        let (sink, ends) = open(false, &[Ending::Well]);
        let output = Output::new(sink);
        if one_of(&[false, true]) {
            in_task(true, |task| {
                _ = output.check_write(task);
                _ = output.write(vec![0, 1]);
            });
        }
        let is_pending = host::pending(ends.writer).is_some();
        output.close_unread();
        left.set(left.get() + usize::from(is_pending));
        assert_eq!(
            host::is_gone(ends.writer),
            !is_pending && !host::is_over(ends.writer)
        );
        assert_eq!(output.is_open(), is_pending);
        in_task(true, reactor::drain);
        drop(output);
        host::end_run();
    });
    assert!(left.get() > 0);
}
