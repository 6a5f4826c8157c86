//! A host of the built-ins.
//!
//! It panics where a host of the component model traps, and where one could do damage: if memory is
//! freed while the host has its address, and if a task waits that nothing can wake.

use crate::canon::{
    AsyncFunction, Entry, FutureReadEnd, FutureWriteEnd, StreamEnd, Task, let_wait,
};
use crate::choice::{choose, one_of};
use crate::inputs::CHUNK;
use crate::p3::{Ended, Failure};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed};

pub const BLOCKED: u32 = u32::MAX;
pub const COMPLETED: u32 = 0;
pub const DROPPED: u32 = 1;
pub const CANCELLED: u32 = 2;

pub const STARTING: u32 = 0;
pub const STARTED: u32 = 1;
pub const RETURNED: u32 = 2;
pub const CANCELLED_BEFORE_STARTED: u32 = 3;
pub const CANCELLED_BEFORE_RETURNED: u32 = 4;

/// The kinds of waitables.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Readable,
    Writable,
    Future,
    /// Tells how a byte stream ended, in one of these manners.
    Completion(&'static [Ending]),
    Promise,
    Subtask(u32),
}

/// How a byte stream ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    Well,
    /// Well, and with a value that follows.
    WithValue,
    Badly,
    /// Badly, and the host has more to say than its code.
    BadlyInDetail,
}

impl Ending {
    pub const ALL: [Ending; 4] = [
        Ending::Well,
        Ending::WithValue,
        Ending::Badly,
        Ending::BadlyInDetail,
    ];

    pub fn is_failure(self) -> bool {
        matches!(self, Ending::Badly | Ending::BadlyInDetail)
    }
}

/// Memory that the host has the address of.
#[derive(Clone, Copy, Debug)]
struct Lent {
    start: usize,
    len: usize,
}

#[derive(Debug)]
struct Waitable {
    kind: Kind,
    is_in_set: bool,
    pending: Option<Lent>,
    /// The other side is gone, or has done all that it can: no other operation may follow.
    is_over: bool,
    /// The number of bytes that this stream has passed on.
    moved: usize,
    /// The number of reads and writes that have ended.
    transfers: usize,
    /// The number of bytes that the last of them has passed on.
    last: usize,
    /// Nothing but a cancellation ends what is pending.
    is_asleep: bool,
    /// The value takes memory that the host has to allocate.
    allocates: bool,
    /// The manner that this completion has told of.
    ending: Option<Ending>,
}

impl Waitable {
    /// Notes that a read or a write has passed on so many bytes.
    fn note(&mut self, count: usize) {
        self.moved += count;
        self.last = count;
        self.transfers += 1;
    }
}

/// A read or a write, at the time when it is started.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub len: usize,
    /// The number of bytes that the one before has passed on.
    pub last: usize,
    /// The number of operations on a large buffer that are pending.
    pub large: usize,
}

/// A function that other tasks run.
type Others = Box<dyn FnOnce()>;

#[derive(Default)]
struct Host {
    waitables: BTreeMap<u32, Waitable>,
    has_set: bool,
    /// How often the set was looked into.
    polls: usize,
    /// The task that is running is one that may block.
    may_block: bool,
    /// The waitables that were dropped, unless their handles were used again.
    gone: BTreeMap<u32, Waitable>,
    /// The most reads or writes of a stream, if there is a most. After those it ends.
    most_transfers: Option<usize>,
    /// Every operation that starts is asleep.
    is_quiet: bool,
    /// How often the task has let others run.
    yields: usize,
    /// Run while a task cancels an operation.
    others: Option<Others>,
    /// All reads and writes.
    asked: Vec<Asked>,
    /// The bytes that were written to a stream.
    pub written: Vec<u8>,
    /// The values that futures and calls have brought.
    brought: usize,
    /// The values of promises that were taken.
    taken: Vec<u64>,
}

thread_local! {
    static HOST: RefCell<Host> = RefCell::default();
}

