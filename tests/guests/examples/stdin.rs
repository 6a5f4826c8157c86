//! Reads stdin by every function.

use guests::cli::stdin::get_stdin;
use guests::clocks::monotonic_clock::now;
use guests::fnv::Fnv;
use guests::io::poll::Pollable;
use guests::io::streams::{InputStream, StreamError};
use guests::{after_ms, ask, kind, mode, never, out, poll_sorted};

guests::command!(run);

fn run() -> Result<(), ()> {
    let mode = mode();
    let stdin = get_stdin();
    match mode.as_str() {
        "end" => end(&stdin),
        "end-by-skip" => {
            out!("blocking-skip {}", kind(stdin.blocking_skip(100)));
            out!("skip {}", kind(stdin.skip(100)));
        }
        "all" => all(&stdin, InputStream::blocking_read),
        "all-by-poll" => all(&stdin, |stdin, len| {
            stdin.subscribe().block();
            stdin.read(len)
        }),
        "all-by-spin" => all(&stdin, InputStream::read),
        "all-by-ready" => all(&stdin, |stdin, len| {
            let readable = stdin.subscribe();
            while !readable.ready() {}
            stdin.read(len)
        }),
        "between-work" => between_work(&stdin, |readable| readable.ready()),
        "between-work-by-poll" => between_work(&stdin, |readable| {
            poll_sorted(&[&after_ms(0), readable]).contains(&1)
        }),
        "hash" => hash(&stdin),
        "lines" => lines(&stdin),
        "skip" => skip(&stdin),
        "zero" => zero(&stdin),
        "zero-at-end" => zero_at_end(&stdin),
        "huge-length" => {
            out!("{}", kind(stdin.blocking_read(u64::MAX)));
            out!("{}", kind(stdin.blocking_read(u64::MAX)));
        }
        "handles" => handles(&stdin),
        "reopen" => reopen(stdin),
        "failing" => failing(&stdin),
        "held" => held(&stdin),
        "unread" => out!("stdin was never read"),
        other => panic!("unknown mode {other}"),
    }
    Ok(())
}

/// The end of stdin, seen by every function, and seen again.
fn end(stdin: &InputStream) {
    out!("blocking-read {}", kind(stdin.blocking_read(100)));
    for _ in 0..2 {
        out!("read {}", kind(stdin.read(100)));
        out!("blocking-read {}", kind(stdin.blocking_read(100)));
        out!("skip {}", kind(stdin.skip(100)));
        out!("blocking-skip {}", kind(stdin.blocking_skip(100)));
        let readable = stdin.subscribe();
        out!("ready {}", readable.ready());
        readable.block();
        out!("poll {:?}", poll_sorted(&[&never(), &readable]));
    }
    out!("another handle {}", kind(get_stdin().blocking_read(100)));
}

/// Prints all of stdin, whatever the pieces it comes in.
fn all(stdin: &InputStream, read: impl Fn(&InputStream, u64) -> Result<Vec<u8>, StreamError>) {
    let mut bytes = Vec::new();
    let end = loop {
        match read(stdin, 1000) {
            Ok(piece) => bytes.extend(piece),
            Err(error) => break kind::<()>(Err(error)),
        }
    };
    out!("{:?}, then {end}", String::from_utf8_lossy(&bytes));
}

/// Asks now and then while it works, and never waits. It hears of what arrives before it has asked
/// often.
fn between_work(stdin: &InputStream, is_ready: impl Fn(&Pollable) -> bool) {
    let readable = stdin.subscribe();
    for _ in 0..3 {
        out!("asked {}", is_ready(&readable));
        ask();
        let heard = (0..40).any(|_| {
            let begin = now();
            while now() - begin < 25_000_000 {}
            is_ready(&readable)
        });
        out!("heard {heard} {}", kind(stdin.read(100)));
    }
}

fn hash(stdin: &InputStream) {
    let (mut hash, mut len) = (Fnv::default(), 0);
    // A divisor neither of a page nor of a host's buffer.
    while let Ok(piece) = stdin.blocking_read(100_003) {
        assert!(!piece.is_empty(), "blocking-read gave nothing");
        assert!(piece.len() <= 100_003);
        len += piece.len();
        hash.update(&piece);
    }
    out!("{len} bytes, {:016x}", hash.finish());
}

