//! Calls of async-lowered functions.

use super::area::{Area, At};
use super::layout::{Layout, lay_out};
use super::set::{Event, leave};
use super::task::MayWait;
use super::trap::invariant;
use super::{Started, trap};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::{ManuallyDrop, size_of};

#[link(wasm_import_module = "$root")]
unsafe extern "C" {
    #[link_name = "[subtask-cancel]"]
    safe fn subtask_cancel(subtask: u32) -> u32;
    #[link_name = "[subtask-drop]"]
    safe fn subtask_drop(subtask: u32);
}

/// The states of a subtask.
const STARTING: u32 = 0;
const STARTED: u32 = 1;
const RETURNED: u32 = 2;
const CANCELLED_BEFORE_STARTED: u32 = 3;
const CANCELLED_BEFORE_RETURNED: u32 = 4;

/// The size of the largest parameters, and of the largest results, of the functions that are called
/// this way. The generated bindings check that it is enough.
pub const MEMORY: usize = 48;

/// An async-lowered function with parameters and results in memory.
pub struct AsyncFunction {
    call: unsafe fn(*const u8, *mut u8) -> u32,
    /// The layout that the results may have.
    layout: Option<&'static Layout>,
}

/// The memory of a call: what the host reads, and where it writes.
pub struct Call<K> {
    params: Area<MEMORY>,
    results: Area<MEMORY>,
    /// The layout that the results may have, until they are taken.
    layout: Option<&'static Layout>,
    /// The list or string that a parameter refers to.
    list: Vec<u8>,
    /// Something that must live as long as the call.
    _keep: K,
}

impl<K> Call<K> {
    /// A call that is to be started, for which `keep` is kept: what it borrows, for example.
    pub fn new(keep: K) -> Box<Self> {
        Box::new(Call {
            params: Area::new(),
            results: Area::new(),
            layout: None,
            list: Vec::new(),
            _keep: keep,
        })
    }

    pub fn params(&mut self) -> &mut Area<MEMORY> {
        &mut self.params
    }

    /// Sets the one parameter that is a list of bytes, or a string.
    pub fn put_bytes<T>(&mut self, at: At<T>, bytes: Vec<u8>) {
        let (start, len) = (bytes.as_ptr().expose_provenance(), bytes.len());
        self.list = bytes;
        self.params.put(at.position(), (start as u32).to_le_bytes());
        self.params
            .put(at.position() + size_of::<u32>(), (len as u32).to_le_bytes());
    }

    /// The results of a call that has returned.
    pub fn results(&mut self) -> &mut Area<MEMORY> {
        if let Some(layout) = self.layout.take() {
            // SAFETY: the host has written results of this layout, and it is done once.
            unsafe { lay_out(self.results.as_mut_ptr(), layout) };
        }
        &mut self.results
    }

    /// The results of a call that has returned.
    pub fn into_results(mut self) -> Area<MEMORY> {
        self.results();
        self.results
    }
}

impl AsyncFunction {
    /// # Safety
    ///
    /// The function is one of the host's that reads parameters at the first address and writes
    /// results at the second until the subtask that it starts has ended, in this layout if the host
    /// has another than WASI 0.3.0. None of it is larger than [`MEMORY`].
    pub const unsafe fn new(
        call: unsafe fn(*const u8, *mut u8) -> u32,
        layout: Option<&'static Layout>,
    ) -> Self {
        AsyncFunction { call, layout }
    }

    /// Starts a call.
    pub fn start<K>(&self, mut call: Box<Call<K>>) -> Started<Box<Call<K>>, Running<Box<Call<K>>>> {
        call.layout = self.layout;
        let (params, results) = (call.params.as_mut_ptr(), call.results.as_mut_ptr());
        // SAFETY: both are in the box, which is kept until the subtask has ended.
        let status = unsafe { (self.call)(params, results) };
        Running::new(status, call)
    }
}

/// A call that has not returned yet: a subtask. Its memory is leaked if it is dropped.
pub struct Running<M> {
    handle: u32,
    memory: ManuallyDrop<M>,
}

impl Running<()> {
    /// A call without parameters and results in memory, given the status that starting it returned.
    pub fn without_memory(status: u32) -> Started<(), Self> {
        Running::new(status, ())
    }
}

impl<M> Running<M> {
    fn new(status: u32, memory: M) -> Started<M, Self> {
        match status & 0xf {
            RETURNED => Started::Ended(memory),
            STARTING | STARTED => Started::Pending(Running {
                handle: status >> 4,
                memory: ManuallyDrop::new(memory),
            }),
            _ => trap(),
        }
    }

    pub fn handle(&self) -> u32 {
        self.handle
    }

    /// Returns `true` if the event is that the call has ended. Others are that it goes on.
    pub fn is_ended_by(&self, event: &Event) -> bool {
        is_end(event, self.handle)
    }

    /// The memory of a call that has returned, or none if it was cancelled.
    pub fn finish(self, event: Event) -> Option<M> {
        let state = event.code_of(self.handle);
        self.ended(state)
    }

    /// Ends the call before its time. Returns its memory if it has returned all the same.
    pub fn cancel(self, _: MayWait<'_>) -> Option<M> {
        let state = cancel_subtask(self.handle);
        self.ended(state)
    }

    fn ended(self, state: u32) -> Option<M> {
        let memory = ManuallyDrop::into_inner(self.memory);
        drop_subtask(self.handle, state).then_some(memory)
    }
}

/// Drops a subtask that has ended in this state. Returns `true` if it has returned.
#[inline(never)]
fn drop_subtask(handle: u32, state: u32) -> bool {
    subtask_drop(handle);
    match state {
        RETURNED => true,
        CANCELLED_BEFORE_STARTED | CANCELLED_BEFORE_RETURNED => false,
        _ => trap(),
    }
}

/// Cancels a subtask. Returns the state in which it has ended.
#[inline(never)]
fn cancel_subtask(handle: u32) -> u32 {
    leave(handle);
    subtask_cancel(handle)
}

/// Returns `true` if the event is that the subtask has ended.
#[inline(never)]
fn is_end(event: &Event, handle: u32) -> bool {
    invariant!(
        event.waitable() == handle,
        an_event_belongs_to_the_subtask_that_takes_it
    );
    event.code > STARTED
}
