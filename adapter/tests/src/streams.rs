//! One stream, read or written.

use crate::canon::Event;
use crate::choice::{choose, explore, one_of};
use crate::host::{self, in_task};
use crate::op::{Read, Reader, Writer, Wrote};
use crate::reactor::{self, Waiter};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// The number of things that an owner does.
const STEPS: usize = 5;

/// The size of a read, and of what is written.
const LEN: usize = 2;

struct Owner {
    me: Weak<Owner>,
    reader: RefCell<Option<Reader>>,
    got: RefCell<Vec<u8>>,
    is_last: Cell<bool>,
    /// The memory that reads go to, if that isn't the adapter's.
    elsewhere: Option<&'static [Cell<u8>; LEN]>,
}

impl Owner {
    /// The owner of a stream of the fake host.
    fn new(elsewhere: Option<&'static [Cell<u8>; LEN]>) -> Rc<Self> {
        Rc::new_cyclic(|me| Owner {
            me: me.clone(),
            reader: RefCell::new(Some(Reader::new(&host::STREAM, host::readable()))),
            got: RefCell::default(),
            is_last: Cell::new(false),
            elsewhere,
        })
    }

    fn is_pending(&self) -> bool {
        self.reader
            .borrow()
            .as_ref()
            .is_some_and(Reader::is_pending)
    }

    fn start(&self) {
        let mut reader = self.reader.borrow_mut();
        let read = reader.as_mut().and_then(|it| match self.elsewhere {
            Some(memory) => {
                let code = host::read_elsewhere(it.handle(), memory);
                it.take_over(LEN, code, &self.me)
            }
            None => it.start(Vec::new(), LEN, &self.me),
        });
        if let Some(read) = read {
            self.note(read);
        }
    }

    fn note(&self, read: Read) {
        assert!(read.is_last || read.count > 0);
        self.take(read);
    }

    fn take(&self, read: Read) {
        assert!(read.count <= LEN);
        let mut got = self.got.borrow_mut();
        match self.elsewhere {
            Some(memory) => {
                assert!(read.elements.is_empty());
                got.extend(memory[..read.count].iter().map(Cell::get));
            }
            None => {
                assert_eq!(read.elements.len(), read.count);
                got.extend(read.elements);
            }
        }
        self.is_last.set(read.is_last);
    }
}

impl Waiter for Owner {
    fn event(&self, event: Event) {
        let mut reader = self.reader.borrow_mut();
        let reader = reader
            .as_mut()
            .expect("an event of a dropped end goes elsewhere");
        assert!(reader.has(&event));
        self.note(reader.finish(event));
    }
}

/// A thing that an owner does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    /// Look for events without waiting, in a task that can't wait.
    Collect,
    /// Let others run.
    Yield,
    Wait,
    /// End what is pending before its time.
    Cancel,
    Drop,
}

fn steps(can_start: bool, is_pending: bool) -> Vec<Step> {
    let mut steps = vec![Step::Drop, Step::Collect, Step::Yield];
    if can_start {
        steps.push(Step::Start);
    }
    if is_pending {
        steps.push(Step::Wait);
    }
    steps
}

fn read(elsewhere: Option<&'static [Cell<u8>; LEN]>) {
    host::begin_run();
    let owner = Owner::new(elsewhere);
    for _ in 0..STEPS {
        let is_pending = owner.is_pending();
        let mut steps = steps(!is_pending && !owner.is_last.get(), is_pending);
        if is_pending {
            steps.push(Step::Cancel);
        }
        match one_of(&steps) {
            Step::Start => owner.start(),
            Step::Collect => _ = in_task(false, |_| reactor::collect()),
            Step::Yield => _ = in_task(true, reactor::yield_once),
            Step::Wait => in_task(true, |task| {
                reactor::wait(task);
                assert!(!owner.is_pending(), "there was nothing else to wait for");
            }),
            Step::Cancel => in_task(true, |task| {
                let mut reader = owner.reader.borrow_mut();
                let reader = reader.as_mut().expect("it is there");
                // What `in_task` has begun with may have ended it.
                if reader.is_pending() {
                    let read = reader.cancel(task.may_wait().expect("it may"));
                    owner.take(read);
                }
            }),
            Step::Drop => {
                drop(owner.reader.take());
                break;
            }
        }
    }
    // Nothing is lost, nothing comes twice, and all of it comes in order.
    assert!(
        owner
            .got
            .borrow()
            .iter()
            .copied()
            .eq(0..owner.got.borrow().len() as u8)
    );
    drop(owner);
    // A pending operation may end by itself, or be cancelled.
    _ = in_task(false, |_| reactor::collect());
    host::end_run();
}

