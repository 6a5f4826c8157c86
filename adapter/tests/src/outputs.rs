//! One output stream, written by a guest.

use crate::bindings::exports::wasi::io::poll::{GuestPollable, Pollable as Handle};
use crate::bindings::exports::wasi::io::streams::{
    self as exports, GuestOutputStream, OutputStream as OutputHandle,
};
use crate::canon::Task;
use crate::choice::{explore, one_of, sample};
use crate::host::{self, Ending, in_task};
use crate::inputs::{News, news_of};
use crate::io::output::{CAPACITY, Kind, Output};
use crate::io::poll::Pollable;
use crate::io::streams::{OutputStream, output_stream};
use crate::op::{Future, Writer};
use crate::{p3, reactor};
use std::rc::{Rc, Weak};

/// The most that the blocking functions take.
pub const BLOCKING_LIMIT: usize = 4096;

/// The ends of a byte stream that is written.
#[derive(Clone, Copy)]
pub struct Ends {
    pub writer: u32,
    pub completion: u32,
}

/// Opens a byte stream, which ends in one of these manners.
pub fn open(has_text: bool, endings: &'static [Ending]) -> (p3::Sink, Ends) {
    let ends = Ends {
        writer: host::writable(),
        completion: host::completion(endings),
    };
    let end = match has_text {
        true => &host::COMPLETION_WITH_TEXT,
        false => &host::COMPLETION,
    };
    let sink = (
        Writer::new(&host::STREAM, ends.writer),
        Future::new(end, ends.completion),
    );
    (sink, ends)
}

/// Calls `f`, which traps.
pub fn assert_traps<T>(f: impl FnOnce() -> T) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    let Err(message) = result else {
        panic!("it doesn't trap");
    };
    assert_eq!(message.downcast_ref(), Some(&"trap"));
}

/// A guest with an output stream, and what it has written to it.
pub struct Writing {
    pub output: Rc<Output>,
    pub resource: OutputHandle,
    pollable: Handle,
    ends: Ends,
    /// The bytes that the stream has accepted.
    pub accepted: Vec<u8>,
    /// How many bytes the guest may write.
    permit: usize,
    /// It has asked for a flush, and bytes before it are not gone.
    is_flushing: bool,
    /// It has asked how much it may write, and has written nothing since.
    has_asked: bool,
    was_told: bool,
    is_shut: bool,
}

impl Writing {
    pub fn new(has_text: bool, endings: &'static [Ending]) -> Self {
        let (sink, ends) = open(has_text, endings);
        Writing::of(Output::new(sink), ends)
    }

    /// One of a kind that changes nothing.
    fn of_plain_kind(has_text: bool, endings: &'static [Ending]) -> Self {
        struct Plain;
        impl Kind for Plain {}
        let (sink, ends) = open(has_text, endings);
        Writing::of(Output::of_kind(sink, Rc::new(Plain)), ends)
    }

    fn of(output: Rc<Output>, ends: Ends) -> Self {
        let resource = output_stream(output.clone());
        Writing {
            pollable: resource.get::<OutputStream>().subscribe(),
            resource,
            output,
            ends,
            accepted: Vec::new(),
            permit: 0,
            is_flushing: false,
            has_asked: false,
            was_told: false,
            is_shut: false,
        }
    }

    fn stream(&self) -> &OutputStream {
        self.resource.get()
    }

    /// The number of accepted bytes that the host doesn't have.
    fn queued(&self) -> usize {
        self.accepted.len() - host::written_len()
    }

    /// How the stream has ended, if it is known: what the guest is to be told.
    pub fn news(&self) -> News {
        if self.is_shut && (self.queued() == 0 || host::is_over(self.ends.writer)) {
            return News::Closed;
        }
        match host::ending(self.ends.completion) {
            Some(ending) if ending.is_failure() && !self.was_told => News::Failure(ending),
            Some(_) => News::Closed,
            None => News::Nothing,
        }
    }

    /// Returns `true` if bytes reach the host.
    fn is_open(&self) -> bool {
        self.news() == News::Nothing && !host::is_over(self.ends.writer)
    }

