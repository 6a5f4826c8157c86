//! The waitable set and its events.

use super::task::Task;
use super::trap::invariant;
use core::cell::{Cell, OnceCell};

#[link(wasm_import_module = "$root")]
unsafe extern "C" {
    #[link_name = "[waitable-set-new]"]
    safe fn waitable_set_new() -> u32;
    #[link_name = "[waitable-set-wait]"]
    fn waitable_set_wait(set: u32, payload: *mut [u32; 2]) -> u32;
    #[link_name = "[waitable-set-poll]"]
    fn waitable_set_poll(set: u32, payload: *mut [u32; 2]) -> u32;
    #[link_name = "[waitable-join]"]
    safe fn waitable_join(waitable: u32, set: u32);
}

/// The result of a poll without an event.
const NONE: u32 = 0;

/// An event of a waitable. It tells of it once.
#[must_use]
pub struct Event {
    waitable: u32,
    pub(super) code: u32,
}

impl Event {
    /// The subtask, stream end or future end that it is an event of.
    pub fn waitable(&self) -> u32 {
        self.waitable
    }

    /// The code of the operation that has ended on `waitable`, which the event is one of.
    pub(super) fn code_of(self, waitable: u32) -> u32 {
        invariant!(
            self.waitable == waitable,
            an_event_belongs_to_the_operation_that_takes_it
        );
        self.code
    }
}

/// A waitable set, made when it is first needed.
///
/// Two tasks never wait in it at once: an event would wake one of them, which may not be the one
/// that it is for. While a task of the adapter waits, no other task of its instance that may wait is
/// started, because all are lifted synchronously.
pub struct WaitableSet {
    handle: OnceCell<u32>,
    is_waited_in: Cell<bool>,
}

impl WaitableSet {
    pub const fn new() -> Self {
        WaitableSet {
            handle: OnceCell::new(),
            is_waited_in: Cell::new(false),
        }
    }

    fn handle(&self) -> u32 {
        *self.handle.get_or_init(|| waitable_set_new())
    }

    /// Adds a waitable, which leaves the set by itself when it is dropped.
    pub fn join(&self, waitable: u32) {
        waitable_join(waitable, self.handle());
    }

    /// Suspends the task until there is an event. The host traps if the task may not wait.
    pub fn wait(&self, _: Task<'_>) -> Event {
        invariant!(
            !self.is_waited_in.replace(true),
            two_tasks_never_wait_in_the_set_at_once
        );
        let mut payload = [0; 2];
        // SAFETY: the payload is written before the call returns.
        unsafe { waitable_set_wait(self.handle(), &mut payload) };
        self.is_waited_in.set(false);
        let [waitable, code] = payload;
        Event { waitable, code }
    }

    /// Takes an event if there is one.
    pub fn poll(&self) -> Option<Event> {
        let set = *self.handle.get()?;
        let mut payload = [0; 2];
        // SAFETY: the payload is written before the call returns.
        let kind = unsafe { waitable_set_poll(set, &mut payload) };
        let [waitable, code] = payload;
        (kind != NONE).then_some(Event { waitable, code })
    }
}

/// Takes a waitable out of the set that it is in. An operation has to leave before it is cancelled
/// synchronously: in the set its event could be taken by another task.
pub(super) fn leave(waitable: u32) {
    waitable_join(waitable, 0);
}
