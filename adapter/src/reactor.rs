//! The place where all operations are waited for.
//!
//! Everything that can be pending (a subtask, a stream end, a future end) is a member of one
//! waitable set, and registered here. An event goes to the one who is registered for its waitable,
//! who takes note of it and starts what follows. The host is never asked for what is known here.
//!
//! These hold whenever no function of this file is running:
//!
//! - A waitable is in the set if and only if it is registered.
//! - A registered waitable has an owner who is alive, and who calls [`forget`] or [`adopt`] before
//!   its handle can be used again, or the reactor owns its operation.
//! - An operation that the reactor owns is an [`Orphan`], which is cancelled as soon as a task runs
//!   that may wait, or a [`Delivery`], which goes on until the other side has what it brings.

use crate::canon::{Event, Global, MayWait, Task, WaitableSet, after_drop, invariant, yield_now};
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::mem::ManuallyDrop;

/// Receives the events of its waitables.
pub trait Waiter: 'static {
    /// Takes an event of an operation that it owns.
    fn event(&self, event: Event);

    /// Returns `true` if [`drain`] waits for what this has accepted. WASI 0.2 delivers what is written to
    /// files, to standard streams and to streams that are dropped. What else a peer doesn't take is
    /// lost when the guest ends.
    fn outlives_guest(&self) -> bool {
        true
    }

    /// Returns `true` if its events can tell the guest what other programs have done. They may have
    /// changed files as well.
    fn tells_of_others(&self) -> bool {
        true
    }
}

/// A pending operation whose owner was dropped. The reactor owns it until it has ended.
pub trait Orphan: 'static {
    /// Takes an event. Returns the operation if it goes on.
    fn event(self: Box<Self>, event: Event) -> Option<Box<dyn Orphan>>;

    /// Ends the operation.
    fn cancel(self: Box<Self>, may_wait: MayWait<'_>);
}

/// A pending operation that nobody waits for, and that is not to be cancelled.
pub trait Delivery: 'static {
    /// Takes the event of its end.
    fn event(self: Box<Self>, event: Event);
}

/// Whether [`drain`] waits for a delivery.
#[derive(Clone)]
pub enum Urgency {
    /// It doesn't.
    Optional,
    /// It does if this is `true` by then: what is delivered completes something that the guest was
    /// told is done.
    RequiredIf(Rc<Cell<bool>>),
}

impl Urgency {
    fn is_required(&self) -> bool {
        match self {
            Urgency::Optional => false,
            Urgency::RequiredIf(required) => required.get(),
        }
    }
}

enum Registration {
    Owned(Weak<dyn Waiter>),
    Orphan(Box<dyn Orphan>),
    Delivery(Box<dyn Delivery>, Urgency),
}

static SET: Global<WaitableSet> = Global::new(WaitableSet::new());

/// Indexed by waitable: handles are small and dense.
static REGISTRATIONS: Global<RefCell<Vec<Option<Registration>>>> =
    Global::new(RefCell::new(Vec::new()));

/// The waitables of the orphans.
static ORPHANS: Global<RefCell<Vec<u32>>> = Global::new(RefCell::new(Vec::new()));

/// Waiters that have accepted something that has to reach the host.
static BUSY: Global<RefCell<Vec<Rc<dyn Waiter>>>> = Global::new(RefCell::new(Vec::new()));

/// The number of events that can tell the guest of what others do.
static EVENTS_OF_OTHERS: Global<Cell<u32>> = Global::new(Cell::new(0));

/// A number that changes with each event that [tells of others](Waiter::tells_of_others).
pub fn events_of_others() -> u32 {
    EVENTS_OF_OTHERS.get()
}

fn register(waitable: u32, registration: Registration) {
    let mut registrations = REGISTRATIONS.borrow_mut();
    let index = waitable as usize;
    if registrations.len() <= index {
        registrations.resize_with(index + 1, || None);
    }
    let before = registrations[index].replace(registration);
    drop(registrations);
    if before.is_none() {
        SET.join(waitable);
    }
}

fn unregister(waitable: u32) -> Option<Registration> {
    let mut registrations = REGISTRATIONS.borrow_mut();
    registrations
        .get_mut(waitable as usize)
        .and_then(Option::take)
}

/// Gives `owner` every event of `waitable`, until [`forget`] or [`adopt`].
pub fn watch(waitable: u32, owner: Weak<dyn Waiter>) {
    register(waitable, Registration::Owned(owner));
}

/// Ends [`watch`]. Must be called when a handle is dropped, because handles are used again.
pub fn forget(waitable: u32) {
    drop(unregister(waitable));
}

