//! The draft, which no host of today implements: it is held against its
//! document.

use crate::place::{Place, Program, expect, printed};
use std::collections::{BTreeMap, BTreeSet};
use wasi_uplift_tests::Host;

/// The document's lines about errors.
const DOCUMENT: &str = include_str!("draft.txt");

/// Where the guest provokes them: on a machine as it is, and on machines that
/// lack something. A host named beside one is the only that tells its errors
/// apart.
const CONDITIONS: &[(Option<&str>, Option<Host>)] = &[
    (None, None),
    (Some("alone"), None),
    (Some("few-files"), None),
    (Some("full-buffers"), None),
    (Some("no-ipv6"), None),
    (Some("no-listening"), None),
    (Some("no-sockets"), None),
    (Some("nonsense"), None),
    (Some("one-port"), None),
    (Some("resolver-down"), Some(Host::SocketsOnly)),
    (Some("resolver-refuses"), Some(Host::SocketsOnly)),
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
    for place in Place::all(Program::Documented) {
        for (condition, only) in CONDITIONS {
            if only.is_some_and(|only| place.host() != Some(only)) {
                continue;
            }
            let words = [condition.unwrap_or("errors")];
            let stdout = printed(&place.start_on(*condition, &words).finish());
            assert!(!stdout.is_empty(), "{words:?} provokes nothing");
            for line in stdout.lines() {
                let (what, came) = line.split_once(": ").expect("a line of the walk");
                let Some((text, expected)) = lines.get(what) else {
                    panic!("the document doesn't say {what:?}");
                };
                if came != *expected {
                    let place = place.name();
                    wrong.push(format!("{place}, {words:?}\n{what}: {text}\n  {came}"));
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

/// What only the draft has.
#[test]
fn values() {
    for place in Place::all(Program::Documented) {
        expect(place.start(&["values"]), include_str!("draft-values.txt"));
    }
}