    /// The number of bytes that a stream takes which is open.
    fn room(&self) -> usize {
        match self.is_flushing || self.is_shut {
            true => 0,
            false => CAPACITY - self.queued(),
        }
    }

    fn has_room_or_end(&self) -> bool {
        self.news() != News::Nothing || (self.is_open() && self.room() > 0)
    }

    /// Checks what has to hold whenever the guest runs.
    fn check(&mut self) {
        if host::is_over(self.ends.writer) {
            // Whatever is left is lost.
            self.accepted.truncate(host::written_len());
        }
        if self.queued() == 0 {
            self.is_flushing = false;
            assert_eq!(host::pending(self.ends.writer), None);
        } else {
            assert!(
                host::pending(self.ends.writer).is_some(),
                "bytes go to the host at once"
            );
        }
    }

    fn check_error(&mut self, error: &exports::StreamError) {
        let ending = host::ending(self.ends.completion);
        assert_eq!(news_of(error, ending), self.news());
        self.was_told = true;
    }

    fn check_write(&mut self, task: Task<'_>) {
        let yields = host::yields();
        let waits = (self.has_asked && self.queued() > 0) || !self.has_room_or_end();
        let result = self.stream().check_write(task);
        let has_waited = host::yields() > yields;
        assert_eq!(has_waited, waits && task.may_wait().is_some());
        self.has_asked = true;
        self.check();
        self.permit = 0;
        match result {
            Ok(permit) => {
                assert_eq!(self.news(), News::Nothing);
                let room = if self.is_open() { self.room() } else { 0 };
                assert_eq!(permit, room as u64);
                self.permit = room;
            }
            Err(error) => self.check_error(&error),
        }
    }

    /// The next bytes, as many as may be written and no more than `most`.
    fn next_bytes(&self, most: usize) -> Vec<u8> {
        let start = self.accepted.len();
        host::bytes(start..start + self.permit.min(most))
    }

    /// Writes as much as may be written, and no more than `most`.
    fn write(&mut self, most: usize, is_zeroes: bool) {
        let bytes = match is_zeroes {
            true => vec![0; self.permit.min(most)],
            false => self.next_bytes(most),
        };
        self.permit = 0;
        let is_open = self.is_open();
        if is_open {
            self.has_asked &= bytes.is_empty();
            self.accepted.extend_from_slice(&bytes);
        }
        let result = match is_zeroes {
            true => self.stream().write_zeroes(bytes.len() as u64),
            false => self.stream().write(bytes),
        };
        self.check();
        match result {
            Ok(()) => assert_eq!(self.news(), News::Nothing),
            Err(error) => self.check_error(&error),
        }
    }

    fn flush(&mut self) {
        self.permit = 0;
        let result = self.stream().flush();
        self.is_flushing = self.is_flushing || self.queued() > 0;
        self.check();
        match result {
            Ok(()) => assert_eq!(self.news(), News::Nothing),
            Err(error) => self.check_error(&error),
        }
    }

    fn blocking_flush(&mut self, task: Task<'_>) {
        self.permit = 0;
        let result = self.stream().blocking_flush(task);
        self.check();
        match result {
            Ok(()) => {
                assert_eq!(self.queued(), 0);
                assert!(self.is_open());
            }
            Err(error) => self.check_error(&error),
        }
    }

    fn blocking_write(&mut self, len: usize, is_zeroes: bool, task: Task<'_>) {
        self.permit = 0;
        let start = self.accepted.len();
        let bytes = match is_zeroes {
            true => vec![0; len],
            false => host::bytes(start..start + len),
        };
        // Whether bytes are accepted turns out when there is room.
        self.accepted.extend_from_slice(&bytes);
        let all = self.accepted.len();
        let result = match is_zeroes {
            true => self
                .stream()
                .blocking_write_zeroes_and_flush(len as u64, task),
            false => self.stream().blocking_write_and_flush(bytes, task),
        };
        match result {
            Ok(()) => {
                assert_eq!(host::written_len(), all);
                self.has_asked = false;
            }
            Err(error) => {
                assert!(
                    host::written_len() < all || matches!(self.news(), News::Failure(_)),
                    "what was written to its end has not failed"
                );
                self.accepted.truncate(host::written_len());
                self.check_error(&error);
            }
        }
        self.check();
    }

