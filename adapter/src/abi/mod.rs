//! The raw canonical ABI: every built-in, every async-lowered import and every stream or future of
//! WASI 0.3 that the adapter touches, behind types that are safe to use.
//!
//! Nothing outside of this folder is `unsafe`. The rule that the rest relies on: memory given to a
//! pending operation is owned by the value that represents the operation, and that value gives it
//! back only when the operation has ended, or hands it to the [reactor](crate::reactor) to be kept
//! until then.

use crate::bindings::exports::wasi::filesystem0_2_12::types::ErrorCode as FileCode;
use crate::io::error::Failure;
use crate::reactor::{self, Waiter};
use alloc::boxed::Box;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell};

/// Declares the statics for a function that takes or returns a `stream<u8>`, with its completion.
macro_rules! byte_stream {
    (
        $end:ident, $completion:ident, $lift:expr, $module:literal,
        $transfer:literal, $cancel:literal, $drop:literal,
        $future_read:literal, $future_cancel_read:literal, $future_drop_readable:literal
    ) => {
        byte_end!($end, $module, $transfer, $cancel, $drop);
        completion!(
            $completion,
            $lift,
            $module,
            $future_read,
            $future_cancel_read,
            $future_drop_readable
        );
    };
}

/// Declares the static for one end of a `stream<u8>`.
macro_rules! byte_end {
    ($end:ident, $module:literal, $transfer:literal, $cancel:literal, $drop:literal) => {
        static $end: EndAbi = {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                #[link_name = $transfer]
                fn transfer(end: u32, bytes: *mut u8, len: usize) -> u32;
                #[link_name = $cancel]
                fn cancel(end: u32) -> u32;
                #[link_name = $drop]
                fn drop_end(end: u32);
            }
            EndAbi {
                transfer,
                cancel,
                drop: drop_end,
            }
        };
    };
}

macro_rules! completion {
    (
        $completion:ident, $lift:expr, $module:literal,
        $read:literal, $cancel_read:literal, $drop_readable:literal
    ) => {
        static $completion: CompletionAbi = {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                #[link_name = $read]
                fn read(end: u32, payload: *mut Payload) -> u32;
                #[link_name = $cancel_read]
                fn cancel_read(end: u32) -> u32;
                #[link_name = $drop_readable]
                fn drop_readable(end: u32);
            }
            CompletionAbi {
                read,
                cancel_read,
                drop_readable,
                lift: $lift,
            }
        };
    };
}

mod absent;
pub mod filesystem;
pub mod http;
pub mod sockets;
mod task;
mod text;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    trap()
}

/// Ends the instance. Used for what WASI 0.2 answers with a trap, and for broken invariants.
pub fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

/// A static of an instance that has one thread.
pub struct Global<T>(T);

// SAFETY: the adapter is built without atomics, so that an instance has exactly one thread.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    pub const fn new(value: T) -> Self {
        Global(value)
    }
}

impl<T> core::ops::Deref for Global<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// What an async-lowered built-in returns when the operation goes on in the background.
const BLOCKED: u32 = 0xffff_ffff;

/// The outcome of a stream or future operation, in the low four bits of its code.
const DROPPED: u32 = 1;
const CANCELLED: u32 = 2;

/// The state of a subtask that has returned, in the low four bits of a call's status. Everything
/// above it is a cancellation, which ends the subtask as well.
const RETURNED: u32 = 2;

// ---------------------------------------------------------------------------------------------
// Waitable sets and threads
// ---------------------------------------------------------------------------------------------

/// Something that happened to a waitable.
pub struct Event {
    /// The handle of the subtask, stream end or future end that it happened to.
    pub waitable: u32,
    /// The subtask's state, or the code of the stream or future operation.
    pub code: u32,
}

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
    #[link_name = "[thread-yield]"]
    safe fn thread_yield() -> u32;
    #[link_name = "[subtask-cancel]"]
    safe fn subtask_cancel(subtask: u32) -> u32;
    #[link_name = "[subtask-drop]"]
    safe fn subtask_drop(subtask: u32);
}

/// The waitable set that everything the adapter waits for is in.
pub struct WaitableSet(OnceCell<u32>);