fn with<T>(f: impl FnOnce(&mut Host) -> T) -> T {
    HOST.with_borrow_mut(f)
}

// ---------------------------------------------------------------------------------------------
// Memory
// ---------------------------------------------------------------------------------------------

/// Watches what is freed.
struct Watching;

const MOST_LENT: usize = 24;
static LENT: [(AtomicUsize, AtomicUsize); MOST_LENT] =
    [const { (AtomicUsize::new(0), AtomicUsize::new(0)) }; MOST_LENT];
static FREED_WHILE_LENT: AtomicBool = AtomicBool::new(false);

/// Addresses in memory that was lent, given back, and not freed yet. None is 0.
static GIVEN_BACK: [AtomicUsize; MOST_LENT] = [const { AtomicUsize::new(0) }; MOST_LENT];

/// Values with memory that are alive, see [`Value`].
static ALIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: it only looks at what the system's allocator does.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for this.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        let (from, to) = (start.addr(), start.addr() + layout.size());
        for (at, len) in &LENT {
            let (at, len) = (at.load(Relaxed), len.load(Relaxed));
            if len > 0 && at < to && from < at + len {
                FREED_WHILE_LENT.store(true, Relaxed);
            }
        }
        for at in &GIVEN_BACK {
            if (from..to).contains(&at.load(Relaxed)) {
                at.store(0, Relaxed);
            }
        }
        // SAFETY: as for this.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

fn lend(start: usize, len: usize) -> Lent {
    let free = LENT.iter().find(|(_, len)| len.load(Relaxed) == 0);
    let (at, size) = free.expect("few things are pending at once");
    at.store(start, Relaxed);
    size.store(len, Relaxed);
    Lent { start, len }
}

/// The memory that isn't the adapter's, which nobody frees.
static ELSEWHERE: AtomicUsize = AtomicUsize::new(0);

fn give_back(lent: Lent) {
    assert!(!FREED_WHILE_LENT.load(Relaxed), "freed while lent");
    let is_it = |(at, len): &&(AtomicUsize, AtomicUsize)| {
        at.load(Relaxed) == lent.start && len.load(Relaxed) == lent.len
    };
    let (_, len) = LENT.iter().find(is_it).expect("it was lent");
    len.store(0, Relaxed);
    if lent.start == ELSEWHERE.load(Relaxed) {
        return;
    }
    let mut known = GIVEN_BACK.iter().map(|at| at.load(Relaxed));
    if !known.any(|at| at == lent.start) {
        let free = GIVEN_BACK.iter().find(|at| at.load(Relaxed) == 0);
        free.expect("what was lent is freed soon")
            .store(lent.start, Relaxed);
    }
}

/// A value that counts how many of it there are.
#[derive(Debug, PartialEq)]
pub struct Value(pub u64);

impl Value {
    fn new(value: u64) -> Self {
        ALIVE.fetch_add(1, Relaxed);
        Value(value)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Relaxed);
    }
}

// ---------------------------------------------------------------------------------------------
// Waitables
// ---------------------------------------------------------------------------------------------

fn new(kind: Kind) -> u32 {
    with(|host| {
        // The lowest that is free, so that handles are used again as soon as they can be.
        let handle = (1..).find(|handle| !host.waitables.contains_key(handle));
        let handle = handle.expect("there are enough");
        let waitable = Waitable {
            kind,
            is_in_set: false,
            pending: None,
            is_over: false,
            moved: 0,
            transfers: 0,
            last: 0,
            is_asleep: false,
            allocates: false,
            ending: None,
        };
        host.waitables.insert(handle, waitable);
        host.gone.remove(&handle);
        handle
    })
}

fn kind(handle: u32) -> Kind {
    with(|host| host.waitables[&handle].kind)
}

