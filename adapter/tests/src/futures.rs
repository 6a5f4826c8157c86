//! One future, read.

use crate::canon::{Event, MayWait};
use crate::choice::{explore, one_of};
use crate::host::{self, Value, in_task};
use crate::op::Future;
use crate::reactor::{self, DeferredRead, Waiter};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

const STEPS: usize = 4;

struct Owner {
    me: Weak<Owner>,
    future: RefCell<Option<Future<Value>>>,
    is_pending: Cell<bool>,
    value: RefCell<Option<Value>>,
}

impl Owner {
    fn new() -> Rc<Self> {
        Rc::new_cyclic(|me| Owner {
            me: me.clone(),
            future: RefCell::new(Some(Future::new(&host::FUTURE, host::future()))),
            is_pending: Cell::new(false),
            value: RefCell::new(None),
        })
    }

    fn note(&self, value: Option<Value>) {
        if let Some(value) = value {
            assert_eq!(value.0, 1);
            let before = self.value.replace(Some(value));
            assert!(before.is_none(), "there is one value");
        }
    }

    fn start_read(&self) {
        let mut future = self.future.borrow_mut();
        let value = future.as_mut().and_then(|it| it.start(&self.me));
        self.is_pending.set(value.is_none());
        self.note(value);
    }

    fn cancel_read(&self, may_wait: MayWait<'_>) {
        let mut future = self.future.borrow_mut();
        let value = future.as_mut().and_then(|it| it.cancel(may_wait));
        self.is_pending.set(false);
        self.note(value);
    }
}

impl Waiter for Owner {
    fn event(&self, event: Event) {
        let mut future = self.future.borrow_mut();
        let future = future
            .as_mut()
            .expect("an event of a dropped end goes elsewhere");
        self.is_pending.set(false);
        self.note(Some(future.finish(event)));
    }
}

impl DeferredRead for Owner {
    fn start(&self) -> bool {
        self.start_read();
        self.is_pending.get()
    }

    fn cancel(&self, may_wait: MayWait<'_>) -> bool {
        if self.is_pending.get() {
            self.cancel_read(may_wait);
        }
        self.value.borrow().is_none()
    }
}

#[derive(Clone, Copy)]
enum Step {
    Peek,
    Start,
    Collect,
    Wait,
    Cancel,
    Drop,
}

fn read(found: &Cell<usize>) {
    host::begin_run();
    let owner = Owner::new();
    let mut is_found = false;
    for _ in 0..STEPS {
        let mut steps = vec![Step::Drop, Step::Collect];
        match (owner.value.borrow().is_some(), owner.is_pending.get()) {
            (true, _) => {}
            (false, true) => steps.extend([Step::Wait, Step::Cancel]),
            (false, false) => steps.extend([Step::Peek, Step::Start]),
        }
        match one_of(&steps) {
            Step::Peek => in_task(true, |task| {
                let mut future = owner.future.borrow_mut();
                let may_wait = task.may_wait().expect("it may");
                let value = future.as_mut().and_then(|it| it.peek(may_wait));
                assert!(value.is_some() || !is_found, "what was there stays there");
                is_found = value.is_some();
                found.set(found.get() + usize::from(is_found));
            }),
            Step::Start => {
                owner.start_read();
                assert!(!is_found || !owner.is_pending.get());
            }
            Step::Collect => _ = in_task(false, |_| reactor::collect()),
            Step::Wait => in_task(true, |task| {
                reactor::wait(task);
                assert!(owner.value.borrow().is_some());
            }),
            Step::Cancel => in_task(true, |task| {
                owner.cancel_read(task.may_wait().expect("it may"));
            }),
            Step::Drop => {
                drop(owner.future.take());
                break;
            }
        }
    }
    drop(owner);
    _ = in_task(false, |_| reactor::collect());
    host::end_run();
}

#[test]
fn every_order_of_reading_a_future() {
    let found = Cell::new(0);
    let runs = explore(|| read(&found));
    assert!(runs > 100, "{runs}");
    assert!(
        found.get() > 0,
        "some values are found before they are taken"
    );
}

/// Where the host may have to allocate for the value, no task returns with a read.
#[test]
fn a_read_for_which_the_host_allocates_does_not_stay() {
    explore(|| {
        for (end, stays) in [(&host::FUTURE, true), (&host::FUTURE_OF_TEXT, false)] {
            host::begin_run();
            let future = Future::new(end, host::future());
            assert_eq!(future.may_stay_pending(), stays);
            drop(future);
            host::end_run();
        }
    });
}

/// A deferred read is pending only while a task waits, and its value comes once.
#[test]
fn every_order_of_a_deferred_read() {
    let runs = explore(|| {
        host::begin_run();
        let owner = Owner::new();
        let me: Weak<dyn DeferredRead> = Rc::<Owner>::downgrade(&owner);
        reactor::defer_read(me);
        for _ in 0..3 {
            if owner.value.borrow().is_some() {
                break;
            }
            match one_of(&[true, false]) {
                true => in_task(true, reactor::wait),
                false => _ = in_task(true, reactor::yield_once),
            }
            assert!(!owner.is_pending.get(), "no task has returned with it");
        }
        drop(owner);
        // Whoever is gone is not asked any more.
        _ = in_task(true, reactor::yield_once);
        host::end_run();
    });
    assert!(runs > 10, "{runs}");
}