impl WaitableSet {
    pub const fn new() -> Self {
        WaitableSet(OnceCell::new())
    }

    fn handle(&self) -> u32 {
        *self.0.get_or_init(|| waitable_set_new())
    }

    /// Adds a waitable. It leaves the set by itself when it is dropped.
    pub fn join(&self, waitable: u32) {
        waitable_join(waitable, self.handle());
    }

    /// Suspends the calling task until there is an event.
    pub fn wait(&self) -> Event {
        let mut payload = [0; 2];
        // SAFETY: the payload is written before the call returns.
        unsafe { waitable_set_wait(self.handle(), &mut payload) };
        Event {
            waitable: payload[0],
            code: payload[1],
        }
    }

    /// Takes an event if there is one.
    pub fn poll(&self) -> Option<Event> {
        let set = *self.0.get()?;
        let mut payload = [0; 2];
        // SAFETY: the payload is written before the call returns.
        let kind = unsafe { waitable_set_poll(set, &mut payload) };
        (kind != 0).then_some(Event {
            waitable: payload[0],
            code: payload[1],
        })
    }
}

/// Lets the host and other tasks run.
pub fn yield_now() {
    thread_yield();
}

// ---------------------------------------------------------------------------------------------
// Operations that are nobody's any more
// ---------------------------------------------------------------------------------------------

/// How an operation is ended before its time, and how its handle is let go of afterwards.
struct Release {
    /// Waits until the operation has ended. Only tasks that may wait can call it: the form that
    /// doesn't wait is not among the built-ins that a WASI 0.3 host has by default.
    cancel: unsafe extern "C" fn(u32) -> u32,
    drop: unsafe extern "C" fn(u32),
    /// Which codes say that the operation has ended.
    ended: fn(u32) -> bool,
}

/// An operation that its owner has dropped while it was going on, and the memory that it may still
/// write to. A destructor can't wait, so that the reactor cancels it later.
struct Orphan<T> {
    handle: u32,
    release: Release,
    ended: Cell<bool>,
    _memory: T,
}

impl<T: 'static> Orphan<T> {
    fn adopt(handle: u32, release: Release, memory: T) {
        let orphan = Rc::new(Orphan {
            handle,
            release,
            ended: Cell::new(false),
            _memory: memory,
        });
        reactor::adopt(handle, orphan);
    }

    fn drop_handle(&self) {
        self.ended.set(true);
        reactor::forget(self.handle);
        // SAFETY: the operation has ended, and nobody else knows the handle.
        unsafe { (self.release.drop)(self.handle) };
    }
}

impl<T: 'static> Waiter for Orphan<T> {
    fn event(&self, _waitable: u32, code: u32) {
        if (self.release.ended)(code) {
            self.drop_handle();
        }
    }
}

impl<T: 'static> reactor::Abandoned for Orphan<T> {
    fn reap(&self) {
        if !self.ended.get() {
            // Nobody waits for it in the set while it is cancelled here.
            waitable_join(self.handle, 0);
            // SAFETY: the operation is going on: had it ended, an event would have told.
            unsafe { (self.release.cancel)(self.handle) };
            self.drop_handle();
        }
    }
}

/// Drops the handle of a stream or future end, after the operation on it, if there is one.
fn release_end<T: 'static>(
    handle: u32,
    cancel: unsafe extern "C" fn(u32) -> u32,
    drop: unsafe extern "C" fn(u32),
    pending: Option<T>,
) {
    let Some(memory) = pending else {
        reactor::forget(handle);
        // SAFETY: nothing is going on, and nobody else knows the handle.
        unsafe { drop(handle) };
        return;
    };
    let release = Release {
        cancel,
        drop,
        ended: |_| true,
    };
    Orphan::adopt(handle, release, memory);
}

// ---------------------------------------------------------------------------------------------
// Subtasks
// ---------------------------------------------------------------------------------------------

/// A call of an async WASI 0.3 function that has not returned yet. `T` is the memory that the call
/// reads its parameters from and writes its results to.
pub struct Subtask<T: 'static = ()> {
    handle: u32,
    memory: Option<T>,
}