#[test]
fn every_order_of_reading_a_stream() {
    let runs = explore(|| read(None));
    assert!(runs > 1000, "{runs}");
}

#[test]
fn every_order_of_reading_to_other_memory() {
    let memory = Box::leak(Box::new([const { Cell::new(0) }; LEN]));
    let runs = explore(|| read(Some(memory)));
    assert!(runs > 1000, "{runs}");
}

struct Sender {
    me: Weak<Sender>,
    writer: RefCell<Option<Writer>>,
    taken: Cell<usize>,
    is_last: Cell<bool>,
}

impl Sender {
    fn note(&self, wrote: Wrote) {
        assert!(wrote.is_last || wrote.taken > 0);
        self.taken.set(self.taken.get() + wrote.taken);
        self.is_last.set(wrote.is_last);
    }

    fn state(&self) -> (bool, bool) {
        let writer = self.writer.borrow();
        writer
            .as_ref()
            .map_or((false, false), |it| (it.is_pending(), it.is_empty()))
    }
}

impl Waiter for Sender {
    fn event(&self, event: Event) {
        let mut writer = self.writer.borrow_mut();
        let writer = writer
            .as_mut()
            .expect("an event of a dropped end goes elsewhere");
        assert!(writer.has(&event));
        self.note(writer.finish(event));
    }
}

fn write() {
    host::begin_run();
    let sender = Rc::new_cyclic(|me| Sender {
        me: me.clone(),
        writer: RefCell::new(Some(Writer::new(&host::STREAM, host::writable()))),
        taken: Cell::new(0),
        is_last: Cell::new(false),
    });
    let mut loaded = 0;
    for _ in 0..STEPS {
        let (is_pending, is_empty) = sender.state();
        match one_of(&steps(!is_pending && !sender.is_last.get(), is_pending)) {
            Step::Start => {
                let mut writer = sender.writer.borrow_mut();
                let writer = writer.as_mut().expect("it is there");
                if is_empty {
                    writer.load((loaded..loaded + LEN as u8).collect());
                    loaded += LEN as u8;
                }
                if let Some(wrote) = writer.start(&sender.me) {
                    sender.note(wrote);
                }
            }
            Step::Collect => _ = in_task(false, |_| reactor::collect()),
            Step::Yield => _ = in_task(true, reactor::yield_once),
            Step::Wait => in_task(true, |task| {
                reactor::wait(task);
                assert!(!sender.state().0, "there was nothing else to wait for");
            }),
            Step::Cancel => unreachable!("writes are not cancelled"),
            Step::Drop => break,
        }
    }
    // The owner knows what was taken, unless it drops a write that is pending.
    let written = host::written();
    assert_eq!(written.len(), sender.taken.get());
    drop(sender);
    _ = in_task(false, |_| reactor::collect());
    host::end_run();
    let written = host::written();
    assert!(written.iter().copied().eq(0..written.len() as u8));
}

#[test]
fn every_order_of_writing_a_stream() {
    let runs = explore(write);
    assert!(runs > 1000, "{runs}");
}

/// A guest's task that may wait closes what it drops at once. One that can't leaves it to the next
/// that can, and none of what it does meanwhile may block.
#[test]
fn what_is_dropped_is_closed_as_soon_as_a_task_may_wait() {
    explore(|| {
        host::begin_run();
        let owner = Owner::new(None);
        owner.start();
        let may_block = one_of(&[false, true]);
        host::in_destructor(may_block, || drop(owner));
        assert!(host::is_empty() || !may_block);
        in_task(false, |task| {
            for _ in 0..choose(3) {
                reactor::yield_once(task);
            }
        });
        host::end_run();
    });
}

/// Where no task may ever wait, what has ended by itself is forgotten: nobody asks for it again.
#[test]
fn what_has_ended_by_itself_is_forgotten() {
    explore(|| {
        host::begin_run();
        let owner = Owner::new(None);
        owner.start();
        host::in_destructor(false, || drop(owner));
        if host::is_empty() {
            let before = host::polls();
            in_task(false, |_| {});
            assert_eq!(host::polls(), before);
        }
        host::end_run();
    });
}
