//! Operations that are made over and over in one instance, each time with all that they need let go of
//! in the end: nothing is left behind.
//!
//! `ROUNDS=100000` makes as many, but 5,000 connections at once.

use super::place::Place;
use std::time::Duration;
use wasi_uplift_tests::host::Left;
use wasi_uplift_tests::{LinkMode, MODES};

/// The most connections at once. The guest has two ends of each, and a store of Wasmtime's has
/// 100,000 handles at most, of which an end takes up to eight.
const AT_ONCE: usize = 5_000;

/// A socket that listens.
pub const LISTEN: [&str; 5] = [
    "0=create-tcp-socket ipv4",
    "tcp-start-bind 0 127.0.0.1:0",
    "tcp-finish-bind 0",
    "tcp-start-listen 0",
    "tcp-finish-listen 0",
];

/// The number of rounds.
const ROUNDS: usize = 300;

/// The number of rounds after which everything has come about that stays.
pub const WARM: usize = 30;

/// The most that may be on its way to its end when a round is over.
const ON_ITS_WAY: usize = 8;

/// Returns the number of rounds to make.
pub fn count() -> usize {
    std::env::var("ROUNDS").map_or(ROUNDS, |it| it.parse().expect("a number"))
}

/// Compares what was left after the first rounds with what was left after the last.
pub fn check(place: &str, warm: Left, end: Left) {
    let stays = |of: fn(&Left) -> usize| of(&end) <= of(&warm) + ON_ITS_WAY;
    assert!(
        stays(|it| it.waitables) && stays(|it| it.resources) && end.memory == warm.memory,
        "{place}: first {warm:?}, in the end {end:?}"
    );
}

/// Makes operations in both modes, all of which have to succeed, and returns what was left after each.
fn made(operations: &[String]) -> [(LinkMode, Vec<Left>); 2] {
    MODES.map(|mode| {
        let (outcome, left) = Place::uplifted(mode).watch(operations, Duration::from_secs(10));
        let made = outcome.iter().zip(operations);
        for (line, operation) in made {
            let fails = line == "-" || line.contains("error") || line == "trapped";
            assert!(!fails, "{mode}: {operation}: {line}");
        }
        (mode, left)
    })
}

/// Returns the operations as a sequence that can be made.
pub fn owned(operations: &[&str]) -> Vec<String> {
    operations.iter().map(|it| (*it).to_owned()).collect()
}

/// Makes rounds.
fn rounds(start: &[&str], round: &[&str]) {
    let mut operations = owned(start);
    for _ in 0..count() {
        operations.extend(owned(round));
    }
    for (mode, left) in made(&operations) {
        let after = |rounds: usize| left[start.len() + rounds * round.len() - 1];
        check(&mode.to_string(), after(WARM), after(count()));
    }
}

#[test]
fn connections() {
    let connect = [
        "1=create-tcp-socket ipv4",
        "1=tcp-connect 1 tcp0",
        "2=tcp-accept 0",
        "blocking-write-and-flush 1 hello",
        "blocking-read 2 5",
        "blocking-write-and-flush 2 hello",
        "blocking-read 1 5",
        "drop-input 1",
        "drop-output 1",
        "drop-tcp 1",
        "drop-input 2",
        "drop-output 2",
        "drop-tcp 2",
    ];
    rounds(&LISTEN, &connect);
}

/// Connections that are there at once, both ends of each in the guest.
#[test]
fn idle_connections() {
    let connections = 1..count().min(AT_ONCE) + 1;
    let mut operations = owned(&LISTEN);
    let mut ends = Vec::new();
    for _ in 0..2 {
        for connection in connections.clone() {
            let (client, server) = (connection * 2, connection * 2 + 1);
            operations.extend([
                format!("{client}=create-tcp-socket ipv4"),
                format!("{client}=tcp-connect {client} tcp0"),
                format!("{server}=tcp-accept 0"),
            ]);
        }
        for connection in connections.clone() {
            let (client, server) = (connection * 2, connection * 2 + 1);
            operations.extend([
                format!("blocking-write-and-flush {client} hello"),
                format!("blocking-read {server} 5"),
            ]);
            let drops = ["input", "output", "tcp"].map(|kind| format!("drop-{kind} "));
            for end in [client, server] {
                operations.extend(drops.iter().map(|drop| format!("{drop}{end}")));
            }
        }
        ends.push(operations.len() - 1);
    }
    for (mode, left) in made(&operations) {
        check(&mode.to_string(), left[ends[0]], left[ends[1]]);
    }
}

#[test]
fn datagrams() {
    let bind = [
        "0=create-udp-socket ipv4",
        "udp-start-bind 0 127.0.0.1:0",
        "udp-finish-bind 0",
    ];
    let talk = [
        "1=udp-stream 0 none",
        "send 1 hello udp0",
        "1=subscribe-incoming 1",
        "block 1",
        "receive 1 1",
        "drop-pollable 1",
        "drop-incoming 1",
        "drop-outgoing 1",
    ];
    rounds(&bind, &talk);
}

#[test]
fn polls() {
    let poll = [
        "0=subscribe-duration 0",
        "1=subscribe-duration 1",
        "2=subscribe-duration 18446744073709551615",
        "poll 0 1",
        "block 0",
        "ready 1",
        "drop-pollable 0",
        "drop-pollable 1",
        "drop-pollable 2",
    ];
    rounds(&[], &poll);
}

#[test]
fn files() {
    let work = [
        "1=open-at 0 f file - rw",
        "0=read-via-stream 1 0",
        "blocking-read 0 100",
        "1=write-via-stream 1 0",
        "blocking-write-and-flush 1 hello",
        "stat 1",
        "write-file 1 hello 0",
        "read-file 1 100 0",
        "drop-input 0",
        "drop-output 1",
        "drop-descriptor 1",
    ];
    rounds(&["0=preopen 0"], &work);
}

#[test]
fn messages() {
    let make = [
        "0=fields",
        "0=request 0",
        "0=request-body 0",
        "0=body-write 0",
        "drop-output 0",
        "body-finish 0",
        "drop-request 0",
        "1=fields",
        "1=response 1",
        "1=response-body 1",
        "drop-body 1",
        "drop-response 1",
        // What has ended by itself goes when the guest asks for something.
        "0=subscribe-duration 0",
        "ready 0",
        "drop-pollable 0",
    ];
    rounds(&[], &make);
}
