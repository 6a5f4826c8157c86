//! Proofs that the running task may wait.
//!
//! A task may block, yield, or cancel an operation synchronously only if the function that it runs
//! is `async`-typed. So whatever does one of these asks for a [`Task`] or a [`MayWait`]. Neither can
//! be made anywhere but at the entry of such a function, nor kept after it has returned: a
//! destructor, a `Drop`, and a function that isn't `async`-typed have none to give.

use super::global::Global;
use core::cell::Cell;
use core::marker::PhantomData;

#[link(wasm_import_module = "$root")]
unsafe extern "C" {
    #[link_name = "[thread-yield]"]
    safe fn thread_yield() -> u32;
}

/// A call of an `async`-typed export, for as long as it runs.
pub struct Entry(());

impl Entry {
    /// Begins the call.
    ///
    /// # Safety
    ///
    /// Only the generated entry of an export that is `async`-typed in the WIT may call it.
    pub unsafe fn of_async_export() -> Self {
        Entry(())
    }

    /// The task that runs the call.
    pub fn task(&self) -> Task<'_> {
        Task(PhantomData)
    }
}

/// The task of an `async`-typed export that is running.
#[derive(Clone, Copy)]
pub struct Task<'entry>(PhantomData<&'entry Entry>);

impl<'entry> Task<'entry> {
    /// The permission to wait. There is none where guest and adapter are one component and the
    /// guest has called from a start function, a destructor or an export that isn't `async`-typed:
    /// within a component nothing keeps these from calling a function that is.
    pub fn may_wait(self) -> Option<MayWait<'entry>> {
        (WASI_UPLIFT_GUEST.get() != CANNOT_WAIT).then_some(MayWait(self))
    }
}

/// The permission of the running task to wait.
#[derive(Clone, Copy)]
pub struct MayWait<'entry>(Task<'entry>);

impl<'entry> From<MayWait<'entry>> for Task<'entry> {
    fn from(may_wait: MayWait<'entry>) -> Self {
        may_wait.0
    }
}

/// Guest and adapter are two components: what the guest calls has a task of its own.
const APART: u8 = 0;

/// Guest and adapter are one component, and the guest runs what can't wait.
const CANNOT_WAIT: u8 = 1;

/// They are one component, and the guest's task may wait.
const MAY_WAIT: u8 = 2;

/// Whose tasks the adapter's functions run in: [`APART`], [`CANNOT_WAIT`] or [`MAY_WAIT`]. For a guest
/// that becomes one component with the adapter, the composer sets the byte, which it finds by its name,
/// to the second: nothing can wait while the guest is instantiated.
#[unsafe(no_mangle)]
#[used]
pub static WASI_UPLIFT_GUEST: Global<Cell<u8>> = Global::new(Cell::new(APART));

/// Runs `f` at the end of a destructor, with the permission to wait if the task has it. In one
/// component, the task is that of the guest which drops the resource. Otherwise the destructor has a
/// task of its own, which can't wait.
pub fn after_drop(f: impl FnOnce(Option<MayWait<'_>>)) {
    let may_wait = WASI_UPLIFT_GUEST.get() == MAY_WAIT;
    f(may_wait.then_some(MayWait(Task(PhantomData))));
}

/// Says whether the guest's tasks may wait from now on, and returns whether they could until now.
/// Called by what the composer puts between guest and adapter if they are one component.
#[cfg_attr(
    target_arch = "wasm32",
    unsafe(export_name = "wasi-uplift:task/let-wait")
)]
pub extern "C" fn let_wait(may_wait: u32) -> u32 {
    let now = if may_wait != 0 { MAY_WAIT } else { CANNOT_WAIT };
    u32::from(WASI_UPLIFT_GUEST.replace(now) != CANNOT_WAIT)
}

/// Lets the host and other tasks run.
pub fn yield_now(_: MayWait<'_>) {
    thread_yield();
}