/// Lines are read as they come, and in part: each ends before the next is
/// asked for.
fn lines(stdin: &InputStream) {
    let mut line = Vec::new();
    loop {
        ask();
        while line.last() != Some(&b'\n') {
            match stdin.blocking_read(4) {
                Ok(part) => {
                    assert!((1..=4).contains(&part.len()));
                    line.extend(part);
                }
                Err(error) => return out!("{}", kind::<()>(Err(error))),
            }
        }
        out!("{:?}", String::from_utf8_lossy(&line));
        out!("no more {}", kind(stdin.read(4)));
        line.clear();
    }
}

fn skip(stdin: &InputStream) {
    ask();
    stdin.subscribe().block();
    out!("blocking-skip {}", kind(stdin.blocking_skip(3)));
    out!("skip {}", kind(stdin.skip(2)));
    out!("skip nothing {}", kind(stdin.skip(0)));
    out!("read {}", kind(stdin.read(2)));
    out!("skip the rest {}", kind(stdin.skip(100)));
    out!("nothing left {}", kind(stdin.skip(100)));
    ask();
    out!("blocking-skip {}", kind(stdin.blocking_skip(u64::MAX)));
    ask();
    out!("end {}", kind(stdin.blocking_skip(1)));
    out!("end {}", kind(stdin.skip(1)));
}

fn zero(stdin: &InputStream) {
    out!("nothing yet {}", kind(stdin.read(0)));
    out!("nothing yet {}", kind(stdin.skip(0)));
    ask();
    // Blocks like any other blocking read, until there is something.
    out!("blocking-read {}", kind(stdin.blocking_read(0)));
    out!("ready {}", stdin.subscribe().ready());
    out!("read {}", kind(stdin.read(0)));
    out!("blocking-read {}", kind(stdin.blocking_read(0)));
    out!("skip {}", kind(stdin.skip(0)));
    out!("blocking-skip {}", kind(stdin.blocking_skip(0)));
    out!("and nothing is lost {}", kind(stdin.read(100)));
}

fn zero_at_end(stdin: &InputStream) {
    out!("blocking-read {}", kind(stdin.blocking_read(1)));
    out!("read 0 {}", kind(stdin.read(0)));
    out!("skip 0 {}", kind(stdin.skip(0)));
    out!("blocking-read 0 {}", kind(stdin.blocking_read(0)));
    out!("blocking-skip 0 {}", kind(stdin.blocking_skip(0)));
}

/// All handles read the one stdin: bytes that one has read are gone for the others.
fn handles(first: &InputStream) {
    let second = get_stdin();
    ask();
    out!("first {}", kind(first.blocking_read(2)));
    out!("second {}", kind(second.blocking_read(2)));
    out!("second {}", kind(second.read(2)));
    out!("first {}", kind(first.read(2)));
    let (a, b) = (first.subscribe(), second.subscribe());
    out!("ready {} {}", a.ready(), b.ready());
    ask();
    out!("poll {:?}", poll_sorted(&[&a, &b]));
    out!("second {}", kind(second.read(100)));
    out!("ready {} {}", a.ready(), b.ready());
    ask();
    out!("first {}", kind(first.blocking_read(100)));
    out!("second {}", kind(second.blocking_read(100)));
}

/// Bytes that a dropped handle has not read are there for the next.
fn reopen(first: InputStream) {
    ask();
    out!("first {}", kind(first.blocking_read(2)));
    drop(first);
    let second = get_stdin();
    out!("second {}", kind(second.blocking_read(2)));
    second.subscribe().block();
    drop(second);
    out!("third {}", kind(get_stdin().blocking_read(100)));
    // A handle that waited in vain for the bytes that the next one gets.
    let fourth = get_stdin();
    poll_sorted(&[&fourth.subscribe(), &after_ms(10)]);
    drop(fourth);
    ask();
    out!("fifth {}", kind(get_stdin().blocking_read(100)));
}

/// An error is returned once. After that the stream is closed.
fn failing(stdin: &InputStream) {
    let readable = stdin.subscribe();
    readable.block();
    out!("ready {}", readable.ready());
    out!("read {}", kind(stdin.read(100)));
    out!("read {}", kind(stdin.read(100)));
    out!("blocking-read {}", kind(stdin.blocking_read(100)));
    out!("ready {}", readable.ready());
}

/// Nothing ever arrives, and the guest can still end.
fn held(stdin: &InputStream) {
    let readable = stdin.subscribe();
    out!("ready {}", readable.ready());
    out!("read {}", kind(stdin.read(100)));
    out!("poll {:?}", poll_sorted(&[&readable, &after_ms(10)]));
    out!("skip {}", kind(stdin.skip(100)));
    out!("ready {}", readable.ready());
}
