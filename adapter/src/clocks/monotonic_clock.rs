//! `wasi:clocks/monotonic-clock`.

use crate::Adapter;
use crate::bindings::exports::wasi::clocks0_2_12::monotonic_clock::{Duration, Guest, Instant};
use crate::bindings::exports::wasi::io::poll::Pollable;
use crate::bindings::wasi::clocks0_3_0::monotonic_clock as p3;
use crate::canon::{Event, Task};
use crate::freshness;
use crate::io::poll::{Source, pollable};
use crate::op::{Started, Subtask};
use crate::p3::clocks::wait_until;
use crate::reactor::Waiter;
use alloc::rc::{Rc, Weak};
use core::cell::{Cell, RefCell};

impl Guest for Adapter {
    fn now() -> Instant {
        p3::now()
    }

    fn resolution() -> Duration {
        p3::get_resolution()
    }

    fn subscribe_instant(when: Instant) -> Pollable {
        pollable(Timer::new(when))
    }

    fn subscribe_duration(when: Duration) -> Pollable {
        pollable(Timer::new(p3::now().saturating_add(when)))
    }
}

/// A source that is ready from an instant on. The host is asked to wait for that instant only when
/// the guest waits: until then the clock answers.
struct Timer {
    me: Weak<Timer>,
    when: Instant,
    fired: Cell<bool>,
    wait: RefCell<Option<Subtask>>,
}

impl Timer {
    fn new(when: Instant) -> Rc<Self> {
        Rc::new_cyclic(|me| Timer {
            me: me.clone(),
            when,
            fired: Cell::new(false),
            wait: RefCell::new(None),
        })
    }

    fn fire(&self) {
        self.fired.set(true);
        // Others had time to change files.
        freshness::note_news();
    }
}

impl Source for Timer {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        if !self.fired.get() && p3::now() >= self.when {
            self.fire();
            // The host need not tell any more.
            self.wait.take();
        }
        self.fired.get()
    }

    fn arm(&self) -> bool {
        let mut wait = self.wait.borrow_mut();
        if wait.is_none() {
            match wait_until(self.when) {
                Started::Ended(()) => self.fire(),
                Started::Pending(subtask) => {
                    subtask.watch(self.me.clone());
                    *wait = Some(subtask);
                }
            }
        }
        self.fired.get()
    }
}

impl Waiter for Timer {
    fn event(&self, event: Event) {
        let mut wait = self.wait.borrow_mut();
        if let Some(subtask) = &mut *wait
            && subtask.advance(event).is_some()
        {
            *wait = None;
            self.fire();
        }
    }
}