/// Takes over an operation whose owner is dropped, to cancel it.
pub fn adopt(waitable: u32, orphan: Box<dyn Orphan>) {
    ORPHANS.borrow_mut().push(waitable);
    register(waitable, Registration::Orphan(orphan));
}

/// Takes over an operation that is to go on to its end.
pub fn deliver(waitable: u32, delivery: Box<dyn Delivery>, urgency: Urgency) {
    register(waitable, Registration::Delivery(delivery, urgency));
}

/// Keeps `waiter` alive, whoever drops it, until [`release`].
pub fn keep(waiter: Rc<dyn Waiter>) {
    BUSY.borrow_mut().push(waiter);
}

/// Ends [`keep`], if it was called.
pub fn release<W: Waiter>(waiter: &W) {
    let mut busy = BUSY.borrow_mut();
    let kept = busy
        .iter()
        .position(|kept| core::ptr::addr_eq(Rc::as_ptr(kept), waiter))
        .map(|index| busy.swap_remove(index));
    // It may be the last reference: what it leads to is dropped when the list is not borrowed.
    drop(busy);
    drop(kept);
}

/// A function that [`drain`] begins with. [`before_drain`] sets it, so that the code is left out of an
/// adapter that has nothing to do then.
static BEFORE_DRAIN: Global<Cell<Option<InTask>>> = Global::new(Cell::new(None));

