//! The draft, which no host of today implements: it is compared with its document.

use super::place::{self, InPlace, Program, expect, printed};
use std::collections::{BTreeMap, BTreeSet};
use wasi_uplift_tests::{Condition, Host};

/// The document's lines about errors.
const DOCUMENT: &str = include_str!("draft.txt");

/// The parts of the walk, each with its condition. A host named beside one is the only one that
/// tells its errors apart.
const WALKS: &[(&str, Condition, Option<Host>)] = &[
    ("errors", Condition::None, None),
    ("alone", Condition::Machine("alone"), None),
    ("few-files", Condition::Machine("few-files"), None),
    ("full-buffers", Condition::Machine("full-buffers"), None),
    ("no-ipv6", Condition::Machine("no-ipv6"), None),
    ("no-listening", Condition::Machine("no-listening"), None),
    ("no-sockets", Condition::Machine("no-sockets"), None),
    ("nonsense", Condition::Machine("nonsense"), None),
    ("one-port", Condition::Machine("one-port"), None),
    (
        "one-port-udp",
        Condition::Machine("one-port"),
        Some(Host::SocketsOnly),
    ),
    (
        "no-answers",
        Condition::Machine("no-answers"),
        Some(Host::SocketsOnly),
    ),
    (
        "no-lookup",
        Condition::Host("--no-name-lookup"),
        Some(Host::P3Only),
    ),
];

/// Each error of each function comes where the document says that it does.
#[test]
fn errors_of_the_document() {
    let mut lines = BTreeMap::new();
    for line in DOCUMENT.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<_> = line.split(" | ").collect();
        let [function, code, text, reason @ ..] = &parts[..] else {
            panic!("not a line of the table: {line:?}");
        };
        let expected = if reason.is_empty() { code } else { "nothing" };
        lines.insert(format!("{function} {code}"), (*text, expected));
    }
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for place in place::all(Program::Documented) {
        for (walk, condition, only) in WALKS {
            if only.is_some_and(|only| place.host() != Some(only)) {
                continue;
            }
            let mut live = place.start_under(*condition, &[walk]);
            let stdout = match *walk {
                // At its end it waits until what it was allowed to send is sent.
                "full-buffers" => live.line(),
                _ => printed(&live.finish()),
            };
            assert!(!stdout.is_empty(), "{walk} provokes nothing");
            for line in stdout.lines() {
                let (what, came) = line.split_once(": ").expect("a line of the walk");
                let Some((text, expected)) = lines.get(what) else {
                    panic!("the document doesn't say {what:?}");
                };
                if came != *expected {
                    let place = place.name();
                    wrong.push(format!("{place}, {walk}\n{what}: {text}\n  {came}"));
                }
                seen.insert(what.to_owned());
            }
        }
    }
    for (what, (text, _)) in &lines {
        if !seen.contains(what) {
            wrong.push(format!("not tested: {what}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Values that only the draft has.
#[test]
fn values() {
    for place in place::all(Program::Documented) {
        expect(place.start(&["values"]), include_str!("draft-values.txt"));
    }
}
