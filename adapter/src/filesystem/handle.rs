//! A descriptor of the host, and what is known of the file behind it.

use crate::canon::Task;
use crate::freshness;
use crate::p3::filesystem::Descriptor;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::ops::Deref;

/// A descriptor of the host. It is shared by all that reads and writes with it.
pub struct Handle {
    inner: Descriptor,
    /// The handles that are known to be of other files. Few: a guest that writes to a file seldom
    /// has many others that it reads and writes meanwhile.
    strangers: RefCell<Vec<Weak<Handle>>>,
    size: Cell<Option<KnownSize>>,
    /// The number of bytes of the file that were copied to the guest since the adapter asked for the size.
    copied: Cell<u64>,
}

/// The number of bytes that are copied before the host is asked how long the file is. To ask takes as
/// long as to copy about as many.
const COPIED_FIRST: u64 = 64 * 1024;

/// A file's size when the host was last asked for it.
#[derive(Clone, Copy)]
struct KnownSize {
    size: u64,
    /// The news then.
    news: u32,
}

impl Handle {
    pub fn new(inner: Descriptor) -> Rc<Self> {
        Rc::new(Handle {
            inner,
            strangers: RefCell::default(),
            size: Cell::default(),
            copied: Cell::default(),
        })
    }

    /// Notes the size that the host has told.
    pub fn note_size(&self, size: u64) {
        let news = freshness::news();
        self.size.set(Some(KnownSize { size, news }));
    }

    /// Notes that so many bytes of the file were copied to the guest.
    pub fn note_copied(&self, count: usize) {
        self.copied
            .set(self.copied.get().saturating_add(count as u64));
    }

    /// The file's size, if the host was asked for it and there is no news since.
    fn known_size(&self) -> Option<u64> {
        let known = self.size.get();
        let known = known.filter(|known| known.news == freshness::news())?;
        Some(known.size)
    }

    /// Returns `true` if so much was copied that it is time to ask how long the file is.
    fn is_time_to_ask(&self) -> bool {
        self.copied.get() >= COPIED_FIRST
    }

    /// Returns `true` if the size is known, or it is time to ask for it.
    pub fn can_tell_size(&self) -> bool {
        self.known_size().is_some() || self.is_time_to_ask()
    }

    /// Returns `true` if the file reaches to `end` as far as is known. Asks the host if it is time to.
    pub fn reaches(&self, end: u64, task: Task<'_>) -> bool {
        let reaches = || self.known_size().is_some_and(|size| end <= size);
        if reaches() || !self.is_time_to_ask() || task.may_wait().is_none() {
            return reaches();
        }
        self.copied.set(0);
        if let Ok(stat) = self.inner.stat(task) {
            self.note_size(stat.size);
        }
        reaches()
    }

    /// Returns `true` if the other is known to be of another file.
    pub fn is_stranger(&self, other: &Rc<Self>) -> bool {
        let strangers = self.strangers.borrow();
        strangers.iter().any(|it| it.as_ptr() == Rc::as_ptr(other))
    }

    /// Returns `true` if both are of one file, or if that can't be told: a task that may not wait
    /// can't ask.
    pub fn is_same_file(self: &Rc<Self>, other: &Rc<Self>, task: Task<'_>) -> bool {
        if Rc::ptr_eq(self, other) || task.may_wait().is_none() {
            return true;
        }
        let is_same = self.inner.is_same_object(&other.inner, task);
        if !is_same {
            self.note_stranger(other);
            other.note_stranger(self);
        }
        is_same
    }

    fn note_stranger(&self, other: &Rc<Self>) {
        let mut strangers = self.strangers.borrow_mut();
        strangers.retain(|it| it.strong_count() > 0);
        strangers.push(Rc::downgrade(other));
    }
}

impl Deref for Handle {
    type Target = Descriptor;

    fn deref(&self) -> &Descriptor {
        &self.inner
    }
}
