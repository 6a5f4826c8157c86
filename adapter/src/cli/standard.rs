//! The standard streams for output.

use crate::bindings::exports::wasi::io::streams::OutputStream;
use crate::canon::{Global, Task};
use crate::io::output::Output;
use crate::io::streams::output_stream;
use crate::{p3, reactor};
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

/// The standard streams that were opened.
static OPEN: Global<RefCell<Vec<&'static Standard>>> = Global::new(RefCell::new(Vec::new()));

/// One of the standard streams: opened when it is first asked for, the same for every handle, and
/// closed by nobody but [`drain`].
pub struct Standard {
    open: fn() -> p3::Sink,
    output: RefCell<Option<Rc<Output>>>,
}

impl Standard {
    pub const fn new(open: fn() -> p3::Sink) -> Self {
        Standard {
            open,
            output: RefCell::new(None),
        }
    }

    /// A new handle.
    pub fn handle(&'static self) -> OutputStream {
        let output = self.output.borrow().clone();
        output_stream(output.unwrap_or_else(|| self.keep(Output::new((self.open)()))))
    }

    fn keep(&'static self, output: Rc<Output>) -> Rc<Output> {
        OPEN.borrow_mut().push(self);
        self.output.replace(Some(output.clone()));
        output
    }
}

/// Waits until every accepted byte is with the host, closes the standard streams, and waits until
/// the host has said that it is done with them. The next handle opens them again.
pub fn drain(task: Task<'_>) {
    close_standard(task);
}

/// Like [`drain`], in an instance that is used again: what the guest has handles of is open again.
pub fn drain_for_more(task: Task<'_>) {
    for (standard, output) in close_standard(task) {
        if Rc::strong_count(&output) > 1 {
            output.reopen((standard.open)());
            standard.keep(output);
        }
    }
}

/// Closes the standard streams, and returns what they were.
fn close_standard(task: Task<'_>) -> Vec<(&'static Standard, Rc<Output>)> {
    reactor::drain(task);
    let outputs: Vec<_> = OPEN
        .take()
        .into_iter()
        .filter_map(|standard| Some((standard, standard.output.take()?)))
        .collect();
    for (_, output) in &outputs {
        output.close();
    }
    for (_, output) in &outputs {
        output.wait_until(task, Output::is_over);
    }
    outputs
}
