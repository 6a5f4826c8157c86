//! One operation: its name, its arguments, and where its results go.

use crate::argument::Argument;
use crate::show::Show;
use crate::table::{Handle, Resource};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::str::SplitAsciiWhitespace;

/// An operation that is being made.
pub struct Operation<'a> {
    text: &'a str,
    /// The name.
    pub name: &'a str,
    words: RefCell<SplitAsciiWhitespace<'a>>,
    slot: u32,
    parent: RefCell<Option<Rc<dyn Any>>>,
}

impl<'a> Operation<'a> {
    /// Parses a line.
    pub fn parse(text: &'a str) -> Self {
        let mut words = text.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        let (slot, name) = first.split_once('=').unwrap_or(("0", first));
        Self {
            text,
            name,
            words: RefCell::new(words),
            slot: slot.parse().expect("a slot is a number"),
            parent: RefCell::default(),
        }
    }

    /// Returns the result of an operation with a slot that is empty. Anything else is a fault of the
    /// driver.
    pub fn not_made(&self) -> String {
        "-".into()
    }

    /// Returns the next word.
    pub fn word(&self) -> Option<&'a str> {
        self.words.borrow_mut().next()
    }

    /// Returns the next argument.
    pub fn arg<A: Argument>(&self) -> A {
        let word = self.word().and_then(A::parse);
        word.unwrap_or_else(|| panic!("an argument of {}", self.text))
    }

    /// Returns the next argument, if there is one.
    pub fn next_arg<A: Argument>(&self) -> Option<A> {
        self.word().map(|word| A::parse(word).expect("an argument"))
    }

    fn slot(&self) -> u32 {
        self.arg()
    }

    /// Returns the resource that is the next argument.
    pub fn handle<T: Resource>(&self) -> Option<Rc<Handle<T>>> {
        let slot = self.slot();
        T::get(slot)
    }

    /// Returns the resource that is the next argument, which must be dropped after the results.
    pub fn parent<T: Resource>(&self) -> Option<Rc<Handle<T>>> {
        let parent = self.handle::<T>()?;
        self.parent.replace(Some(parent.clone()));
        Some(parent)
    }

    /// Returns the resources that are all further arguments.
    pub fn handles<T: Resource>(&self) -> Option<Vec<Rc<Handle<T>>>> {
        let mut handles = Vec::new();
        while let Some(word) = self.word() {
            handles.push(T::get(u32::parse(word)?)?);
        }
        Some(handles)
    }

    /// Takes the resource that is the next argument out of its slot.
    pub fn take<T: Resource>(&self) -> Option<T> {
        let slot = self.slot();
        T::take(slot)
    }

    /// Drops the resource that is the next argument, as soon as its children are dropped.
    pub fn drop<T: Resource>(&self) -> Option<String> {
        let slot = self.slot();
        T::remove(slot).map(|_| "dropped".into())
    }

    /// Keeps a resource in the slot for results.
    pub fn keep<T: Resource>(&self, resource: T) {
        resource.put(self.slot, self.parent.borrow().clone());
    }

    /// Keeps a resource in the slot for results, and returns it as the parent of others.
    pub fn keep_parent<T: Resource>(&self, resource: T) -> Option<Rc<dyn Any>> {
        resource.put(self.slot, None);
        T::get(self.slot).map(|handle| handle as Rc<dyn Any>)
    }

    /// Keeps a resource in the slot for results, which must be dropped before its parent.
    pub fn keep_under<T: Resource>(&self, resource: T, parent: Option<Rc<dyn Any>>) {
        resource.put(self.slot, parent);
    }

    /// Returns a result as text.
    pub fn show(&self, result: impl Show) -> Option<String> {
        Some(result.show(self))
    }
}