fn begin(handle: u32, start: usize, len: usize) -> Lent {
    with(|host| {
        let waitable = host.waitables.get_mut(&handle).expect("it is there");
        assert!(waitable.pending.is_none(), "one operation at a time");
        assert!(!waitable.is_over, "nothing follows the last operation");
        let lent = lend(start, len);
        waitable.pending = Some(lent);
        lent
    })
}

/// The length from which on a read or write is too long for every part of it to be tried.
const LONG: usize = 8;

/// Chooses how much of a read or write is done, at least `least`.
fn some_of(lent: Lent, least: usize) -> usize {
    match lent.len {
        0..LONG => least + choose(lent.len + 1 - least),
        len => one_of(&[least, len]),
    }
}

/// The bytes of every stream, in any order of which a mistake would be seen.
pub fn bytes(range: std::ops::Range<usize>) -> Vec<u8> {
    const PERIOD: usize = 251;
    static BYTES: std::sync::LazyLock<Vec<u8>> =
        std::sync::LazyLock::new(|| (0..=PERIOD as u8 - 1).cycle().take(1 << 20).collect());
    let start = range.start % PERIOD;
    BYTES[start..][..range.len()].to_vec()
}

/// Ends a pending read or write with this outcome, after so many elements.
fn end(handle: u32, outcome: u32, count: usize) -> u32 {
    with(|host| {
        let waitable = host.waitables.get_mut(&handle).expect("it is there");
        let lent = waitable.pending.take().expect("something is pending");
        give_back(lent);
        match waitable.kind {
            Kind::Readable => {
                let bytes = bytes(waitable.moved..waitable.moved + count);
                let at = std::ptr::with_exposed_provenance_mut::<u8>(lent.start);
                // SAFETY: the memory was lent for that.
                unsafe { at.copy_from_nonoverlapping(bytes.as_ptr(), count) };
                waitable.note(count);
            }
            Kind::Writable => {
                let start = std::ptr::with_exposed_provenance::<u8>(lent.start);
                // SAFETY: as above.
                let bytes = unsafe { std::slice::from_raw_parts(start, count) };
                host.written.extend_from_slice(bytes);
                waitable.note(count);
            }
            Kind::Future if outcome == COMPLETED => {
                let at = std::ptr::with_exposed_provenance_mut::<u64>(lent.start);
                host.brought += 1;
                // SAFETY: as above.
                unsafe { at.write(host.brought as u64) };
                waitable.is_over = true;
            }
            Kind::Promise if outcome == COMPLETED => {
                let at = std::ptr::with_exposed_provenance::<u64>(lent.start);
                // SAFETY: as above.
                host.taken.push(unsafe { at.read() });
                waitable.is_over = true;
            }
            Kind::Promise => waitable.is_over = true,
            Kind::Completion(_) if outcome == COMPLETED => {
                let at = std::ptr::with_exposed_provenance_mut::<u64>(lent.start);
                let ending = waitable.ending.expect("it was chosen");
                // SAFETY: as above.
                unsafe { at.write(ending as u64) };
                waitable.is_over = true;
            }
            Kind::Future | Kind::Completion(_) | Kind::Subtask(_) => {}
        }
        if outcome == DROPPED {
            waitable.is_over = true;
        }
        outcome | (count as u32) << 4
    })
}

/// Returns `true` if a stream is to end with what is pending.
fn is_last(handle: u32) -> bool {
    with(|host| host.most_transfers == Some(host.waitables[&handle].transfers))
}

/// Chooses how an operation that is pending ends by itself.
fn end_somehow(handle: u32) -> u32 {
    let lent = with(|host| host.waitables[&handle].pending).expect("something is pending");
    match kind(handle) {
        Kind::Readable | Kind::Writable if is_last(handle) => {
            end(handle, DROPPED, some_of(lent, 0))
        }
        Kind::Readable | Kind::Writable => match one_of(&[COMPLETED, DROPPED]) {
            COMPLETED => end(handle, COMPLETED, some_of(lent, 1)),
            outcome => end(handle, outcome, some_of(lent, 0)),
        },
        Kind::Future => end(handle, COMPLETED, 0),
        Kind::Completion(endings) => {
            let ending = one_of(endings);
            with(|host| host.waitables.get_mut(&handle).unwrap().ending = Some(ending));
            end(handle, COMPLETED, 0)
        }
        Kind::Promise => end(handle, one_of(&[COMPLETED, DROPPED]), 0),
        Kind::Subtask(state) => {
            let next: &[u32] = match state {
                STARTING => &[STARTED, RETURNED],
                _ => &[RETURNED],
            };
            advance(handle, one_of(next))
        }
    }
}

