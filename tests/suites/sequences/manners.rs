//! The sequences on hosts that answer in other manners: nothing hangs, also where any call and any
//! stream may fail, and no guest traps but for writing or sending more than it may.

use super::FAMILIES;
use super::compare::{AT_ONCE, PATIENCE};
use super::place::Place;
use super::rounds::{LISTEN, owned};
use wasi_uplift_tests::{LinkMode, MODES};

/// The manners.
const MANNERS: [&str; 5] = ["bytewise", "late", ANY, FAILING, "closing:1"];

/// The manner of any pieces and any turns.
const ANY: &str = "any:1";

/// The manner in which calls fail.
const FAILING: &str = "failing:1";

/// The number of sequences of each family in which each call fails once.
const FEW: usize = 24;

/// Checks that a sequence has come to an end that it may come to.
fn check(
    place: &Place,
    family: &str,
    sequence: &[String],
    outcome: &[String],
    expected: &[String],
) {
    let is_end = |line: &String| line == "hangs" || line == "trapped";
    let Some(end) = outcome.iter().position(is_end) else {
        return;
    };
    // Both do what the guest may not do, or it may write and send less than on another host.
    let operation = sequence.get(end).map_or("", String::as_str);
    let gives = operation.contains("write") || operation.starts_with("send");
    let is_allowed = outcome[end] == "trapped" && (expected.get(end) == outcome.get(end) || gives);
    assert!(
        is_allowed,
        "{family}, {}: {} at {operation} in {}",
        place.name,
        outcome[end],
        sequence.join("; ")
    );
}

/// Makes one sequence by itself, and returns its outcome.
fn alone(place: &Place, sequence: &[String]) -> Vec<String> {
    let mut outcomes = place.run(&[sequence.to_vec()], 1, PATIENCE);
    outcomes.pop().expect("one sequence has one outcome")
}

/// Makes the sequences of all families in a manner.
fn in_manner(manner: &str, mode: LinkMode) {
    let ordinary = Place::uplifted(mode);
    let place = Place::in_manner(mode, manner);
    let mut something_fails = false;
    for (family, grammar) in FAMILIES {
        // Half of them: each is made in each manner.
        let mut sequences = super::sequences(family, grammar);
        sequences.truncate(sequences.len().div_ceil(2));
        let expected = ordinary.run(&sequences, AT_ONCE, PATIENCE);
        let outcomes = place.run(&sequences, AT_ONCE, PATIENCE);
        for ((sequence, outcome), expected) in sequences.iter().zip(&outcomes).zip(&expected) {
            check(&place, family, sequence, outcome, expected);
        }
        something_fails |= outcomes != expected;
    }
    // Over all families: a few sequences of one may well make no call that fails.
    assert!(something_fails || manner != FAILING, "nothing fails");
}

#[test]
fn fused() {
    for manner in MANNERS {
        in_manner(manner, LinkMode::Fused);
    }
}

/// The adapter is the same: only what is between it and the guest is another.
#[test]
fn linked() {
    for manner in [ANY, FAILING] {
        in_manner(manner, LinkMode::Component);
    }
}

/// Makes sequences of all families as often as they make calls that can fail, and each time another
/// fails.
fn each_call_fails(mode: LinkMode) {
    for (family, grammar) in FAMILIES {
        let mut calls = 0;
        for sequence in super::sequences(family, grammar).iter().take(FEW) {
            let ordinary = Place::in_manner(mode, "after:18446744073709551615");
            let expected = alone(&ordinary, sequence);
            for before in 0..ordinary.calls() {
                let place = Place::in_manner(mode, &format!("after:{before}"));
                check(
                    &place,
                    family,
                    sequence,
                    &alone(&place, sequence),
                    &expected,
                );
            }
            calls += ordinary.calls();
        }
        assert!(calls > 0, "{family}: nothing can fail");
    }
}

#[test]
fn each_call_fails_once_fused() {
    each_call_fails(LinkMode::Fused);
}

#[test]
fn each_call_fails_once_linked() {
    each_call_fails(LinkMode::Component);
}

/// The stream of connections only ends where the host has met a fatal error.
#[test]
fn the_end_of_a_listener_is_an_error() {
    let connect = [
        "1=create-tcp-socket ipv4",
        "1=tcp-connect 1 tcp0",
        "2=tcp-accept 0",
    ];
    let accept = [
        "2=tcp-accept 0",
        "0=tcp-subscribe 0",
        "block 0",
        "2=tcp-accept 0",
    ];
    let operations = [&LISTEN[..], &connect, &connect, &accept].concat();
    let sequence = owned(&operations);
    for mode in MODES {
        let place = Place::in_manner(mode, "closing");
        let outcome = alone(&place, &sequence);
        let last = &outcome[operations.len() - accept.len()..operations.len()];
        assert_eq!(
            last,
            ["error unknown", "made", "true", "error unknown"],
            "{mode}"
        );
    }
}
