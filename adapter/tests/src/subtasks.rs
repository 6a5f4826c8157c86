//! One call.

use crate::canon::{Call, Event};
use crate::choice::{explore, one_of};
use crate::host::{self, Value, in_task};
use crate::op::{Lift, Started, Subtask};
use crate::reactor::{self, Waiter};
use std::cell::RefCell;
use std::rc::Rc;

const STEPS: usize = 4;

/// A thing that a call keeps.
pub struct Kept;

impl Lift for Box<Call<Kept>> {
    type Output = Value;

    fn lift(mut self) -> Value {
        host::returned(self.results().u64(0))
    }
}

struct Owner {
    call: RefCell<Option<Subtask<Box<Call<Kept>>>>>,
    value: RefCell<Option<Value>>,
}

impl Owner {
    fn note(&self, value: Value) {
        assert!((1..=2).contains(&value.0), "of this call or the one before");
        assert!(
            self.value.replace(Some(value)).is_none(),
            "there is one result"
        );
    }
}

impl Waiter for Owner {
    fn event(&self, event: Event) {
        let mut slot = self.call.borrow_mut();
        let call = slot
            .as_mut()
            .expect("an event of a dropped call goes elsewhere");
        assert!(call.has(&event));
        if let Some(value) = call.advance(event) {
            *slot = None;
            self.note(value.expect("nobody has cancelled it"));
        }
    }
}

fn start() -> Rc<Owner> {
    let owner = Rc::new(Owner {
        call: RefCell::new(None),
        value: RefCell::new(None),
    });
    match Subtask::of(host::FUNCTION.start(Call::new(Kept))) {
        Started::Ended(value) => owner.note(value),
        Started::Pending(call) => {
            let waiter = Rc::downgrade(&owner);
            call.watch(waiter);
            owner.call.replace(Some(call));
        }
    }
    owner
}

#[derive(Clone, Copy)]
enum Step {
    Collect,
    Wait,
    Yield,
    Drop,
}

#[test]
fn every_order_of_a_call() {
    let runs = explore(|| {
        host::begin_run();
        let owner = start();
        for _ in 0..STEPS {
            let mut steps = vec![Step::Drop, Step::Collect, Step::Yield];
            if owner.call.borrow().is_some() {
                steps.push(Step::Wait);
            }
            match one_of(&steps) {
                Step::Collect => _ = in_task(false, |_| reactor::collect()),
                Step::Yield => _ = in_task(true, reactor::yield_once),
                Step::Wait => in_task(true, reactor::wait),
                Step::Drop => {
                    drop(owner.call.take());
                    break;
                }
            }
        }
        drop(owner);
        _ = in_task(false, |_| reactor::collect());
        host::end_run();
    });
    assert!(runs > 100, "{runs}");
}

/// A handle is used again as soon as it is dropped: what was left of an orphan that has ended by
/// itself must not touch the call that has the handle now.
#[test]
fn a_handle_that_is_used_again_is_not_cancelled() {
    let runs = explore(|| {
        host::begin_run();
        let first = start();
        drop(first);
        // The orphan may end here.
        _ = in_task(false, |_| reactor::collect());
        let second = start();
        let was_pending = second.call.borrow().is_some();
        in_task(true, |_| {});
        assert_eq!(second.call.borrow().is_some(), was_pending);
        drop(second.call.take());
        drop(second);
        host::end_run();
    });
    assert!(runs > 10, "{runs}");
}