/// A function that may wait.
type InTask = fn(Task<'_>);

/// Has [`drain`] begin with a function: always the same.
pub fn before_drain(function: InTask) {
    BEFORE_DRAIN.set(core::hint::black_box(Some(function)));
}

/// Waits until everything that was accepted, and that outlives the guest, is with the host. What
/// doesn't gets as far as it can without waiting.
pub fn drain(task: Task<'_>) {
    if let Some(function) = BEFORE_DRAIN.get() {
        function(task);
    }
    let is_required = |registration: &Option<Registration>| match registration {
        Some(Registration::Delivery(_, urgency)) => urgency.is_required(),
        _ => false,
    };
    let lasts = || {
        BUSY.borrow().iter().any(|it| it.outlives_guest())
            || REGISTRATIONS.borrow().iter().any(is_required)
    };
    loop {
        let is_over = BUSY.borrow().is_empty() || !yield_once(task);
        if !is_over {
            continue;
        }
        if !lasts() {
            return;
        }
        wait(task);
    }
}

/// Begins a call of an `async`-typed export: what others have left behind is cleaned up. Without the
/// permission to wait that is what has ended by itself.
pub fn enter(may_wait: Option<MayWait<'_>>) {
    if !ORPHANS.borrow().is_empty() {
        match may_wait {
            Some(may_wait) => cancel_orphans(may_wait),
            None => _ = collect(),
        }
    }
}

/// Ends a call of a destructor, which may have left something behind.
pub fn leave_destructor() {
    after_drop(enter);
}

/// Cancels the operations whose owners are gone.
fn cancel_orphans(may_wait: MayWait<'_>) {
    for waitable in ORPHANS.take() {
        match unregister(waitable) {
            Some(Registration::Orphan(orphan)) => orphan.cancel(may_wait),
            // It has ended before, and the handle was used again.
            Some(other) => REGISTRATIONS.borrow_mut()[waitable as usize] = Some(other),
            None => {}
        }
    }
}

/// Hands an event over.
fn dispatch(event: Event) {
    let waitable = event.waitable();
    let mut registrations = REGISTRATIONS.borrow_mut();
    let slot = registrations.get_mut(waitable as usize);
    let owner = match slot.as_deref() {
        Some(Some(Registration::Owned(owner))) => owner.upgrade(),
        _ => None,
    };
    if let Some(owner) = owner {
        drop(registrations);
        if owner.tells_of_others() {
            EVENTS_OF_OTHERS.set(EVENTS_OF_OTHERS.get().wrapping_add(1));
        }
        owner.event(event);
        return;
    }
    let operation = slot.and_then(Option::take);
    drop(registrations);
    match operation {
        Some(Registration::Orphan(orphan)) => {
            if let Some(orphan) = orphan.event(event) {
                REGISTRATIONS.borrow_mut()[waitable as usize] = Some(Registration::Orphan(orphan));
            } else {
                // No task may ever come that could cancel the rest.
                ORPHANS.borrow_mut().retain(|it| *it != waitable);
            }
        }
        Some(Registration::Delivery(delivery, _)) => delivery.event(event),
        _ => invariant!(false, every_event_has_somebody_who_takes_it),
    }
}

/// Hands over the events that are there, without letting anything else run. Returns `true` if there
/// were any.
pub fn collect() -> bool {
    let mut is_any = false;
    while let Some(event) = SET.poll() {
        dispatch(event);
        is_any = true;
    }
    is_any
}

/// A `future.read` that is issued only while a task can wait, and cancelled before that task
/// returns.
pub trait DeferredRead: 'static {
    /// Issues the read, unless the value has become known. Returns `true` if the value is yet to
    /// come, with an event.
    fn start(&self) -> bool;

    /// Cancels the read, if the value hasn't come. Returns `true` if it hasn't.
    fn cancel(&self, may_wait: MayWait<'_>) -> bool;
}

/// The reads that are to be issued.
static DEFERRED: Global<RefCell<Vec<Weak<dyn DeferredRead>>>> =
    Global::new(RefCell::new(Vec::new()));

/// The functions that issue and cancel deferred reads around a wait. [`defer_read`] sets them, so that
/// the code is left out of an adapter that defers no read.
static AROUND: Global<Cell<Option<Around>>> = Global::new(Cell::new(None));

#[derive(Clone, Copy)]
struct Around {
    before: fn(&mut Vec<Rc<dyn DeferredRead>>) -> bool,
    after: fn(Vec<Rc<dyn DeferredRead>>, MayWait<'_>),
}

/// The deferred reads that are pending while a task waits.
struct Deferred {
    around: Option<Around>,
    /// Never dropped here: without an [`Around`] it is empty.
    pending: ManuallyDrop<Vec<Rc<dyn DeferredRead>>>,
}

impl Deferred {
    const fn new() -> Self {
        Deferred {
            around: None,
            pending: ManuallyDrop::new(Vec::new()),
        }
    }

    /// Issues those that are not. Returns `true` if one has its value already.
    fn start(&mut self) -> bool {
        self.around = AROUND.get();
        let around = self.around.as_ref();
        around.is_some_and(|around| (around.before)(&mut self.pending))
    }

    /// Cancels those that have no value.
    fn cancel(self, may_wait: MayWait<'_>) {
        if let Some(around) = self.around {
            (around.after)(ManuallyDrop::into_inner(self.pending), may_wait);
        }
    }
}

/// Issues a read whenever a task waits, until its value has come.
pub fn defer_read(read: Weak<dyn DeferredRead>) {
    // The compiler would see that there is one value only, and make it a flag beside direct calls.
    AROUND.set(core::hint::black_box(Some(Around {
        before: start_deferred,
        after: cancel_deferred,
    })));
    DEFERRED.borrow_mut().push(read);
}

/// Issues all deferred reads. Returns `true` if one has its value already.
fn start_deferred(pending: &mut Vec<Rc<dyn DeferredRead>>) -> bool {
    let mut has_value = false;
    for read in DEFERRED.take().iter().filter_map(Weak::upgrade) {
        if read.start() {
            pending.push(read);
        } else {
            has_value = true;
        }
    }
    has_value
}

/// Cancels what has no value, to be issued again in another task.
fn cancel_deferred(pending: Vec<Rc<dyn DeferredRead>>, may_wait: MayWait<'_>) {
    for read in pending {
        if read.cancel(may_wait) {
            defer_read(Rc::downgrade(&read));
        }
    }
}

/// Lets the host run once and hands over what came of it, before the guest is told that there is
/// nothing: the answer is as old as the last time that the host ran. Returns `true` if there were
/// events.
pub fn yield_once(task: Task<'_>) -> bool {
    let Some(may_wait) = task.may_wait() else {
        return collect();
    };
    cancel_orphans(may_wait);
    let mut deferred = Deferred::new();
    let has_value = deferred.start();
    yield_now(may_wait);
    let has_news = collect() || has_value;
    deferred.cancel(may_wait);
    has_news
}

/// Waits until something has happened, and hands over all events that are there.
///
/// The caller must not hold a borrow of anything that a waiter touches.
#[inline(never)]
pub fn wait(task: Task<'_>) {
    let has_happened = Cell::new(false);
    wait_until(task, &|| has_happened.replace(true));
}

/// Waits until something is so, and hands over all events that there are in between. Deferred reads
/// stay issued.
///
/// The caller must not hold a borrow of anything that a waiter touches.
#[inline(never)]
pub fn wait_until(task: Task<'_>, done: &dyn Fn() -> bool) {
    let mut deferred = Deferred::new();
    while !done() {
        let Some(may_wait) = task.may_wait() else {
            // What has happened already can be told. Where nothing has, the host traps.
            let event = SET.poll();
            dispatch(event.unwrap_or_else(|| SET.wait(task)));
            collect();
            continue;
        };
        cancel_orphans(may_wait);
        // The last event may have led to more of them.
        if !deferred.start() {
            dispatch(SET.wait(task));
        }
        collect();
    }
    if let Some(may_wait) = task.may_wait() {
        deferred.cancel(may_wait);
    }
}
