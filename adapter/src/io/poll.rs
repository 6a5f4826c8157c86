//! `wasi:io/poll`.

use crate::bindings::exports::wasi::io::poll::{self as exports, Guest, GuestPollable};
use crate::canon::{Task, trap};
use crate::{Adapter, reactor};
use alloc::rc::Rc;
use alloc::vec::Vec;

/// The state that a pollable asks about: of a stream, a timer, a socket.
pub trait Source: 'static {
    /// Returns `true` if the guest would get something now. May start an operation to find out.
    fn is_ready(&self, task: Task<'_>) -> bool;

    /// Makes sure that the [reactor] gets an event when this becomes ready. Returns `true` if it
    /// turns out to be ready already, in which case no event follows.
    fn arm(&self) -> bool {
        false
    }
}

/// A question about a source, which can be asked any number of times.
pub struct Pollable(Rc<dyn Source>);

/// Makes a new `pollable` resource that asks about `source`.
pub fn pollable(source: Rc<dyn Source>) -> exports::Pollable {
    exports::Pollable::new(Pollable(source))
}

impl Guest for Adapter {
    type Pollable = Pollable;

    fn poll(pollables: Vec<exports::PollableBorrow<'_>>, task: Task<'_>) -> Vec<u32> {
        if pollables.is_empty() {
            // Nothing can ever become ready. WASI 0.2 has this trap.
            trap();
        }
        let sources = || {
            pollables
                .iter()
                .map(|pollable| &*pollable.get::<Pollable>().0)
        };
        reactor::collect();
        // Whether the host has run since the guest has asked.
        let mut is_fresh = false;
        let mut ready: Vec<u32> = Vec::with_capacity(pollables.len());
        loop {
            ready.clear();
            for (index, source) in (0..).zip(sources()) {
                if source.is_ready(task) {
                    ready.push(index);
                }
            }
            if ready.len() == pollables.len() {
                return ready;
            }
            if !ready.is_empty() {
                // Of the others the guest is told what the host knows now.
                if is_fresh {
                    return ready;
                }
                is_fresh = true;
                reactor::yield_once(task);
                continue;
            }
            let mut armed = true;
            for source in sources() {
                armed &= !source.arm();
            }
            if armed {
                reactor::wait(task);
                is_fresh = true;
            }
        }
    }
}

impl GuestPollable for Pollable {
    fn ready(&self, task: Task<'_>) -> bool {
        self.0.is_ready(task) || {
            reactor::yield_once(task);
            self.0.is_ready(task)
        }
    }

    fn block(&self, task: Task<'_>) {
        while !self.0.is_ready(task) {
            if !self.0.arm() {
                reactor::wait(task);
            }
        }
    }
}