    fn is_ready(&mut self, task: Task<'_>) -> bool {
        let yields = host::yields();
        let was_ready = self.has_room_or_end();
        let is_ready = self.pollable.get::<Pollable>().ready(task);
        let has_waited = host::yields() > yields;
        assert_eq!(has_waited, !was_ready && task.may_wait().is_some());
        self.check();
        assert_eq!(is_ready, self.has_room_or_end());
        is_ready
    }

    fn block(&mut self, task: Task<'_>) {
        self.pollable.get::<Pollable>().block(task);
        self.check();
        assert!(self.has_room_or_end());
    }

    fn shut(&mut self) {
        self.output.shutdown();
        self.is_shut = true;
        self.permit = 0;
        self.check();
        if self.queued() == 0 {
            let writer = self.ends.writer;
            assert!(
                host::is_gone(writer) || host::is_over(writer),
                "both know of the end"
            );
        }
    }

    /// Closes the byte stream when its bytes are gone, and goes on with another one.
    fn reopen(&mut self, task: Task<'_>) {
        self.permit = 0;
        self.output.wait_until(task, Output::is_idle);
        self.check();
        assert_eq!(self.queued(), 0);
        self.output.close();
        let writer = self.ends.writer;
        assert!(
            host::is_gone(writer) || host::is_over(writer),
            "both know of the end"
        );
        assert!(!self.output.is_open());
        self.output.wait_until(task, Output::is_over);
        assert!(host::ending(self.ends.completion).is_some());
        let (sink, ends) = open(one_of(&[false, true]), &Ending::ALL);
        self.output.reopen(sink);
        self.ends = ends;
        self.was_told = false;
        assert!(self.output.is_open() && !self.output.is_over());
    }

    /// Drops the stream. All that was accepted reaches the host, unless that has ended the stream.
    pub fn end(mut self, drains: bool) {
        self.check();
        let Writing {
            output,
            resource,
            pollable,
            accepted,
            ..
        } = self;
        let kept: Weak<Output> = Rc::downgrade(&output);
        drop((pollable, output));
        host::in_destructor(one_of(&[false, true]), || drop(resource));
        let is_queued = host::written_len() < accepted.len() && !host::is_over(self.ends.writer);
        assert_eq!(kept.upgrade().is_some(), is_queued);
        match drains {
            true => in_task(true, reactor::drain),
            false => {
                while kept.upgrade().is_some() {
                    in_task(true, reactor::wait);
                }
            }
        }
        assert!(kept.upgrade().is_none());
        let written = host::written();
        assert!(written.len() == accepted.len() || host::is_over(self.ends.writer));
        assert!(written == accepted[..written.len()]);
        host::end_run();
    }
}

/// A thing that a guest does.
#[derive(Clone, Copy, Debug)]
enum Step {
    CheckWrite,
    Write(usize),
    WriteZeroes(usize),
    Flush,
    BlockingFlush,
    BlockingWrite(usize),
    BlockingWriteZeroes(usize),
    IsReady,
    Block,
    Yield,
    Collect,
    Reopen,
    Shut,
    Drop,
}

use Step::*;

fn step(writing: &mut Writing, step: Step, may_block: bool) -> bool {
    in_task(may_block, |task| {
        writing.check();
        match step {
            CheckWrite => writing.check_write(task),
            Write(most) => writing.write(most, false),
            WriteZeroes(most) => writing.write(most, true),
            Flush => writing.flush(),
            BlockingFlush => writing.blocking_flush(task),
            BlockingWrite(len) => writing.blocking_write(len, false, task),
            BlockingWriteZeroes(len) => writing.blocking_write(len, true, task),
            IsReady => _ = writing.is_ready(task),
            Block => writing.block(task),
            Yield => _ = reactor::yield_once(task),
            Collect => _ = reactor::collect(),
            Reopen if !writing.is_shut => writing.reopen(task),
            Reopen => {}
            Shut => writing.shut(),
            Drop => return false,
        }
        writing.check();
        true
    })
}

