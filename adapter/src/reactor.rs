//! Where operations in the background are waited for.
//!
//! Everything that can be pending (a subtask, a stream end, a future end) is a member of one
//! waitable set. An event is handed to the waiter that is registered for its waitable, which takes
//! note of it and starts what follows. Nothing is asked of the host to learn what is known here.

use crate::abi::{self, Event, Global, WaitableSet};
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// Is told what became of a waitable.
pub trait Waiter: 'static {
    /// An operation on `waitable` has ended (or, for a subtask, made progress) with this code.
    fn event(&self, waitable: u32, code: u32);
}

/// An operation that nobody is interested in any more.
pub trait Abandoned: Waiter {
    /// Ends the operation if it hasn't ended. May wait.
    fn reap(&self);
}

enum Registration {
    /// The operation is somebody's: its owner keeps it alive, and ends it when dropped.
    Watched(Weak<dyn Waiter>),
    /// The operation is nobody's any more: the reactor keeps it until it has ended.
    Adopted(Rc<dyn Abandoned>),
}

static SET: Global<WaitableSet> = Global::new(WaitableSet::new());

/// Indexed by waitable: handles are small and dense.
static REGISTRATIONS: Global<RefCell<Vec<Option<Registration>>>> =
    Global::new(RefCell::new(Vec::new()));

/// What was adopted and is to be ended.
static ABANDONED: Global<RefCell<Vec<Rc<dyn Abandoned>>>> = Global::new(RefCell::new(Vec::new()));

fn register(waitable: u32, registration: Registration) {
    let mut registrations = REGISTRATIONS.borrow_mut();
    let index = waitable as usize;
    if registrations.len() <= index {
        registrations.resize_with(index + 1, || None);
    }
    registrations[index] = Some(registration);
}

/// Has `waiter` told of every event for `waitable`, until [`forget`].
pub fn watch(waitable: u32, waiter: Weak<dyn Waiter>) {
    register(waitable, Registration::Watched(waiter));
    SET.join(waitable);
}

/// Keeps an operation that goes on with `waitable` until it has ended, and ends it as soon as a
/// task comes by that may wait.
pub fn adopt(waitable: u32, operation: Rc<dyn Abandoned>) {
    ABANDONED.borrow_mut().push(operation.clone());
    register(waitable, Registration::Adopted(operation));
    SET.join(waitable);
}

/// Whether the tasks that call functions that may wait are tasks that may wait. The host sees to
/// that, unless there is nothing between guest and adapter: then a guest that is being instantiated,
/// a function that isn't `async` and a destructor can call them too, and get what is known.
static MAY_WAIT: Global<Cell<bool>> = Global::new(Cell::new(true));

/// Says whether the tasks from now on may wait. Returns whether they could until now.
pub fn let_wait(may_wait: bool) -> bool {
    MAY_WAIT.replace(may_wait)
}

/// Ends what was abandoned. Only for tasks that may wait.
pub fn reap() {
    if MAY_WAIT.get() && !ABANDONED.borrow().is_empty() {
        for operation in ABANDONED.take() {
            operation.reap();
        }
    }
}

/// Ends what [`watch`] or [`adopt`] began, if anything. To be called before a handle is dropped,
/// because handles are used again.
pub fn forget(waitable: u32) {
    let registration = REGISTRATIONS
        .borrow_mut()
        .get_mut(waitable as usize)
        .and_then(Option::take);
    // What it kept alive is dropped here, when the table is not borrowed any more.
    drop(registration);
}

/// Those who have to do something before they may go: what they accepted has to reach the host.
static BUSY: Global<RefCell<Vec<Rc<dyn Waiter>>>> = Global::new(RefCell::new(Vec::new()));

/// Keeps `waiter` alive, whoever drops it, until [`let_go`].
pub fn keep(waiter: Rc<dyn Waiter>) {
    BUSY.borrow_mut().push(waiter);
}

/// Ends what [`keep`] began, if anything.
pub fn let_go<W: Waiter>(waiter: &W) {
    let mut busy = BUSY.borrow_mut();
    let kept = busy
        .iter()
        .position(|kept| core::ptr::addr_eq(Rc::as_ptr(kept), waiter))
        .map(|index| busy.swap_remove(index));
    // It may be the last reference: what it leads to is dropped when the list is not borrowed.
    drop(busy);
    drop(kept);
}

/// Waits until nobody is [kept](keep).
pub fn drain() {
    while !BUSY.borrow().is_empty() {
        wait();
    }
}

fn deliver(event: Event) {
    let waiter = match REGISTRATIONS.borrow().get(event.waitable as usize) {
        Some(Some(Registration::Watched(waiter))) => waiter.upgrade(),
        Some(Some(Registration::Adopted(operation))) => Some(operation.clone() as Rc<dyn Waiter>),
        _ => None,
    };
    if let Some(waiter) = waiter {
        waiter.event(event.waitable, event.code);
    }
}

/// Delivers the events that are there, without letting anything else run.
pub fn collect() {
    while let Some(event) = SET.poll() {
        deliver(event);
    }
}

/// Has a question for the host that must not be left pending when a task ends.
pub trait Asker: 'static {
    /// Asks, unless there is nothing to ask any more. Returns whether the answer is yet to come; an
    /// event brings it.
    fn ask(&self) -> bool;

    /// Takes the question back if the answer hasn't come. Returns whether it hasn't. May wait.
    fn withdraw(&self) -> bool;
}

/// Those who have a question. It is asked in tasks that let the host run, and there only.
static QUESTIONS: Global<RefCell<Vec<Weak<dyn Asker>>>> = Global::new(RefCell::new(Vec::new()));

/// Has `asker` ask its question when a task lets the host run.
pub fn ask_later(asker: Weak<dyn Asker>) {
    QUESTIONS.borrow_mut().push(asker);
}

/// Asks all questions. Returns who has no answer yet, and whether somebody has one.
fn ask() -> (Vec<Rc<dyn Asker>>, bool) {
    let mut answered = false;
    let mut asked = Vec::new();
    // To take a question back is to wait.
    if MAY_WAIT.get() && !QUESTIONS.borrow().is_empty() {
        for asker in QUESTIONS.take().iter().filter_map(Weak::upgrade) {
            if asker.ask() {
                asked.push(asker);
            } else {
                answered = true;
            }
        }
    }
    (asked, answered)
}

/// Takes back what has no answer, to ask again in another task.
fn withdraw(asked: Vec<Rc<dyn Asker>>) {
    for asker in asked {
        if asker.withdraw() {
            ask_later(Rc::downgrade(&asker));
        }
    }
}

/// Lets the host run once and delivers what came of it. This is what makes a guest progress that
/// asks again and again and never waits.
pub fn turn() {
    reap();
    let (asked, _) = ask();
    abi::yield_now();
    collect();
    withdraw(asked);
}

/// How many answers are given without letting the host run.
const PATIENCE: u32 = 128;

/// How many answers were given since the host ran.
static ANSWERS: Global<Cell<u32>> = Global::new(Cell::new(0));

/// Counts an answer that is given at once although more could become known, and lets the host run
/// when there were many. Returns whether it did.
pub fn breathe() -> bool {
    let answers = ANSWERS.get() + 1;
    ANSWERS.set(answers % PATIENCE);
    if answers < PATIENCE {
        return false;
    }
    turn();
    true
}

/// Waits until something has happened, and delivers all events that are there.
///
/// The caller holds no borrow of anything that a waiter touches.
pub fn wait() {
    ANSWERS.set(0);
    reap();
    let (asked, answered) = ask();
    if !answered {
        deliver(SET.wait());
    }
    collect();
    withdraw(asked);
}
