//! The walkers: every function, in right and in wrong states, line by line.

use crate::peer;
use crate::place::{FAMILIES, Place, Program, expect, printed};
use std::io::Read as _;
use wasi_uplift_tests::TRAPPED;

/// Lines that differ from the reference's, each with its reason.
const DIFFERENCES: &str = include_str!("differences.txt");

/// The reviewed differences: for a line of the reference, the uplifted one.
fn reviewed(line: &str) -> &str {
    DIFFERENCES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" => "))
        .find_map(|(reference, uplifted)| (reference == line).then_some(uplifted))
        .unwrap_or(line)
}

/// Every shape that has the walk prints what the stable shape prints on the
/// WASI 0.2 host.
fn compare(walk: &str) {
    let places = Place::all(Program::Walk);
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

/// What WASI 0.2 answers with a trap is one.
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
    for place in Place::all(Program::Traps) {
        for (case, stdout) in cases {
            let outcome = place.run(&[case]);
            assert_eq!(outcome.code, TRAPPED, "{case}");
            assert_eq!(outcome.stdout, stdout.as_bytes(), "{case}");
        }
    }
}

/// What WASI 0.3 can't change: there are no sockets of both families.
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
    let mut places = Place::uplifted(Program::Walk);
    places.retain(|place| place.shape() == shape);
    assert!(!places.is_empty());
    places
}
