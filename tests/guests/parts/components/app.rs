//! A program that uses the other components, and prints what comes of it.

wit_bindgen::generate!({ world: "app", path: "wit" });

use std::hint::black_box;
use std::time::Instant;
use test::parts::relay;
use test::parts::store::{self, Entry, Level, Log};

fn entry(at: u64, text: &str) -> Entry {
    Entry {
        at,
        level: if at.is_multiple_of(2) {
            Level::Low
        } else {
            Level::High
        },
        text: text.into(),
        tags: text.split(' ').map(str::to_string).collect(),
        extra: (at > 1).then_some((at as u8, at as f64 / 4.0)),
    }
}

fn main() {
    if let Some(name) = std::env::args().nth(1) {
        return measure(&name);
    }
    println!("app: begins");
    let log = Log::new("one");
    println!("app: {:?}", log.add(&entry(0, "hello")));
    println!("app: {:?}", log.add(&entry(u64::MAX, "")));
    println!(
        "app: {:?}",
        relay::add_twice(&log, &entry(3, "gr\u{fc}\u{df} dich \u{1f600}"))
    );
    let other = Log::new("other");
    println!(
        "app: {:?}",
        relay::add_twice(&other, &entry(2, &"long ".repeat(50)))
    );
    println!("app: {:?}", log.marks());
    println!("app: keeps nothing: {}", relay::keep(Some(other)).is_none());
    let other = relay::keep(None).expect("the other is given back");
    let both = Log::merge(log, other);
    println!("app: {:?}", both.entries());
    println!("app: {:?}", both.add(&entry(5, "last")));
    for (position, part) in Log::split(both).into_iter().enumerate() {
        println!("app: {position} {:?}", part.marks());
    }
    println!("app: {}", store::sum(&[(3, 5), (255, u64::MAX), (0, 1)]));
    println!("app: {}", store::sum(&[]));
    println!("app: has slept: {}", store::nap(20));
    relay::keep(Some(Log::new("kept")));
    println!("app: ends");
}

/// Repeats a call, and prints on stderr how many nanoseconds one takes.
fn measure(name: &str) {
    let pairs: Vec<(u8, u64)> = (0..100).map(|number| (number as u8, number)).collect();
    let line = "a line that says what another component is to print, and no more ".repeat(2);
    let (times, call): (u32, &dyn Fn() -> u64) = match name {
        "call of another component" => (2_000_000, &|| store::sum(&[])),
        "the same with a list of 100" => (200_000, &|| store::sum(&pairs)),
        "the same with a line to print" => (100_000, &|| store::say(&line)),
        _ => panic!("no such measurement"),
    };
    call();
    let start = Instant::now();
    for _ in 0..times {
        black_box(call());
    }
    let taken = start.elapsed().as_nanos() as f64;
    eprintln!("{}", taken / f64::from(times));
}