/// What became of starting a call.
pub enum Started<T: 'static> {
    /// It has returned already.
    Returned(T),
    /// It goes on.
    Pending(Subtask<T>),
}

impl<T: 'static> Subtask<T> {
    fn started(status: u32, memory: T) -> Started<T> {
        if status & 0xf == RETURNED {
            Started::Returned(memory)
        } else {
            Started::Pending(Subtask {
                handle: status >> 4,
                memory: Some(memory),
            })
        }
    }

    pub fn handle(&self) -> u32 {
        self.handle
    }

    /// Has `waiter` told about this subtask's progress.
    pub fn watch(&self, waiter: Weak<dyn Waiter>) {
        reactor::watch(self.handle, waiter);
    }

    /// Whether a code that came for this subtask says that it has ended.
    pub fn ended(code: u32) -> bool {
        code >= RETURNED
    }
}

impl<T: 'static> Drop for Subtask<T> {
    fn drop(&mut self) {
        // There is none after `finish`.
        if let Some(memory) = self.memory.take() {
            let release = Release {
                cancel: subtask_cancel,
                drop: subtask_drop,
                ended: Self::ended,
            };
            Orphan::adopt(self.handle, release, memory);
        }
    }
}

impl<T: 'static> Subtask<T> {
    /// Takes back the memory of a call that has returned.
    pub fn finish(mut self) -> Option<T> {
        reactor::forget(self.handle);
        subtask_drop(self.handle);
        self.memory.take()
    }
}

#[link(wasm_import_module = "wasi:clocks/monotonic-clock@0.3.0")]
unsafe extern "C" {
    #[link_name = "[async-lower]wait-until"]
    safe fn monotonic_wait_until(when: u64) -> u32;
}

/// `wasi:clocks/monotonic-clock.wait-until`.
pub fn wait_until(when: u64) -> Started<()> {
    Subtask::started(monotonic_wait_until(when), ())
}

// ---------------------------------------------------------------------------------------------
// Byte streams and the futures that tell how they ended
// ---------------------------------------------------------------------------------------------

/// The built-ins for this side's end of the `stream<u8>` of one WASI 0.3 function: to read from it
/// or to write to it.
pub struct EndAbi {
    transfer: unsafe extern "C" fn(u32, *mut u8, usize) -> u32,
    cancel: unsafe extern "C" fn(u32) -> u32,
    drop: unsafe extern "C" fn(u32),
}

/// The built-ins for the `future<result<_, error-code>>` of one WASI 0.3 function, and how to read
/// what it brings.
pub struct CompletionAbi {
    read: unsafe extern "C" fn(u32, *mut Payload) -> u32,
    cancel_read: unsafe extern "C" fn(u32) -> u32,
    drop_readable: unsafe extern "C" fn(u32),
    lift: Lift,
}

/// How to read what a completion brings.
struct Lift {
    read: fn(&Payload) -> Ending,
    /// The host may have to allocate memory here to bring it. Wasmtime 48 does that in the name of
    /// the task that asked, and traps if that task has ended, so that no question may be left
    /// pending at the end of a task.
    allocates: bool,
}

/// Room for the lowered `result<_, error-code>` of any of the WASI 0.3 packages, and the future that
/// it comes from.
#[repr(C, align(8))]
pub struct Payload([u8; 40], u32);

impl Payload {
    fn new(end: u32) -> Self {
        Payload([0; 40], end)
    }

    /// The future that it comes from.
    fn end(&self) -> u32 {
        self.1
    }

    fn address(&self) -> *mut u8 {
        self.0.as_ptr().cast_mut()
    }