fn start(handle: u32, at: usize, len: usize) -> u32 {
    begin(handle, at, len);
    let is_asleep = with(|host| {
        let is_quiet = host.is_quiet;
        let waitable = host.waitables.get_mut(&handle).expect("it is there");
        waitable.is_asleep = is_quiet;
        is_quiet
    });
    match is_asleep || choose(2) == 0 {
        true => BLOCKED,
        false => end_somehow(handle),
    }
}

unsafe extern "C" fn transfer(handle: u32, elements: *mut u8, len: usize) -> u32 {
    with(|host| {
        let is_large = |it: &&Waitable| it.pending.is_some_and(|lent| lent.len == CHUNK);
        let asked = Asked {
            len,
            last: host.waitables[&handle].last,
            large: host.waitables.values().filter(is_large).count(),
        };
        host.asked.push(asked);
    });
    start(handle, elements.expose_provenance(), len)
}

/// Starts a read into memory that isn't the adapter's, as glue does.
pub fn read_elsewhere(handle: u32, memory: &'static [Cell<u8>]) -> u32 {
    let start = memory.as_ptr().cast_mut().cast::<u8>();
    ELSEWHERE.store(start.addr(), Relaxed);
    // SAFETY: the memory is there for ever, and may be written to.
    unsafe { transfer(handle, start, memory.len()) }
}

unsafe extern "C" fn read_future(handle: u32, payload: *mut u8) -> u32 {
    start(handle, payload.expose_provenance(), size_of::<u64>())
}

unsafe extern "C" fn read_future_of_text(handle: u32, payload: *mut u8) -> u32 {
    with(|host| host.waitables.get_mut(&handle).unwrap().allocates = true);
    start(handle, payload.expose_provenance(), size_of::<u64>())
}

unsafe extern "C" fn write_future(handle: u32, payload: *const u8) -> u32 {
    start(handle, payload.expose_provenance(), size_of::<u64>())
}

unsafe extern "C" fn cancel(handle: u32) -> u32 {
    check_blocking();
    let (lent, is_asleep) = with(|host| {
        let waitable = &host.waitables[&handle];
        assert!(!waitable.is_in_set, "its event could go elsewhere");
        let lent = waitable.pending.expect("something is pending");
        (lent, waitable.is_asleep)
    });
    if is_asleep {
        return end(handle, CANCELLED, 0);
    }
    if let Some(others) = with(|host| host.others.take()) {
        others();
    }
    match (kind(handle), choose(2)) {
        (Kind::Future | Kind::Completion(_), 0) => end(handle, CANCELLED, 0),
        (_, 0) => end(handle, CANCELLED, some_of(lent, 0)),
        _ => end_somehow(handle),
    }
}

unsafe extern "C" fn drop_end(handle: u32) {
    let waitable = with(|host| host.waitables.remove(&handle)).expect("it is there");
    assert!(
        waitable.pending.is_none(),
        "dropped while something is pending"
    );
    if waitable.kind == Kind::Promise {
        assert!(waitable.is_over, "a future must be written");
    }
    with(|host| host.gone.insert(handle, waitable));
}

/// A call goes on to another state.
fn advance(handle: u32, state: u32) -> u32 {
    with(|host| {
        let waitable = host.waitables.get_mut(&handle).expect("it is there");
        waitable.kind = Kind::Subtask(state);
        if state >= RETURNED {
            let lent = waitable.pending.take().expect("it was running");
            give_back(lent);
            if state == RETURNED {
                host.brought += 1;
                let at = std::ptr::with_exposed_provenance_mut::<u64>(lent.start);
                // SAFETY: the memory was lent for that.
                unsafe { at.write(host.brought as u64) };
            }
        }
    });
    state
}

