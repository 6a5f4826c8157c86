//! One input stream, read by a guest.

use crate::bindings::exports::wasi::io::error::GuestError;
use crate::bindings::exports::wasi::io::poll::{GuestPollable, Pollable as Handle};
use crate::bindings::exports::wasi::io::streams::{
    self as exports, GuestInputStream, InputStream as InputHandle,
};
use crate::canon::Task;
use crate::choice::{explore, one_of, sample};
use crate::host::{self, Ending, Value, in_task};
use crate::io::input::ByteInput;
use crate::io::poll::Pollable;
use crate::io::state::StreamError;
use crate::io::streams::{InputStream, input_stream};
use crate::op::{Future, Reader};
use crate::p3::{self, Failure};
use crate::{freshness, reactor};
use std::rc::Rc;

/// The sizes of reads, as `io::input` has them.
pub const CHUNK: usize = 64 * 1024;
const SMALL: usize = 256;
const MAX_PENDING_CHUNKS: usize = 16;

/// The result of a read, as a guest gets it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum News {
    Nothing,
    Bytes(usize),
    Failure(Ending),
    Closed,
}

/// The news that an error tells of.
pub fn news_of(error: &exports::StreamError, ending: Option<Ending>) -> News {
    match error {
        exports::StreamError::Closed => News::Closed,
        exports::StreamError::LastOperationFailed(error) => {
            let ending = ending.expect("the host has told of the failure");
            let failure = error.get::<Failure>();
            assert_eq!(failure.code.0, ending as u64);
            let words = match ending {
                Ending::BadlyInDetail => "wasi:tests error-code reason: detail",
                _ => "wasi:tests error-code reason",
            };
            assert_eq!(failure.to_debug_string(), words);
            News::Failure(ending)
        }
    }
}

/// A guest with an input stream, and what it has had of it.
pub struct Reading {
    pub input: Rc<ByteInput>,
    pub resource: InputHandle,
    pollable: Handle,
    pub reader: u32,
    pub completion: u32,
    tells_end: bool,
    /// The number of bytes that it has taken or skipped.
    pub had: usize,
    /// It has been told that the stream is over.
    was_told: bool,
    /// It has closed the stream.
    is_shut: bool,
}

impl Reading {
    pub fn new(tells_end: bool, has_text: bool, endings: &'static [Ending]) -> Self {
        let (reader, completion) = (host::readable(), host::completion(endings));
        let end = match has_text {
            true => &host::COMPLETION_WITH_TEXT,
            false => &host::COMPLETION,
        };
        let source: p3::Source = (
            Reader::new(&host::STREAM, reader),
            Future::new(end, completion),
        );
        let input = match tells_end {
            true => ByteInput::new(source),
            false => ByteInput::stdin(source),
        };
        let resource = input_stream(input.clone());
        Reading {
            input,
            pollable: resource.get::<InputStream>().subscribe(),
            resource,
            reader,
            completion,
            tells_end,
            had: 0,
            was_told: false,
            is_shut: false,
        }
    }

    /// Any kind of stream, which ends in any manner.
    fn any() -> Self {
        Reading::new(one_of(&[true, false]), one_of(&[false, true]), &Ending::ALL)
    }

    fn stream(&self) -> &InputStream {
        self.resource.get()
    }

    fn pollable(&self) -> &Pollable {
        self.pollable.get()
    }

    /// What there is to tell.
    pub fn news(&self) -> News {
        if self.is_shut {
            return News::Closed;
        }
        let brought = host::moved(self.reader);
        if brought > self.had {
            return News::Bytes(brought - self.had);
        }
        match host::ending(self.completion) {
            Some(ending) if ending.is_failure() && !self.was_told => News::Failure(ending),
            Some(_) => News::Closed,
            None => News::Nothing,
        }
    }

    /// Checks what has to hold whenever the guest runs.
    fn check(&self) {
        if self.is_shut {
            return;
        }
        if host::moved(self.reader) > self.had {
            assert_eq!(
                host::pending(self.reader),
                None,
                "one read at most is ahead of the guest"
            );
        }
        if !host::is_over(self.reader) {
            assert_eq!(
                host::pending(self.completion),
                None,
                "it is read at the end"
            );
        }
    }

