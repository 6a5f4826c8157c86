//! Waiters that are kept until what they have accepted is with the host, and what their events tell.

use crate::canon::Event;
use crate::choice::{explore, one_of};
use crate::host::{self, in_task};
use crate::op::Writer;
use crate::reactor::{self, Waiter};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A thing that writes two bytes.
struct Sender {
    writer: RefCell<Writer>,
    /// Whether it overrides the defaults of [`Waiter`]: it need not outlive the guest, and its events
    /// tell nothing of others.
    is_modest: bool,
}

impl Sender {
    /// Returns one whose write is pending and that is kept, or nothing if the write has ended.
    fn start(is_modest: bool) -> Option<Rc<Self>> {
        let sender = Rc::new(Self {
            writer: RefCell::new(Writer::new(&host::STREAM, host::writable())),
            is_modest,
        });
        let mut writer = sender.writer.borrow_mut();
        writer.load(vec![0, 1]);
        let ended = writer.start(&Rc::downgrade(&sender));
        drop(writer);
        if ended.is_some() {
            return None;
        }
        reactor::keep(sender.clone());
        Some(sender)
    }

    fn is_pending(&self) -> bool {
        self.writer.borrow().is_pending()
    }
}

/// A waiter that overrides none of the defaults.
struct ByDefault;

impl Waiter for ByDefault {
    fn event(&self, _: Event) {}
}

impl Waiter for Sender {
    fn event(&self, event: Event) {
        _ = self.writer.borrow_mut().finish(event);
        reactor::release(self);
    }

    fn outlives_guest(&self) -> bool {
        ByDefault.outlives_guest() && !self.is_modest
    }

    fn tells_of_others(&self) -> bool {
        ByDefault.tells_of_others() && !self.is_modest
    }
}

#[test]
fn the_end_waits_for_what_outlives_the_guest() {
    let cut_short = Cell::new(0);
    explore(|| {
        host::begin_run();
        let is_modest = one_of(&[false, true]);
        if let Some(sender) = Sender::start(is_modest) {
            let kept = Rc::downgrade(&sender);
            drop(sender);
            in_task(true, reactor::drain);
            match kept.upgrade() {
                None => assert!(!host::is_busy()),
                Some(sender) => {
                    assert!(is_modest && sender.is_pending());
                    cut_short.set(cut_short.get() + 1);
                    reactor::release(&*sender);
                }
            }
            assert!(kept.upgrade().is_none(), "nobody keeps it any more");
        }
        host::end_run();
    });
    assert!(cut_short.get() > 0, "one that need not be waited for isn't");
}

#[test]
fn events_tell_of_others_unless_their_waiter_says_otherwise() {
    explore(|| {
        host::begin_run();
        let is_modest = one_of(&[false, true]);
        let before = reactor::events_of_others();
        if let Some(sender) = Sender::start(is_modest) {
            let is_any = in_task(false, |_| reactor::collect());
            assert_eq!(is_any, !sender.is_pending());
            let is_any = is_any || in_task(true, reactor::yield_once);
            assert_eq!(is_any, !sender.is_pending());
            let events = u32::from(is_any && !is_modest);
            assert_eq!(reactor::events_of_others(), before + events);
            reactor::release(&*sender);
        }
        host::end_run();
    });
}