    /// Takes the string at `at`.
    fn string(&self, at: usize) -> String {
        let word = |at: usize| {
            let bytes = &self.0[at..at + 4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        };
        string(word(at), word(at + 4))
    }
}

/// Takes bytes that the host has put into this memory for a list or a string.
fn bytes(start: u32, len: u32) -> Vec<u8> {
    if len == 0 {
        return Vec::new();
    }
    let (start, len) = (start as usize, len as usize);
    // SAFETY: the host has allocated them with `cabi_realloc`, in that size, and given them away.
    unsafe { Vec::from_raw_parts(core::ptr::with_exposed_provenance_mut(start), len, len) }
}

/// Takes a string that the host has put into this memory.
fn string(start: u32, len: u32) -> String {
    String::from_utf8(bytes(start, len)).unwrap_or_default()
}

/// How a stream ended.
pub enum Ending {
    /// Nothing went wrong, or nobody is there any more to read what is written.
    Closed,
    /// The last operation failed.
    Failed(Failure),
}

/// What a finished read brought.
pub struct Read {
    pub bytes: Vec<u8>,
    /// The stream has ended: nothing follows.
    pub ended: bool,
}

/// The readable end of a byte stream, and the buffer of a read in flight.
pub struct ByteReader {
    abi: &'static EndAbi,
    handle: u32,
    in_flight: Option<Vec<u8>>,
    watched: bool,
}

impl ByteReader {
    fn new(abi: &'static EndAbi, handle: u32) -> Self {
        ByteReader {
            abi,
            handle,
            in_flight: None,
            watched: false,
        }
    }

    pub fn handle(&self) -> u32 {
        self.handle
    }

    pub fn is_pending(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Starts a read of at most `len` bytes into `buffer`, which is empty. Without a result the read
    /// is pending, and `waiter` is told when it ends. One read at a time.
    pub fn start(
        &mut self,
        mut buffer: Vec<u8>,
        len: usize,
        waiter: &Weak<impl Waiter>,
    ) -> Option<Read> {
        buffer.reserve_exact(len);
        // SAFETY: the memory is written to by this read alone, and kept in `in_flight` while the
        // read is pending.
        let code = unsafe { (self.abi.transfer)(self.handle, buffer.as_mut_ptr(), len) };
        self.in_flight = Some(buffer);
        if code != BLOCKED {
            return Some(self.finish(code));
        }
        if !self.watched {
            self.watched = true;
            reactor::watch(self.handle, waiter.clone());
        }
        None
    }

    /// Ends the pending read with the code that came for it.
    pub fn finish(&mut self, code: u32) -> Read {
        let mut bytes = self.in_flight.take().unwrap_or_default();
        // SAFETY: the host has written that many bytes, and it was told the capacity.
        unsafe { bytes.set_len((code >> 4) as usize) };
        Read {
            bytes,
            ended: code & 0xf == DROPPED,
        }
    }
}

impl Drop for ByteReader {
    fn drop(&mut self) {
        let pending = self.in_flight.take();
        release_end(self.handle, self.abi.cancel, self.abi.drop, pending);
    }
}

/// What a finished write did.
pub struct Wrote {
    /// How many bytes were taken.
    pub taken: usize,
    /// Nobody reads the stream any more.
    pub ended: bool,
}

/// The writable end of a byte stream, and the bytes of a write in flight.
pub struct ByteWriter {
    abi: &'static EndAbi,
    handle: u32,
    bytes: Vec<u8>,
    /// How many of `bytes` were taken before the write in flight.
    taken: usize,
    pending: bool,
    watched: bool,
}

impl ByteWriter {
    fn new(abi: &'static EndAbi, handle: u32) -> Self {
        ByteWriter {
            abi,
            handle,
            bytes: Vec::new(),
            taken: 0,
            pending: false,
            watched: false,
        }
    }

    pub fn handle(&self) -> u32 {
        self.handle
    }

    pub fn is_pending(&self) -> bool {
        self.pending
    }

    /// Whether all bytes of the last [`load`](Self::load) have been taken.
    pub fn is_empty(&self) -> bool {
        self.taken == self.bytes.len()
    }

    /// Sets what [`start`](Self::start) writes. No write may be pending.
    pub fn load(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
        self.taken = 0;
    }

    /// Writes what has not been taken yet. Without a result the write is pending, and `waiter` is
    /// told when it ends. One write at a time.
    pub fn start(&mut self, waiter: &Weak<impl Waiter>) -> Option<Wrote> {
        let rest = &self.bytes[self.taken..];
        let (start, len) = (rest.as_ptr().cast_mut(), rest.len());
        // SAFETY: the bytes are neither moved nor changed, by the host neither, until `finish`.
        let code = unsafe { (self.abi.transfer)(self.handle, start, len) };
        if code != BLOCKED {
            return Some(self.finish(code));
        }
        self.pending = true;
        if !self.watched {
            self.watched = true;
            reactor::watch(self.handle, waiter.clone());
        }
        None
    }