    /// Takes note of the result of an operation that was to give at most `len` bytes.
    fn note<T>(
        &mut self,
        len: u64,
        result: Result<T, exports::StreamError>,
        size: fn(&T) -> usize,
    ) {
        let news = self.news();
        match result {
            Ok(it) => {
                let size = size(&it);
                let there = match news {
                    News::Bytes(there) => there,
                    _ => 0,
                };
                assert_eq!(size as u64, len.min(there as u64), "all that is there");
                self.had += size;
                if len == 0 {
                    let is_end = matches!(news, News::Failure(_) | News::Closed);
                    assert!(!is_end || !self.tells_end, "{news:?}");
                } else {
                    assert!(size > 0 || news == News::Nothing, "{news:?}");
                }
            }
            Err(error) => {
                assert!(len > 0 || self.tells_end);
                let ending = match self.is_shut {
                    true => None,
                    false => host::ending(self.completion),
                };
                assert_eq!(news_of(&error, ending), news);
                self.was_told = true;
            }
        }
        self.check();
    }

    fn read(&mut self, len: u64, blocks: bool, task: Task<'_>) {
        let before = Before::of(self);
        let result = match blocks {
            true => self.stream().blocking_read(len, task),
            false => self.stream().read(len, task),
        };
        if let Ok(bytes) = &result {
            assert!(*bytes == host::bytes(before.had..before.had + bytes.len()));
        }
        let size = result.as_ref().ok().map(Vec::len);
        before.check(self, len, blocks, size, task);
        self.note(len, result, Vec::len);
    }

    fn skip(&mut self, len: u64, blocks: bool, task: Task<'_>) {
        let before = Before::of(self);
        let result = match blocks {
            true => self.stream().blocking_skip(len, task),
            false => self.stream().skip(len, task),
        };
        let size = result.as_ref().ok().map(|it| *it as usize);
        before.check(self, len, blocks, size, task);
        self.note(len, result, |skipped| *skipped as usize);
    }

    pub fn is_ready(&self, task: Task<'_>) -> bool {
        let before = Before::of(self);
        let is_ready = self.pollable().ready(task);
        assert_eq!(is_ready, self.news() != News::Nothing);
        before.check_time(is_ready, task);
        before.check_freshness(self);
        self.check();
        is_ready
    }

    fn shut(&mut self) {
        self.input.shutdown();
        self.is_shut = true;
    }

    /// Skips the rest, and gets what follows.
    fn exhaust(&mut self, task: Task<'_>) {
        while !self.input.exhaust() {
            assert_eq!(host::ending(self.completion), None);
            self.had = host::moved(self.reader);
            reactor::wait(task);
        }
        let ending = host::ending(self.completion);
        match self.input.outcome() {
            Ok(follows) => {
                let is_failure = ending.is_some_and(Ending::is_failure);
                assert!(!is_failure || self.was_told);
                let value = follows.map(|it| it.downcast::<Value>().expect("it is one").0);
                let expected = ending.filter(|it| *it == Ending::WithValue);
                assert_eq!(value, expected.map(|it| it as u64));
                assert!(
                    matches!(self.input.outcome(), Ok(None)),
                    "there is one value"
                );
            }
            Err(StreamError::LastOperationFailed(failure)) => {
                let ending = ending.expect("the host has told of the failure");
                assert!(ending.is_failure() && !self.was_told);
                assert_eq!(failure.code.0, ending as u64);
                assert!(matches!(self.input.outcome(), Ok(None)), "it is told once");
            }
            Err(StreamError::Closed) => panic!("that is no outcome"),
        }
    }

    /// Drops everything, after which the host has nothing left.
    pub fn end(self) {
        drop(self);
        host::end_run();
    }
}

/// The state before an operation.
struct Before {
    had: usize,
    moved: usize,
    is_over: bool,
    has_news: bool,
    freshness: u32,
    yields: usize,
}

impl Before {
    fn of(reading: &Reading) -> Self {
        Before {
            had: reading.had,
            moved: host::moved(reading.reader),
            is_over: host::is_over(reading.reader),
            has_news: reading.news() != News::Nothing,
            freshness: freshness::news(),
            yields: host::yields(),
        }
    }

