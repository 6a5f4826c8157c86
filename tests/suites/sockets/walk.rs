//! Walks through every function, in right and in wrong states, line by line.

use super::peer;
use super::place::{self, FAMILIES, InPlace, Program, expect, printed};
use std::io::Read as _;
use wasi_uplift_tests::{Place, TRAPPED};

/// Lines that differ from the reference's, each with its reason.
const DIFFERENCES: &str = include_str!("differences.txt");

/// Returns the line of the uplifted guest for one of the reference, by the reviewed differences.
fn reviewed(line: &str) -> &str {
    DIFFERENCES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" => "))
        .find_map(|(reference, uplifted)| (reference == line).then_some(uplifted))
        .unwrap_or(line)
}

/// Asserts that every shape that has the walk prints the same as the stable shape on the WASI 0.2
/// host.
fn compare(walk: &str) {
    let places = place::all(Program::Walk);
    let expected = printed(&places[0].run(&[walk]));
    assert!(places[0].is_reference() && expected.lines().count() > 20);
    let mut wrong = Vec::new();
    for place in &places[1..] {
        let actual = printed(&place.run(&[walk]));
        let mut actual = actual.lines();
        for expected in expected.lines() {
            let actual = actual.next().unwrap_or("nothing");
            if reviewed(expected) != actual {
                let place = place.name();
                wrong.push(format!(
                    "{place}\n  reference {expected}\n  uplifted  {actual}"
                ));
            }
        }
        wrong.extend(actual.map(|line| format!("too much: {line}")));
    }
    assert!(
        wrong.is_empty(),
        "{} lines\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn tcp() {
    compare("tcp");
}

#[test]
fn udp() {
    compare("udp");
}

#[test]
fn lookup() {
    compare("lookup");
}

/// Misuse to which WASI 0.2 answers with a trap.
#[test]
fn traps() {
    let cases = [
        ("no-permit", ""),
        ("permit-used", "sent one\n"),
        ("beyond-permit", ""),
        ("streams-anew", ""),
        ("one-stream-left", ""),
        ("other-stream-left", ""),
    ];
    for place in place::all(Program::Traps) {
        for (case, stdout) in cases {
            let outcome = place.run(&[case]);
            assert_eq!(outcome.code, TRAPPED, "{case}");
            assert_eq!(outcome.stdout, stdout.as_bytes(), "{case}");
        }
    }
}

/// WASI 0.3 has no sockets of both families, which can't be changed.
#[test]
fn ipv6_only_of_the_candidate() {
    for place in own("candidate") {
        expect(place.start(&["own"]), include_str!("candidate-own.txt"));
    }
}

/// The reference forgets the code on the way from the socket to the error.
#[test]
fn network_error_code_of_the_stable_shape() {
    for place in own("stable") {
        let (_, ip) = FAMILIES[0];
        let (port, server) = peer::listen(ip, |mut stream| {
            stream.read_exact(&mut [0; 2]).expect("receiving");
            peer::reset(stream);
        });
        let guest = place.start(&["own", &port]);
        server.join().expect("the peer is content");
        expect(guest, "connection-reset\nthen: error closed\n");
    }
}

fn own(shape: &str) -> Vec<Place> {
    let mut places = place::uplifted(Program::Walk);
    places.retain(|place| place.shape() == shape);
    assert!(!places.is_empty());
    places
}