    /// Ends the pending write with the code that came for it.
    pub fn finish(&mut self, code: u32) -> Wrote {
        let taken = (code >> 4) as usize;
        self.pending = false;
        self.taken += taken;
        Wrote {
            taken,
            ended: code & 0xf == DROPPED,
        }
    }
}

impl Drop for ByteWriter {
    fn drop(&mut self) {
        let pending = self.pending.then(|| core::mem::take(&mut self.bytes));
        release_end(self.handle, self.abi.cancel, self.abi.drop, pending);
    }
}

/// The future that tells how a stream ended.
pub struct Completion {
    abi: &'static CompletionAbi,
    handle: u32,
    in_flight: Option<Box<Payload>>,
    /// The answer, if it came before it was asked for.
    early: Option<Ending>,
}

impl Completion {
    fn new(abi: &'static CompletionAbi, handle: u32) -> Self {
        Completion {
            abi,
            handle,
            in_flight: None,
            early: None,
        }
    }

    /// Whether the host has refused the stream already, and why. For tasks that may wait.
    pub fn peek(&mut self) -> Option<Failure> {
        let mut payload = Payload::new(self.handle);
        // SAFETY: where the read is pending it is cancelled before the payload goes away.
        let code = unsafe {
            match (self.abi.read)(self.handle, &mut payload) {
                BLOCKED => (self.abi.cancel_read)(self.handle),
                code => code,
            }
        };
        if code & 0xf == CANCELLED {
            return None;
        }
        match (self.abi.lift.read)(&payload) {
            Ending::Failed(failure) => Some(failure),
            closed => {
                self.early = Some(closed);
                None
            }
        }
    }

    /// Whether a question may be left pending at the end of a task.
    pub fn may_linger(&self) -> bool {
        !self.abi.lift.allocates
    }

    /// Asks for the result. Without one the question is pending, and `waiter` is told when the
    /// answer is there. To be asked once, or again after [`withdraw`](Self::withdraw).
    pub fn start(&mut self, waiter: &Weak<impl Waiter>) -> Option<Ending> {
        if self.early.is_some() {
            return self.early.take();
        }
        let mut payload = Box::new(Payload::new(self.handle));
        // SAFETY: the payload is kept in `in_flight` while the read is pending.
        let code = unsafe { (self.abi.read)(self.handle, &mut *payload) };
        if code != BLOCKED {
            return Some((self.abi.lift.read)(&payload));
        }
        self.in_flight = Some(payload);
        reactor::watch(self.handle, waiter.clone());
        None
    }