    /// Checks the time that an operation took, and what it tells of time. `size` is that of its
    /// result, if it has not failed.
    fn check(
        &self,
        reading: &Reading,
        len: u64,
        blocks: bool,
        size: Option<usize>,
        task: Task<'_>,
    ) {
        let is_empty = size == Some(0);
        if len == 0 {
            return;
        }
        if blocks {
            assert!(!is_empty, "there is something");
        } else {
            self.check_time(!is_empty, task);
            if is_empty {
                assert_ne!(freshness::news(), self.freshness, "time has passed");
            }
        }
        self.check_freshness(reading);
    }

    /// Whoever is told that there is nothing has given the host a chance, and nobody else has waited
    /// for it.
    fn check_time(&self, is_there: bool, task: Task<'_>) {
        let yields = host::yields() - self.yields;
        if self.has_news || task.may_wait().is_none() {
            assert_eq!(yields, 0);
        } else if !is_there {
            assert_eq!(yields, 1);
        }
    }

    /// Whoever gets bytes, or the end, can know by these that files have changed, if it is the first
    /// to get any of them.
    fn check_freshness(&self, reading: &Reading) {
        if self.has_news {
            assert_eq!(freshness::news(), self.freshness);
        }
        if host::moved(reading.reader) > self.moved || host::is_over(reading.reader) != self.is_over
        {
            assert_ne!(freshness::news(), self.freshness);
        }
    }
}

/// A thing that a guest does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Read(u64),
    BlockingRead(u64),
    Skip(u64),
    BlockingSkip(u64),
    IsReady,
    Block,
    Yield,
    Shut,
    Exhaust,
    Drop,
}

use Step::*;

/// Does a step. Returns `false` if nothing can follow.
fn step(reading: &mut Reading, step: Step, may_block: bool) -> bool {
    in_task(may_block, |task| {
        match step {
            Read(len) => reading.read(len, false, task),
            BlockingRead(len) => reading.read(len, true, task),
            Skip(len) => reading.skip(len, false, task),
            BlockingSkip(len) => reading.skip(len, true, task),
            IsReady => _ = reading.is_ready(task),
            Block => {
                reading.pollable().block(task);
                assert_ne!(reading.news(), News::Nothing);
                reading.check();
            }
            Yield => _ = reactor::yield_once(task),
            Shut => reading.shut(),
            Exhaust if !reading.is_shut => {
                reading.exhaust(task);
                return false;
            }
            Exhaust | Drop => return false,
        }
        true
    })
}

/// Steps that need no permission to wait.
const QUICK: [Step; 7] = [
    Read(1),
    Read(u64::MAX),
    Read(0),
    Skip(1),
    IsReady,
    Shut,
    Drop,
];

const SLOW: [Step; 7] = [
    Read(2),
    BlockingRead(2),
    BlockingSkip(u64::MAX),
    BlockingRead(0),
    Block,
    Yield,
    Exhaust,
];

fn any_step(reading: &mut Reading) -> bool {
    match one_of(&[true, false]) {
        true => step(reading, one_of(&SLOW), true),
        false => step(reading, one_of(&QUICK), false),
    }
}

#[test]
fn every_order_of_reading() {
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(2);
        let mut reading = Reading::any();
        _ = any_step(&mut reading) && any_step(&mut reading);
        reading.end();
    });
    assert!(runs > 1000, "{runs}");
}

#[test]
fn long_orders_of_reading() {
    sample(100_000, || {
        host::begin_run();
        let mut reading = Reading::any();
        for _ in 0..12 {
            if !any_step(&mut reading) {
                break;
            }
        }
        reading.end();
    });
}

/// After the guest has closed a stream, no operation reports how it ended, even if that was known before.
#[test]
fn no_failure_is_told_after_the_stream_was_closed() {
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(0);
        let has_text = one_of(&[false, true]);
        let mut reading = Reading::new(true, has_text, &[Ending::Badly]);
        let ends = one_of(&[Some(Block), None]);
        if let Some(block) = ends {
            step(&mut reading, block, true);
            step(&mut reading, Skip(u64::MAX), true);
        }
        step(&mut reading, Shut, false);
        step(&mut reading, one_of(&[Read(1), BlockingRead(0)]), true);
        reading.end();
    });
    assert!(runs > 5, "{runs}");
}

