//! Pollables: of sources that the host has an answer for, and of those that have one themselves.

use crate::Adapter;
use crate::bindings::exports::wasi::io::poll::{Guest, GuestPollable, Pollable as Handle};
use crate::bindings::exports::wasi::io::streams::GuestInputStream;
use crate::canon::Task;
use crate::choice::{explore, one_of};
use crate::host::{self, Ending, in_task};
use crate::inputs::{News, Reading};
use crate::io::poll::{Pollable, Source, pollable};
use crate::io::streams::InputStream;
use crate::outputs::assert_traps;
use std::cell::Cell;
use std::rc::Rc;

/// A source that becomes ready when it is armed, or needs an event for that, or is ready anyway.
struct Alarm {
    is_ready: Cell<bool>,
    /// Arming it makes it ready, and no event follows.
    is_due: bool,
    armed: Cell<usize>,
}

impl Source for Alarm {
    fn is_ready(&self, _: Task<'_>) -> bool {
        self.is_ready.get()
    }

    fn arm(&self) -> bool {
        self.armed.set(self.armed.get() + 1);
        self.is_ready.set(self.is_due);
        self.is_due
    }
}

fn alarm(is_ready: bool, is_due: bool) -> (Rc<Alarm>, Handle) {
    let alarm = Rc::new(Alarm {
        is_ready: Cell::new(is_ready),
        is_due,
        armed: Cell::new(0),
    });
    (alarm.clone(), pollable(alarm))
}

fn poll(handles: &[&Handle], task: Task<'_>) -> Vec<u32> {
    Adapter::poll(handles.iter().map(|handle| handle.borrow()).collect(), task)
}

/// A poll returns when something is ready, with all that is. It never waits for what is known.
#[test]
fn every_order_of_polling() {
    // How often all was ready because of what had happened before.
    let in_time = Cell::new(0);
    let runs = explore(|| {
        host::begin_run();
        host::limit_transfers(1);
        let new = || Reading::new(true, one_of(&[false, true]), &[Ending::Well]);
        let readings = [new(), new()];
        let subscribe = |it: &Reading| it.resource.get::<InputStream>().subscribe();
        let mut handles: Vec<_> = readings.iter().map(subscribe).collect();
        let (is_ready, is_due) = one_of(&[(true, false), (false, true), (false, false)]);
        let (alarm, handle) = alarm(is_ready, is_due);
        handles.push(handle);
        for _ in 0..2 {
            let was_ready = alarm.is_ready.get();
            let had_news = readings.each_ref().map(|it| it.news() != News::Nothing);
            let was_asked = readings
                .each_ref()
                .map(|it| host::pending(it.reader).is_some());
            let (yields, armed) = (host::yields(), alarm.armed.get());
            let handles: Vec<_> = handles.iter().collect();
            let ready = in_task(true, |task| poll(&handles, task));
            let expected: Vec<u32> = [
                readings[0].news() != News::Nothing,
                readings[1].news() != News::Nothing,
                alarm.is_ready.get(),
            ]
            .iter()
            .zip(0..)
            .filter_map(|(is_ready, index)| is_ready.then_some(index))
            .collect();
            assert_eq!(ready, expected);
            assert!(!ready.is_empty());
            if was_ready {
                assert_eq!(alarm.armed.get(), armed, "there was nothing to wait for");
                let all = had_news.iter().all(|it| *it);
                let all_asked = (0..2).all(|n| had_news[n] || was_asked[n]);
                let yields = host::yields() - yields;
                // Of those that aren't ready, the guest is told what the host knows now.
                assert!(yields == usize::from(!all) || (yields == 0 && ready.len() == 3));
                let is_in_time = yields == 0 && !all && all_asked;
                in_time.set(in_time.get() + usize::from(is_in_time));
            }
        }
        drop(handles);
        let [first, second] = readings;
        drop(first);
        second.end();
    });
    assert!(runs > 100, "{runs}");
    assert!(in_time.get() > 0, "events are collected first");
}

/// A poll that has waited returns as soon as one of its pollables is ready.
#[test]
fn a_poll_that_has_waited_returns() {
    let waited = Cell::new(0);
    explore(|| {
        host::begin_run();
        host::limit_transfers(1);
        let new = || Reading::new(true, false, &[Ending::Well]);
        let readings = [new(), new()];
        let subscribe = |it: &Reading| it.resource.get::<InputStream>().subscribe();
        let handles: Vec<_> = readings.iter().map(subscribe).collect();
        let ready = in_task(true, |task| poll(&[&handles[0], &handles[1]], task));
        if ready.len() == 1 && host::yields() == 0 {
            waited.set(waited.get() + 1);
        }
        drop(handles);
        let [first, second] = readings;
        drop(first);
        second.end();
    });
    assert!(waited.get() > 0);
}

/// A poll doesn't wait for a source that is ready when it is armed, since no event follows.
#[test]
fn what_is_due_is_not_waited_for() {
    explore(|| {
        host::begin_run();
        let (due, handle) = alarm(false, true);
        in_task(true, |task| handle.get::<Pollable>().block(task));
        assert_eq!(due.armed.get(), 1);

        let (due, handle) = alarm(false, true);
        let (other, silent) = alarm(false, false);
        let handles = one_of(&[[&handle, &silent], [&silent, &handle]]);
        let ready = in_task(true, |task| poll(&handles, task));
        assert_eq!(ready.len(), 1);
        assert_eq!((due.armed.get(), other.armed.get()), (1, 1));
        host::end_run();
    });
}

/// A poll asks its sources again after the host has run.
#[test]
fn readiness_is_as_old_as_the_host() {
    explore(|| {
        host::begin_run();
        let is_ready = one_of(&[false, true]);
        let (alarm, handle) = alarm(is_ready, false);
        let answer = in_task(true, |task| handle.get::<Pollable>().ready(task));
        assert_eq!(answer, is_ready);
        assert_eq!(host::yields(), usize::from(!is_ready));
        assert_eq!(alarm.armed.get(), 0);
        host::end_run();
    });
}

/// Nothing could ever become ready.
#[test]
fn a_poll_of_nothing_traps() {
    explore(|| in_task(true, |task| assert_traps(|| poll(&[], task))));
}