unsafe fn call(_params: *const u8, results: *mut u8) -> u32 {
    let handle = new(Kind::Subtask(STARTING));
    begin(handle, results.expose_provenance(), size_of::<u64>());
    match one_of(&[STARTING, STARTED, RETURNED]) {
        RETURNED => {
            advance(handle, RETURNED);
            with(|host| host.waitables.remove(&handle));
            RETURNED
        }
        state => advance(handle, state) | handle << 4,
    }
}

#[unsafe(export_name = "[subtask-cancel]")]
extern "C" fn subtask_cancel(handle: u32) -> u32 {
    check_blocking();
    let Kind::Subtask(state) = kind(handle) else {
        panic!("only subtasks are cancelled so");
    };
    with(|host| assert!(!host.waitables[&handle].is_in_set));
    let next: &[u32] = match state {
        STARTING => &[
            CANCELLED_BEFORE_STARTED,
            CANCELLED_BEFORE_RETURNED,
            RETURNED,
        ],
        STARTED => &[CANCELLED_BEFORE_RETURNED, RETURNED],
        _ => panic!("it has ended"),
    };
    advance(handle, one_of(next))
}

#[unsafe(export_name = "[subtask-drop]")]
extern "C" fn subtask_drop(handle: u32) {
    let waitable = with(|host| host.waitables.remove(&handle)).expect("it is there");
    let Kind::Subtask(state) = waitable.kind else {
        panic!("it is no subtask");
    };
    assert!(state >= RETURNED, "dropped while it is running");
}

// ---------------------------------------------------------------------------------------------
// The set and the task
// ---------------------------------------------------------------------------------------------

fn check_blocking() {
    assert!(
        with(|host| host.may_block),
        "a synchronous task can't block"
    );
}

#[unsafe(export_name = "[waitable-set-new]")]
extern "C" fn waitable_set_new() -> u32 {
    with(|host| assert!(!std::mem::replace(&mut host.has_set, true)));
    1
}

#[unsafe(export_name = "[waitable-join]")]
extern "C" fn waitable_join(handle: u32, set: u32) {
    with(|host| {
        let waitable = host.waitables.get_mut(&handle).expect("it is there");
        waitable.is_in_set = set != 0;
    });
}

/// The members of the set that can have an event.
fn can_have_events() -> Vec<u32> {
    with(|host| {
        let waitables = host.waitables.iter();
        let pending =
            waitables.filter(|(_, it)| it.is_in_set && it.pending.is_some() && !it.is_asleep);
        pending.map(|(handle, _)| *handle).collect()
    })
}

fn event(payload: &mut [u32; 2], handle: u32) -> u32 {
    *payload = [handle, end_somehow(handle)];
    1
}

#[unsafe(export_name = "[waitable-set-wait]")]
extern "C" fn waitable_set_wait(_set: u32, payload: &mut [u32; 2]) -> u32 {
    check_blocking();
    let handles = can_have_events();
    assert!(!handles.is_empty(), "nothing can wake the task");
    event(payload, one_of(&handles))
}

#[unsafe(export_name = "[waitable-set-poll]")]
extern "C" fn waitable_set_poll(_set: u32, payload: &mut [u32; 2]) -> u32 {
    with(|host| host.polls += 1);
    let handles = can_have_events();
    match choose(handles.len() + 1) {
        0 => 0,
        n => event(payload, handles[n - 1]),
    }
}

#[unsafe(export_name = "[thread-yield]")]
extern "C" fn thread_yield() -> u32 {
    check_blocking();
    with(|host| host.yields += 1);
    0
}

// ---------------------------------------------------------------------------------------------
// The face of the host that the tests see
// ---------------------------------------------------------------------------------------------

