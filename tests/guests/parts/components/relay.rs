//! Passes on what is lent, and keeps what is given.

wit_bindgen::generate!({ world: "the-relay", path: "wit" });

use exports::test::parts::relay::{Entry, Guest, Log, Outcome};
use std::cell::RefCell;
use test::parts::store::Log as AnyLog;

struct Relay;

thread_local! {
    static KEPT: RefCell<Option<Log>> = const { RefCell::new(None) };
}

impl Guest for Relay {
    fn add_twice(to: &AnyLog, entry: Entry) -> Vec<Outcome> {
        println!("relay: {} comes twice", entry.text);
        (0..2).map(|_| to.add(&entry)).collect()
    }

    fn keep(it: Option<Log>) -> Option<Log> {
        println!("relay: keeps {}", it.is_some());
        KEPT.replace(it)
    }
}

export!(Relay);