/// Checks the lengths of reads against the number of large ones that may be pending.
fn check_lengths() {
    for asked in host::asked() {
        assert!([CHUNK, SMALL].contains(&asked.len), "{asked:?}");
        if asked.len == SMALL {
            assert!(
                asked.last < SMALL,
                "a stream that brings much brings more: {asked:?}"
            );
            assert!(asked.large >= MAX_PENDING_CHUNKS, "{asked:?}");
        } else if asked.last < SMALL {
            assert!(asked.large < MAX_PENDING_CHUNKS, "{asked:?}");
        }
    }
}

/// Streams that bring nothing, each with a large read.
fn crowd(size: usize) -> Vec<Reading> {
    host::quietly(|| {
        let reading = || Reading::new(true, false, &[Ending::Well]);
        let crowd: Vec<_> = std::iter::repeat_with(reading).take(size).collect();
        for reading in &crowd {
            in_task(true, |task| assert!(!reading.is_ready(task)));
        }
        crowd
    })
}

/// Of many streams, few have large reads pending. The others have small ones, unless they bring much.
#[test]
fn few_of_many_pending_reads_are_large() {
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(2);
        let mut crowd = crowd(MAX_PENDING_CHUNKS - one_of(&[0, 1]));
        assert_eq!(host::pending_of(CHUNK), crowd.len());
        let mut reading = Reading::new(true, false, &[Ending::Well]);
        for _ in 0..3 {
            let may_block = one_of(&[true, false]);
            let before = host::pending_of(CHUNK);
            match one_of(&[Some(Read(u64::MAX)), Some(IsReady), None]) {
                Some(it) => _ = step(&mut reading, it, may_block),
                None => host::in_destructor(true, || drop(crowd.pop())),
            }
            let large = host::pending_of(CHUNK);
            // One more is made smaller, unless the task may not wait for that.
            let most = if may_block {
                before.max(MAX_PENDING_CHUNKS)
            } else {
                before + 1
            };
            assert!(large <= most, "{large}");
        }
        // Only what is pending counts.
        crowd.extend(self::crowd(1));
        check_lengths();
        drop(crowd);
        reading.end();
    });
    assert!(runs > 100, "{runs}");
}

/// A task that cancels a large read is blocked, and others run meanwhile.
#[test]
fn a_stream_is_used_while_its_read_is_cancelled() {
    let shut = std::cell::Cell::new(0);
    explore(|| {
        host::begin_run();
        host::limit_transfers(2);
        let mut crowd = crowd(MAX_PENDING_CHUNKS);
        let mut reading = Reading::new(true, false, &[Ending::Well]);
        step(&mut reading, BlockingSkip(u64::MAX), true);
        let is_shut = Rc::new(std::cell::Cell::new(false));
        let (input, was_shut) = (reading.input.clone(), is_shut.clone());
        let shuts = one_of(&[false, true]);
        host::while_cancelling(move || {
            in_task(false, |task| {
                let stream = input_stream(input.clone());
                let stream = stream.get::<InputStream>();
                assert!(matches!(stream.read(1, task), Ok(bytes) if bytes.is_empty()));
                assert!(!input.exhaust());
                if shuts {
                    input.shutdown();
                    was_shut.set(true);
                }
            });
        });
        in_task(true, |task| {
            let is_ready = reading.pollable().ready(task);
            reading.is_shut = is_shut.get();
            assert_eq!(is_ready, reading.news() != News::Nothing);
        });
        shut.set(shut.get() + usize::from(is_shut.get()));
        step(&mut reading, Read(u64::MAX), true);
        if reading.is_shut {
            assert!(host::is_gone(reading.reader));
        }
        assert!(host::pending_of(CHUNK) <= MAX_PENDING_CHUNKS);
        // Where there is room for another large read, there is one.
        let mut closed = crowd.pop().expect("there is one");
        host::in_destructor(true, || closed.shut());
        let large = host::pending_of(CHUNK);
        crowd.extend(self::crowd(1));
        let has_room = large < MAX_PENDING_CHUNKS;
        assert_eq!(host::pending_of(CHUNK), large + usize::from(has_room));
        // What was not called is not to be called by another run.
        host::while_cancelling(|| {});
        drop((crowd, closed, is_shut));
        reading.end();
    });
    assert!(shut.get() > 0);
}
