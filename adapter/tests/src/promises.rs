//! One future, written.

use crate::choice::{explore, one_of};
use crate::host::{self, in_task};
use crate::op::Promise;
use crate::reactor::{self, Urgency};
use alloc::rc::Rc;
use core::cell::Cell;

const VALUE: u64 = 7;

#[test]
fn every_order_of_writing_a_future() {
    let left = Cell::new(0);
    let runs = explore(|| {
        host::begin_run();
        let required = one_of(&[Some(true), Some(false), None]);
        let urgency = match required {
            Some(required) => Urgency::RequiredIf(Rc::new(Cell::new(required))),
            None => Urgency::Optional,
        };
        let promise = Promise::new(&host::PROMISE, host::promise());
        promise.fulfil(host::value(VALUE), urgency);
        match required {
            // Whoever drains waits for it.
            Some(true) => in_task(true, reactor::drain),
            // It is taken some time, or another thing is waited for meanwhile.
            _ => {
                in_task(true, reactor::drain);
                left.set(left.get() + usize::from(host::is_busy()));
                _ = in_task(false, |_| reactor::collect());
                while host::is_busy() {
                    in_task(true, reactor::wait);
                }
            }
        }
        assert!(host::taken().len() <= 1);
        assert!(host::taken().iter().all(|value| *value == VALUE));
        host::end_run();
    });
    assert!(runs > 5, "{runs}");
    assert!(left.get() > 0, "what nobody requires isn't waited for");
}