    /// Takes the answer after the event for it.
    pub fn finish(&mut self) -> Ending {
        match self.in_flight.take() {
            Some(payload) => (self.abi.lift.read)(&payload),
            None => Ending::Closed,
        }
    }
}

impl Completion {
    /// Takes the pending question, if there is one, to [cancel](Question::cancel) it.
    pub fn withdraw(&mut self) -> Option<Question> {
        Some(Question {
            abi: self.abi,
            handle: self.handle,
            payload: self.in_flight.take()?,
        })
    }
}

/// A question that is to be taken back.
pub struct Question {
    abi: &'static CompletionAbi,
    handle: u32,
    payload: Box<Payload>,
}

impl Question {
    /// Takes the question back. Returns the answer if it has come in between. For tasks that may
    /// wait.
    pub fn cancel(self) -> Option<Ending> {
        reactor::forget(self.handle);
        // In the set, the event could be taken by another task.
        waitable_join(self.handle, 0);
        // SAFETY: the payload is kept until the read has ended.
        let code = unsafe { (self.abi.cancel_read)(self.handle) };
        (code & 0xf != CANCELLED).then(|| (self.abi.lift.read)(&self.payload))
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        let CompletionAbi {
            cancel_read,
            drop_readable,
            ..
        } = *self.abi;
        let pending = self.in_flight.take();
        release_end(self.handle, cancel_read, drop_readable, pending);
    }
}

/// `result<_, wasi:cli/types.error-code>`.
const CLI_RESULT: Lift = Lift {
    read: lift_cli_result,
    allocates: false,
};

fn lift_cli_result(payload: &Payload) -> Ending {
    match payload.0 {
        [0, ..] => Ending::Closed,
        [_, 0, ..] => Ending::Failed(Failure::file(FileCode::Io, "wasi:cli error-code io")),
        [_, 1, ..] => Ending::Failed(Failure::file(
            FileCode::IllegalByteSequence,
            "wasi:cli error-code illegal-byte-sequence",
        )),
        // `pipe`: the other side is gone, which WASI 0.2 calls closed.
        _ => Ending::Closed,
    }
}

byte_stream!(
    STDIN,
    STDIN_COMPLETION,
    CLI_RESULT,
    "wasi:cli/stdin@0.3.0",
    "[async-lower][stream-read-0]read-via-stream",
    "[stream-cancel-read-0]read-via-stream",
    "[stream-drop-readable-0]read-via-stream",
    "[async-lower][future-read-1]read-via-stream",
    "[future-cancel-read-1]read-via-stream",
    "[future-drop-readable-1]read-via-stream"
);

byte_stream!(
    STDOUT,
    STDOUT_COMPLETION,
    CLI_RESULT,
    "wasi:cli/stdout@0.3.0",
    "[async-lower][stream-write-0]write-via-stream",
    "[stream-cancel-write-0]write-via-stream",
    "[stream-drop-writable-0]write-via-stream",
    "[async-lower][future-read-1]write-via-stream",
    "[future-cancel-read-1]write-via-stream",
    "[future-drop-readable-1]write-via-stream"
);

byte_stream!(
    STDERR,
    STDERR_COMPLETION,
    CLI_RESULT,
    "wasi:cli/stderr@0.3.0",
    "[async-lower][stream-write-0]write-via-stream",
    "[stream-cancel-write-0]write-via-stream",
    "[stream-drop-writable-0]write-via-stream",
    "[async-lower][future-read-1]write-via-stream",
    "[future-cancel-read-1]write-via-stream",
    "[future-drop-readable-1]write-via-stream"
);

/// `wasi:cli/stdin.read-via-stream`.
pub fn stdin() -> (ByteReader, Completion) {
    #[link(wasm_import_module = "wasi:cli/stdin@0.3.0")]
    unsafe extern "C" {
        #[link_name = "read-via-stream"]
        fn read_via_stream(results: *mut [u32; 2]);
    }
    let mut ends = [0; 2];
    // SAFETY: the results are written before the call returns.
    unsafe { read_via_stream(&mut ends) };
    (
        ByteReader::new(&STDIN, ends[0]),
        Completion::new(&STDIN_COMPLETION, ends[1]),
    )
}

/// `wasi:cli/stdout.write-via-stream`.
pub fn stdout() -> (ByteWriter, Completion) {
    #[link(wasm_import_module = "wasi:cli/stdout@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[stream-new-0]write-via-stream"]
        safe fn stream_new() -> u64;
        #[link_name = "write-via-stream"]
        safe fn write_via_stream(data: u32) -> u32;
    }
    let (reader, writer) = stream_ends(stream_new());
    let completion = write_via_stream(reader);
    (
        ByteWriter::new(&STDOUT, writer),
        Completion::new(&STDOUT_COMPLETION, completion),
    )
}

/// `wasi:cli/stderr.write-via-stream`.
pub fn stderr() -> (ByteWriter, Completion) {
    #[link(wasm_import_module = "wasi:cli/stderr@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[stream-new-0]write-via-stream"]
        safe fn stream_new() -> u64;
        #[link_name = "write-via-stream"]
        safe fn write_via_stream(data: u32) -> u32;
    }
    let (reader, writer) = stream_ends(stream_new());
    let completion = write_via_stream(reader);
    (
        ByteWriter::new(&STDERR, writer),
        Completion::new(&STDERR_COMPLETION, completion),
    )
}

/// Takes the result of `stream.new` apart: the readable end is in the low half.
fn stream_ends(ends: u64) -> (u32, u32) {
    (ends as u32, (ends >> 32) as u32)
}
