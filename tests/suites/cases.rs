//! Each folder in `cases/` is a case: the guest on the WASI 0.2 host, and uplifted on the host with
//! only WASI 0.3, in every link mode that the case is for. Each of its variants is a test of its own.
//!
//! The build script makes the test functions.

use crate::LAB;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};
use wasi_uplift_tests::{Case, Host, Hosts, LinkMode, NOT_RUN, Outcome, Place, Scenario, Variant};

include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// A case, and the outcome of its one run on the WASI 0.2 host.
struct Referenced {
    case: Case,
    reference: OnceLock<Result<Outcome, String>>,
}

/// All cases by their names.
static CASES: LazyLock<BTreeMap<String, Referenced>> = LazyLock::new(|| {
    let cases = Case::all().into_iter().map(|case| {
        let name = case.name.clone();
        let reference = OnceLock::new();
        (name, Referenced { case, reference })
    });
    cases.collect()
});

/// Runs a case. All hosts have to agree with each other and with the outcome on record.
fn check(name: &str, mode: LinkMode, variant: Variant) {
    let Referenced { case, reference } = &CASES[name];
    let reference = match case.hosts {
        Hosts::Both => Some(reference.get_or_init(|| {
            let outcome = run(Place::reference(case.guest), &case.scenario)?;
            case.bless(&outcome);
            case.check(&outcome).map(|()| outcome)
        })),
        Hosts::UpliftedOnly => None,
    };
    let reference = reference.map(|outcome| match outcome {
        Ok(outcome) => outcome,
        Err(error) => panic!("on the WASI 0.2 host: {error}"),
    });
    let varied = case.variant(variant).expect("the case has this variant");
    let host = match variant {
        Variant::Snapshot => Host::Snapshot,
        _ => Host::P3Only,
    };
    let place = Place {
        guest: varied.guest,
        on: Some((mode, host)),
    };
    let uplifted = run(place, &varied.scenario);
    let uplifted = uplifted.unwrap_or_else(|error| panic!("uplifted: {error}"));
    if case.hosts == Hosts::UpliftedOnly && variant == Variant::AsWritten {
        case.bless(&uplifted);
    }
    if let Err(error) = case.check(&uplifted) {
        panic!("uplifted: {error}");
    }
    // Equal records may stand for unequal bytes, if hardly ever.
    if let Some(reference) = reference {
        let is_same = reference.essence() == uplifted.essence() && reference.tree == uplifted.tree;
        assert!(is_same, "the hosts agree in short, and differ in full");
    }
}

/// Runs a guest. A component that a host can't link has no outcome to compare.
fn run(place: Place, scenario: &Scenario) -> Result<Outcome, String> {
    let outcome = LAB.run(place, scenario)?;
    match outcome.code {
        NOT_RUN => Err(String::from_utf8_lossy(&outcome.stderr).into_owned()),
        _ => Ok(outcome),
    }
}

#[test]
fn every_case_has_its_tests() {
    let mut expected = Vec::new();
    for case in Case::all() {
        for mode in case.modes {
            for variant in Variant::all(*mode) {
                if case.variant(variant).is_some() {
                    expected.push((case.name.clone(), *mode, variant));
                }
            }
        }
    }
    let tests = TESTS
        .iter()
        .map(|(name, mode, variant)| (name.to_string(), *mode, *variant));
    assert_eq!(tests.collect::<Vec<_>>(), expected);
}
