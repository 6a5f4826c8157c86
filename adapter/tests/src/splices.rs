//! An input stream that is spliced to an output stream.

use crate::bindings::exports::wasi::io::streams::{
    self as exports, GuestOutputStream, OutputStream as OutputHandle,
};
use crate::canon::Task;
use crate::choice::{explore, one_of, sample};
use crate::host::{self, Ending, in_task};
use crate::inputs::{News, Reading, news_of};
use crate::io::output::{CAPACITY, Output};
use crate::io::streams::{
    Child, OutputStream, child_input_stream, child_output_stream, output_stream,
};
use crate::outputs::{BLOCKING_LIMIT, Ends, open};
use crate::p3::Failure;
use crate::reactor;
use std::cell::Cell;
use std::rc::Rc;

struct Both {
    from: Reading,
    to: Rc<Output>,
    resource: OutputHandle,
    ends: Ends,
    /// The number of bytes that were moved.
    moved: usize,
}

impl Both {
    fn new() -> Self {
        let from = Reading::new(true, false, &[Ending::Well, Ending::Badly]);
        let (sink, ends) = open(false, &[Ending::Well, Ending::BadlyInDetail]);
        let to = Output::new(sink);
        Both {
            from,
            resource: output_stream(to.clone()),
            to,
            ends,
            moved: 0,
        }
    }

    /// How the output has ended.
    fn news(&self) -> News {
        match host::ending(self.ends.completion) {
            Some(ending) if ending.is_failure() => News::Failure(ending),
            Some(_) => News::Closed,
            None => News::Nothing,
        }
    }

    /// Splices. Returns `false` if one of both streams is over.
    fn splice(&mut self, len: u64, blocks: bool, task: Task<'_>) -> bool {
        let source = self.from.resource.borrow();
        let stream = self.resource.get::<OutputStream>();
        let left_before = self.moved - host::written_len();
        let reader = self.from.reader;
        let read_before = (host::moved(reader), host::pending(reader));
        let result = match blocks {
            true => stream.blocking_splice(source, len, task),
            false => stream.splice(source, len, task),
        };
        if len == 0 {
            assert!(result.is_ok() || self.news() != News::Nothing);
            let is_pending = read_before.1.is_some();
            let read = (host::moved(reader), host::pending(reader));
            assert!(is_pending || read == read_before, "nothing is read");
        }
        match result {
            Ok(moved) => {
                let moved = moved as usize;
                assert!(moved as u64 <= len);
                self.moved += moved;
                self.from.had += moved;
                let left = self.moved - host::written_len();
                let is_over = host::is_over(self.ends.writer);
                if len == 0 || is_over {
                    return true;
                }
                let is_full = left == CAPACITY;
                if blocks {
                    assert!(moved > 0);
                    assert_eq!(left, 0, "it is with the host");
                } else if moved == 0 {
                    assert!(is_full || self.from.news() == News::Nothing);
                }
                // It moves what there is and is asked for, as far as there is room.
                let has_more = matches!(self.from.news(), News::Bytes(_));
                let is_all = moved as u64 == len || moved >= CAPACITY - left_before;
                assert!(is_all || !has_more);
                true
            }
            Err(error) => {
                self.check_error(&error);
                false
            }
        }
    }

    /// An error is that of the output, or that of the input.
    fn check_error(&mut self, error: &exports::StreamError) {
        let endings = [self.from.completion, self.ends.completion].map(host::ending);
        let [input, output] = [self.from.news(), self.news()];
        match error {
            exports::StreamError::Closed => assert!([input, output].contains(&News::Closed)),
            exports::StreamError::LastOperationFailed(failure) => {
                let is_output = failure.get::<Failure>().code.0 == Ending::BadlyInDetail as u64;
                let (ending, news) = match is_output {
                    true => (endings[1], output),
                    false => (endings[0], input),
                };
                assert_eq!(news_of(error, ending), news);
            }
        }
    }

    fn end(self) {
        let Both {
            from,
            to,
            resource,
            ends,
            moved,
            ..
        } = self;
        drop(to);
        host::in_destructor(true, || drop(resource));
        in_task(true, reactor::drain);
        let written = host::written();
        assert!(written == host::bytes(0..written.len()));
        assert!(written.len() == moved || host::is_over(ends.writer));
        from.end();
    }
}

const LENGTHS: [u64; 4] = [0, 1, BLOCKING_LIMIT as u64 + 1, u64::MAX];

fn any_splice(both: &mut Both) -> bool {
    let (len, blocks) = (one_of(&LENGTHS), one_of(&[false, true]));
    let may_block = blocks || one_of(&[false, true]);
    in_task(may_block, |task| both.splice(len, blocks, task))
}

#[test]
fn every_manner_of_splicing() {
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(1);
        let mut both = Both::new();
        any_splice(&mut both);
        both.end();
    });
    assert!(runs > 1000, "{runs}");
}

#[test]
fn long_orders_of_splicing() {
    sample(50_000, || {
        host::begin_run();
        let mut both = Both::new();
        for _ in 0..8 {
            if !any_splice(&mut both) {
                break;
            }
        }
        both.end();
    });
}

/// A parent knows whether its stream is still there.
#[test]
fn a_child_tells_its_parent_when_it_is_dropped() {
    explore(|| {
        host::begin_run();
        let reading = Reading::new(true, false, &[Ending::Well]);
        let (sink, _) = open(false, &[Ending::Well]);
        let flag = Rc::new(Cell::new(true));
        let input = child_input_stream(reading.input.clone(), Child(flag.clone()));
        assert!(flag.get());
        drop(input);
        assert!(!flag.replace(true));
        let output = child_output_stream(Output::new(sink), Child(flag.clone()));
        assert!(flag.get());
        drop(output);
        assert!(!flag.get());
        reading.end();
    });
}
