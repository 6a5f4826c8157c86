//! The draft, which no host of today implements: it is held against its
//! document.

use crate::place::{Place, Program, expect, printed};
use std::collections::BTreeMap;

/// The document's lines about errors.
const DOCUMENT: &str = include_str!("draft.txt");

/// Each error of each function comes where the document says that it does.
#[test]
fn errors_of_the_document() {
    let mut lines = BTreeMap::new();
    for line in DOCUMENT.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<_> = line.split(" | ").collect();
        let [function, code, text, reason @ ..] = &parts[..] else {
            panic!("not a line of the table: {line:?}");
        };
        let tested = reason.is_empty();
        lines.insert(format!("{function} {code}"), (*text, tested));
    }
    for place in Place::all(Program::Documented) {
        let stdout = printed(&place.run(&["errors"]));
        let mut wrong = Vec::new();
        let mut seen = Vec::new();
        for line in stdout.lines() {
            let (what, came) = line.split_once(": ").expect("a line of the walk");
            let (_, documented) = what.split_once(' ').expect("a line of the walk");
            let Some((text, _)) = lines.get(what) else {
                panic!("the document doesn't say {what:?}");
            };
            if came != documented {
                wrong.push(format!("{what}: {text}\n  {came}"));
            }
            seen.push(what);
        }
        for (what, (text, tested)) in &lines {
            if *tested != seen.contains(&what.as_str()) {
                wrong.push(format!("{what}: {text}\n  tested: {}", !tested));
            }
        }
        assert!(wrong.is_empty(), "{}\n{}", place.name(), wrong.join("\n"));
    }
}

/// What only the draft has.
#[test]
fn values() {
    for place in Place::all(Program::Documented) {
        expect(place.start(&["values"]), include_str!("draft-values.txt"));
    }
}