const QUICK: [Step; 6] = [CheckWrite, Flush, IsReady, Collect, Shut, Drop];
const WRITES: [Step; 3] = [Write(2), Write(usize::MAX), WriteZeroes(1)];
const SLOW: [Step; 8] = [
    Reopen,
    CheckWrite,
    BlockingFlush,
    BlockingWrite(2),
    BlockingWriteZeroes(1),
    IsReady,
    Block,
    Yield,
];

fn any_step(writing: &mut Writing, slow: &[Step]) -> bool {
    // Writing without a permit is of no use.
    let kinds: &[usize] = if writing.permit > 0 {
        &[0, 1, 2]
    } else {
        &[0, 1]
    };
    match one_of(kinds) {
        0 => step(writing, one_of(slow), true),
        1 => step(writing, one_of(&QUICK), false),
        _ => step(writing, one_of(&WRITES), false),
    }
}

#[test]
fn every_order_of_writing() {
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(1);
        let mut writing = Writing::new(one_of(&[false, true]), &[Ending::Well, Ending::Badly]);
        step(&mut writing, CheckWrite, false);
        step(&mut writing, one_of(&[Write(2), Write(usize::MAX)]), false);
        // To go on with another byte stream is for the long orders.
        let slow = &SLOW[1..];
        _ = any_step(&mut writing, slow) && any_step(&mut writing, slow);
        writing.end(true);
    });
    assert!(runs > 1000, "{runs}");
}

#[test]
fn long_orders_of_writing() {
    sample(100_000, || {
        host::begin_run();
        let new = one_of(&[Writing::new, Writing::of_plain_kind]);
        let mut writing = new(one_of(&[false, true]), &Ending::ALL);
        for _ in 0..14 {
            if !any_step(&mut writing, &SLOW) {
                break;
            }
        }
        writing.end(one_of(&[false, true]));
    });
}

/// A write of more than `check-write` has permitted traps.
#[test]
fn writing_more_than_permitted_traps() {
    explore(|| {
        host::begin_run();
        let mut writing = Writing::new(false, &[Ending::Well]);
        in_task(true, |task| {
            let stream = writing.stream();
            assert_traps(|| stream.write(vec![0; CAPACITY + 1]));
            assert_traps(|| stream.write_zeroes(CAPACITY as u64 + 1));
            // Before there is memory for it.
            assert_traps(|| stream.write_zeroes(u64::MAX));
            let len = BLOCKING_LIMIT + 1;
            assert_traps(|| stream.blocking_write_and_flush(vec![0; len], task));
            assert_traps(|| stream.blocking_write_zeroes_and_flush(len as u64, task));
        });
        assert!(host::written().is_empty());
        // One less is permitted.
        host::limit_transfers(1);
        step(
            &mut writing,
            one_of(&[
                BlockingWrite(BLOCKING_LIMIT),
                BlockingWriteZeroes(BLOCKING_LIMIT),
            ]),
            true,
        );
        writing.end(true);
    });
}

/// After the guest has closed a stream, no operation reports how it ended, however soon the host says so.
#[test]
fn no_failure_is_told_after_the_stream_was_closed() {
    let runs = explore(|| {
        host::begin_run();
        let mut writing = Writing::new(one_of(&[false, true]), &[Ending::Badly]);
        step(&mut writing, CheckWrite, false);
        step(&mut writing, Shut, false);
        step(&mut writing, one_of(&[CheckWrite, Yield]), true);
        step(&mut writing, one_of(&[Flush, IsReady]), false);
        step(&mut writing, CheckWrite, false);
        // What was permitted before is no reason for a trap.
        writing.permit = 1;
        step(&mut writing, one_of(&[Write(1), WriteZeroes(1)]), false);
        writing.end(true);
    });
    assert!(runs > 5, "{runs}");
}
