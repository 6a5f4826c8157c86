//! One future, written.

use crate::choice::{explore, one_of};
use crate::host::{self, in_task};
use crate::op::Promise;
use crate::reactor::{self, Urgency};

const VALUE: u64 = 7;

#[test]
fn every_order_of_writing_a_future() {
    let runs = explore(|| {
        host::begin_run();
        let urgency = one_of(&[Urgency::Required, Urgency::Optional]);
        let promise = Promise::new(&host::PROMISE, host::promise());
        promise.fulfil(host::value(VALUE), urgency);
        match urgency {
            // Whoever drains waits for it.
            Urgency::Required => in_task(true, reactor::drain),
            // It is taken some time, or another thing is waited for meanwhile.
            Urgency::Optional => {
                in_task(true, reactor::drain);
                in_task(false, |_| drop(reactor::collect()));
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
}
