//! Keeps entries, and prints what it does.

wit_bindgen::generate!({ world: "the-store", path: "wit" });

use exports::test::parts::store::{Entry, Guest, GuestLog, Level, Log, Marks, Outcome};
use std::cell::RefCell;
use std::time::{Duration, Instant};

struct Store;

struct OneLog {
    name: String,
    entries: RefCell<Vec<Entry>>,
}

const MOST: usize = 5;

impl Guest for Store {
    type Log = OneLog;

    fn nap(milliseconds: u32) -> bool {
        let start = Instant::now();
        let time = Duration::from_millis(milliseconds.into());
        std::thread::sleep(time);
        start.elapsed() >= time
    }

    fn say(line: String) -> u64 {
        let start = Instant::now();
        println!("{line}");
        start.elapsed().as_nanos() as u64
    }

    fn sum(pairs: Vec<(u8, u64)>) -> u64 {
        let products = pairs.iter().map(|(one, other)| u64::from(*one) * other);
        products.fold(0, u64::wrapping_add)
    }
}

impl OneLog {
    fn of(name: String, entries: Vec<Entry>) -> Log {
        println!("store: {name} is there");
        Log::new(OneLog {
            name,
            entries: RefCell::new(entries),
        })
    }

    fn take(log: Log) -> (String, Vec<Entry>) {
        let mut it: OneLog = log.into_inner();
        (std::mem::take(&mut it.name), it.entries.take())
    }
}

impl GuestLog for OneLog {
    fn new(name: String) -> Self {
        println!("store: {name} is new");
        OneLog {
            name,
            entries: RefCell::default(),
        }
    }

    fn add(&self, entry: Entry) -> Outcome {
        println!("store: {} gets {entry:?}", self.name);
        let mut entries = self.entries.borrow_mut();
        if entry.text.is_empty() {
            return Outcome::Refused(format!("nothing at {}", entry.at));
        }
        if entries.len() == MOST {
            return Outcome::Full;
        }
        entries.push(entry);
        Outcome::Kept(entries.len() as u32)
    }

    fn entries(&self) -> Vec<Entry> {
        self.entries.borrow().clone()
    }

    fn marks(&self) -> Vec<(Marks, char)> {
        let entries = self.entries.borrow();
        let last = entries.len().wrapping_sub(1);
        let marks = entries.iter().enumerate().map(|(position, entry)| {
            let mut marks = Marks::empty();
            marks.set(Marks::FIRST, position == 0);
            marks.set(Marks::LAST, position == last);
            let level = if entry.level == Level::High {
                '\u{1f600}'
            } else {
                'l'
            };
            (marks, level)
        });
        marks.collect()
    }

    fn merge(one: Log, other: Log) -> Log {
        let ((name, mut entries), (another, more)) = (OneLog::take(one), OneLog::take(other));
        entries.extend(more);
        OneLog::of(format!("{name}+{another}"), entries)
    }

    fn split(it: Log) -> Vec<Log> {
        let (name, entries) = OneLog::take(it);
        let logs = entries.into_iter().enumerate();
        logs.map(|(position, entry)| OneLog::of(format!("{name}.{position}"), vec![entry]))
            .collect()
    }
}

impl Drop for OneLog {
    fn drop(&mut self) {
        println!(
            "store: {:?} goes with {}",
            self.name,
            self.entries.borrow().len()
        );
    }
}

export!(Store);