// SAFETY: they do what built-ins do.
pub static STREAM: StreamEnd<u8> = unsafe { StreamEnd::new(transfer, cancel, drop_end) };

// SAFETY: as above.
pub static FUTURE: FutureReadEnd<Value> =
    unsafe { FutureReadEnd::new(read_future, cancel, drop_end, lift, false) };

// SAFETY: as above.
pub static FUTURE_OF_TEXT: FutureReadEnd<Value> =
    unsafe { FutureReadEnd::new(read_future_of_text, cancel, drop_end, lift, true) };

// SAFETY: as above.
pub static PROMISE: FutureWriteEnd<Value> =
    unsafe { FutureWriteEnd::new(write_future, drop_end, lower, lift, dealloc) };

// SAFETY: as above.
pub static FUNCTION: AsyncFunction = unsafe { AsyncFunction::new(call, None) };

// SAFETY: as above.
pub static COMPLETION: FutureReadEnd<Ended> =
    unsafe { FutureReadEnd::new(read_future, cancel, drop_end, lift_ended, false) };

// SAFETY: as above.
pub static COMPLETION_WITH_TEXT: FutureReadEnd<Ended> =
    unsafe { FutureReadEnd::new(read_future_of_text, cancel, drop_end, lift_ended, true) };

unsafe fn lift_ended(payload: *mut u8) -> Ended {
    // SAFETY: the value is there.
    let number = unsafe { payload.cast::<u64>().read() };
    match Ending::ALL[number as usize] {
        Ending::Well => Ended::Closed(None),
        Ending::WithValue => Ended::Closed(Some(Box::new(Value::new(number)))),
        ending => Ended::Failed(Failure {
            reason: "reason",
            detail: (ending == Ending::BadlyInDetail).then(|| "detail".to_owned()),
            code: Value::new(number),
        }),
    }
}

unsafe fn lift(payload: *mut u8) -> Value {
    // SAFETY: the value is there.
    Value::new(unsafe { payload.cast::<u64>().read() })
}

unsafe fn lower(value: Value, payload: *mut u8) {
    // SAFETY: there is room for it.
    unsafe { payload.cast::<u64>().write(value.0) };
}

unsafe fn dealloc(_: *mut u8) {}

/// A value for a promise.
pub fn value(value: u64) -> Value {
    Value::new(value)
}

/// The value of a call that has returned.
pub fn returned(value: u64) -> Value {
    Value::new(value)
}

pub fn readable() -> u32 {
    new(Kind::Readable)
}

pub fn writable() -> u32 {
    new(Kind::Writable)
}

pub fn future() -> u32 {
    new(Kind::Future)
}

pub fn completion(endings: &'static [Ending]) -> u32 {
    new(Kind::Completion(endings))
}

pub fn promise() -> u32 {
    new(Kind::Promise)
}

/// Has each stream end after so many reads or writes, so that a guest that goes on to the end comes to
/// it.
pub fn limit_transfers(most: usize) {
    with(|host| host.most_transfers = Some(most));
}

/// Looks at a waitable, which may be gone.
fn look<T>(handle: u32, f: impl FnOnce(&Waitable) -> T) -> T {
    with(|host| {
        let there = host.waitables.get(&handle);
        f(there.unwrap_or_else(|| &host.gone[&handle]))
    })
}

/// The number of bytes that a stream has passed on.
pub fn moved(handle: u32) -> usize {
    look(handle, |it| it.moved)
}

/// Returns `true` if the adapter has been told that the other side of a stream is gone.
pub fn is_over(handle: u32) -> bool {
    look(handle, |it| it.is_over)
}

/// The manner that a completion has told of.
pub fn ending(handle: u32) -> Option<Ending> {
    look(handle, |it| it.ending)
}

/// The length of the operation that is pending.
pub fn pending(handle: u32) -> Option<usize> {
    look(handle, |it| it.pending.map(|lent| lent.len))
}

