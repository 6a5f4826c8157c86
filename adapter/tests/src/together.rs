//! Streams and a future at once, whose events come in any order.

use crate::canon::Event;
use crate::choice::explore;
use crate::host::{self, Value, in_task};
use crate::op::{Future, Reader, Writer};
use crate::reactor::{self, Waiter};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

struct Owner {
    reader: RefCell<Reader>,
    writer: RefCell<Writer>,
    future: RefCell<Future<Value>>,
    waits_for: Cell<u32>,
}

impl Owner {
    fn one_less(&self) {
        self.waits_for.set(self.waits_for.get() - 1);
    }
}

impl Waiter for Owner {
    fn event(&self, event: Event) {
        let (mut reader, mut writer) = (self.reader.borrow_mut(), self.writer.borrow_mut());
        match (reader.has(&event), writer.has(&event)) {
            (true, false) => drop(reader.finish(event)),
            (false, true) => _ = writer.finish(event),
            (false, false) => drop(self.future.borrow_mut().finish(event)),
            (true, true) => panic!("an event is of one end"),
        }
        self.one_less();
    }
}

#[test]
fn events_come_in_any_order() {
    let runs = explore(|| {
        host::begin_run();
        let owner = Rc::new(Owner {
            reader: RefCell::new(Reader::new(&host::STREAM, host::readable())),
            future: RefCell::new(Future::new(&host::FUTURE, host::future())),
            writer: RefCell::new(Writer::new(&host::STREAM, host::writable())),
            waits_for: Cell::new(3),
        });
        let me = Rc::downgrade(&owner);
        if owner
            .reader
            .borrow_mut()
            .start(Vec::new(), 1, &me)
            .is_some()
        {
            owner.one_less();
        }
        owner.writer.borrow_mut().load(vec![0]);
        let wrote = owner.writer.borrow_mut().start(&me);
        if wrote.is_some() {
            owner.one_less();
        }
        if owner.future.borrow_mut().start(&me).is_some() {
            owner.one_less();
        }
        in_task(true, |task| {
            while owner.waits_for.get() > 0 {
                reactor::wait(task);
            }
        });
        drop(owner);
        host::end_run();
    });
    assert!(runs > 10, "{runs}");
}