/// Returns `true` if the adapter has dropped the end.
pub fn is_gone(handle: u32) -> bool {
    with(|host| !host.waitables.contains_key(&handle))
}

/// The number of reads and writes of this length that are pending.
pub fn pending_of(len: usize) -> usize {
    with(|host| {
        let lent = host.waitables.values().filter_map(|it| it.pending);
        lent.filter(|lent| lent.len == len).count()
    })
}

/// The reads and writes that there were.
pub fn asked() -> Vec<Asked> {
    with(|host| host.asked.clone())
}

/// How often tasks have let others run.
pub fn yields() -> usize {
    with(|host| host.yields)
}

/// Runs `f`. What it starts blocks, and does not end by itself.
pub fn quietly<T>(f: impl FnOnce() -> T) -> T {
    with(|host| host.is_quiet = true);
    let result = f();
    with(|host| host.is_quiet = false);
    result
}

/// Runs `f` while the next operation is cancelled: the task is blocked meanwhile.
pub fn while_cancelling(f: impl FnOnce() + 'static) {
    with(|host| host.others = Some(Box::new(f)));
}

/// The bytes that were written to streams.
pub fn written() -> Vec<u8> {
    with(|host| host.written.clone())
}

/// The number of bytes that were written to streams.
pub fn written_len() -> usize {
    with(|host| host.written.len())
}

/// How often the set was looked into.
pub fn polls() -> usize {
    with(|host| host.polls)
}

/// Returns `true` if there is no waitable any more.
pub fn is_empty() -> bool {
    with(|host| host.waitables.is_empty())
}

/// Returns `true` if something is pending.
pub fn is_busy() -> bool {
    with(|host| host.waitables.values().any(|it| it.pending.is_some()))
}

/// The values that were taken of promises.
pub fn taken() -> Vec<u64> {
    with(|host| host.taken.clone())
}

/// Runs `f` in the task of an `async`-typed export, which may block or, within a guest's function
/// that isn't, may not.
pub fn in_task<T>(may_block: bool, f: impl FnOnce(Task<'_>) -> T) -> T {
    let could_block = with(|host| std::mem::replace(&mut host.may_block, may_block));
    let before = let_wait(may_block.into());
    // SAFETY: the host takes it for one.
    let entry = unsafe { Entry::of_async_export() };
    crate::reactor::enter(entry.task().may_wait());
    let result = f(entry.task());
    let_wait(before);
    with(|host| {
        let mut waitables = host.waitables.values();
        // Of several tasks, the first one has issued them.
        let stays = waitables.any(|it| it.allocates && it.pending.is_some());
        assert!(!stays || could_block, "the host allocates in a task");
        host.may_block = could_block;
    });
    result
}

/// Drops something in a destructor of the adapter, which the guest's task runs.
pub fn in_destructor(may_block: bool, f: impl FnOnce()) {
    with(|host| host.may_block = may_block);
    let before = let_wait(may_block.into());
    f();
    crate::reactor::leave_destructor();
    let_wait(before);
    with(|host| host.may_block = false);
}

/// Begins a run. The set stays: its handle is kept in a static.
pub fn begin_run() {
    with(|host| {
        assert!(
            host.waitables.is_empty(),
            "the run before has left something"
        );
        *host = Host {
            has_set: host.has_set,
            ..Host::default()
        };
    });
}

/// Ends a run: whatever is an orphan is cancelled by the next task that may wait, and then nothing
/// is left.
pub fn end_run() {
    in_task(true, |_| {});
    with(|host| assert!(host.waitables.is_empty(), "{:?}", host.waitables));
    assert!(LENT.iter().all(|(_, len)| len.load(Relaxed) == 0));
    assert!(
        GIVEN_BACK.iter().all(|at| at.load(Relaxed) == 0),
        "memory is leaked"
    );
    assert_eq!(
        ALIVE.load(Relaxed),
        0,
        "values are leaked, or dropped twice"
    );
}
